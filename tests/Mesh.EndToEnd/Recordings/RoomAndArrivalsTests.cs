using Xunit;

namespace Mesh.EndToEnd.Recordings;

public sealed class RoomAndArrivalsTests
{
    private const int Seeds = 20;

    [Fact]
    public void The_oracle_finds_in_the_real_room_what_its_facts_say()
    {
        var rows = RealRecordings.RoomRows();
        var facts = RealRecordings.Facts("uci-occupancy/facts.json").GetProperty("datatraining.txt");
        Assert.Equal(facts.GetProperty("rows").GetInt32(), rows.Count);
        Assert.Equal(974, RoomOracle.Above1000(rows).Count);
        Assert.Equal(facts.GetProperty("rows_CO2_gt_1000").GetInt32(), RoomOracle.Above1000(rows).Count);
        Assert.Equal(40, RoomOracle.Transitions(rows).Count);
        Assert.Equal(
            facts
                .GetProperty("occupancy_transitions")
                .EnumerateArray()
                .Select(t => (RoomRow.ParseTime(t[0].GetString()!), t[1].GetString() == "0->1")),
            RoomOracle.Transitions(rows)
        );
        Assert.Equal(
            facts
                .GetProperty("CO2_alarm_hysteresis_1000_900")
                .EnumerateArray()
                .Select(a =>
                    (
                        RoomRow.ParseTime(a[0].GetString()!),
                        a[1].GetString() is { } end ? RoomRow.ParseTime(end) : (DateTime?)null
                    )
                ),
            RoomOracle.Hysteresis(rows)
        );
    }

    [Fact]
    public void The_oracle_judges_the_real_arrivals_as_their_facts_do()
    {
        var arrivals = RealRecordings.Arrivals();
        var facts = RealRecordings.Facts("casas-alhome/arrivals_2011-06-22_24.facts.json");
        var outcome = ArrivalsOracle.ByEvents(arrivals);
        Assert.Equal(6799, arrivals.Count);
        Assert.Equal(133, outcome.Duplicates);
        Assert.Equal(6653, outcome.Kept.Count);
        Assert.Equal(
            facts.GetProperty("late_dropped_lines").EnumerateArray().Select(l => HomeEvent.Parse(l.GetString()!)),
            outcome.Late.OrderBy(e => e.Local)
        );
        Assert.Equal(
            facts.GetProperty("kept_by_value").EnumerateObject().Select(p => (p.Name, p.Value.GetInt32())).Order(),
            outcome.Kept.GroupBy(e => e.Value).Select(g => (g.Key, g.Count())).Order()
        );
        Assert.Equal(15, ArrivalsOracle.ByEventsAndClock(arrivals).Late.Count);
    }

    [Fact]
    public void Generated_rooms_come_back_as_they_were_written_with_steps_of_59_60_and_61_seconds() =>
        Assert.All(
            Rooms(),
            rows =>
            {
                Assert.All(rows, r => Assert.Equal(r, RoomRow.Parse(r.ToString())));
                var steps = rows.Zip(rows.Skip(1), (a, b) => (int)(b.Local - a.Local).TotalSeconds).Distinct().Order();
                Assert.Equal([59, 60, 61], steps);
            }
        );

    [Fact]
    public void Generated_rooms_meet_both_limits_exactly_and_end_with_the_alarm_on() =>
        Assert.All(
            Rooms(),
            rows =>
            {
                Assert.Contains(rows, r => r.Co2 == 1000);
                Assert.Contains(rows, r => r.Co2 == 900);
                var alarms = RoomOracle.Hysteresis(rows);
                Assert.True(alarms.Count > 8);
                Assert.Null(alarms[^1].Cleared);
                Assert.Contains(
                    alarms,
                    a => rows.Any(r => r.Local > a.Raised && r.Local < a.Cleared && r.Co2 is > 900 and < 1000)
                );
                Assert.True(RoomOracle.Transitions(rows).Count > 10);
            }
        );

    [Fact]
    public void Generated_arrivals_are_late_by_one_watermark_and_not_by_the_other() =>
        Assert.All(
            Enumerable.Range(1, Seeds),
            seed =>
            {
                var arrivals = ArrivalsGenerator.Send(seed, HomeGenerator.Events(seed, 3000));
                var events = ArrivalsOracle.ByEvents(arrivals);
                var clock = ArrivalsOracle.ByEventsAndClock(arrivals);
                Assert.All(arrivals.Zip(arrivals.Skip(1)), p => Assert.True(p.First.Received <= p.Second.Received));
                Assert.All(arrivals, a => Assert.Equal(a, Arrival.Parse(a.ToString())));
                Assert.True(events.Duplicates > 20, $"{events.Duplicates} duplicates");
                Assert.True(events.Late.Count > 0);
                Assert.True(clock.Late.Count > events.Late.Count);
                Assert.Equal(arrivals.Count, events.Duplicates + events.Late.Count + events.Kept.Count);
            }
        );

    private static IEnumerable<IReadOnlyList<RoomRow>> Rooms() =>
        Enumerable.Range(1, Seeds).Select(seed => RoomGenerator.Rows(seed, 1200));
}
