using Xunit;

namespace Mesh.EndToEnd.Recordings;

public sealed class HomeRecordingTests
{
    private const int Seeds = 20;

    [Fact]
    public void The_oracle_finds_the_58_alarms_of_the_real_home_at_their_instants()
    {
        var events = RealRecordings.HomeEvents();
        var facts = RealRecordings.Facts("casas-alhome/facts.json");
        var r1 = facts.GetProperty("R1_door_OPEN_and_no_indoor_motion_for_300s");
        Assert.Equal(facts.GetProperty("rows").GetInt32(), events.Count);
        Assert.Equal(r1.GetProperty("open_intervals").GetInt32(), HomeOracle.Openings(events).Count);
        Assert.Equal(
            r1.GetProperty("alarm_times").EnumerateArray().Select(t => HomeEvent.ParseTime(t.GetString()!)),
            HomeOracle.Alarms(events)
        );
        Assert.Equal(58, HomeOracle.Alarms(events).Count);
    }

    [Fact]
    public void The_oracle_counts_the_real_home_as_its_facts_do()
    {
        var events = RealRecordings.HomeEvents();
        var facts = RealRecordings.Facts("casas-alhome/facts.json").GetProperty("area_location_value_counts");
        var expected = facts
            .EnumerateObject()
            .GroupBy(p => p.Name.Split('/')[1])
            .ToDictionary(g => g.Key, g => g.Sum(p => p.Value.GetInt32()));
        Assert.Equal(
            expected.Order(),
            HomeOracle.Counts(events).ToDictionary(c => $"{c.Key.Location} {c.Key.Value}", c => c.Value).Order(),
            Comparer
        );
        Assert.Equal(events.Count, HomeOracle.Minutes(events).Values.Sum());
    }

    [Fact]
    public void Lines_of_the_real_home_come_back_as_they_were_read() =>
        Assert.All(
            File.ReadLines(RealRecordings.Home).Take(2000),
            line => Assert.Equal(line, HomeEvent.Parse(line).ToString())
        );

    [Fact]
    public void The_same_seed_makes_the_same_home_and_another_one_another()
    {
        Assert.Equal(HomeGenerator.Events(1, 2000), HomeGenerator.Events(1, 2000));
        Assert.NotEqual(HomeGenerator.Events(1, 2000), HomeGenerator.Events(2, 2000));
    }

    [Fact]
    public void Generated_times_ascend_and_lines_come_back_as_they_were_written() =>
        Assert.All(
            Homes(),
            events =>
            {
                Assert.All(events.Zip(events.Skip(1)), p => Assert.True(p.First.Local < p.Second.Local));
                Assert.All(events, e => Assert.Equal(e, HomeEvent.Parse(e.ToString())));
                var digits = events.Select(e => e.ToString().Split(' ')[1].Length - 9).ToHashSet();
                Assert.True(digits.SetEquals([2, 3, 4, 5, 6]), $"fraction digits {string.Join(' ', digits.Order())}");
            }
        );

    [Fact]
    public void Generated_homes_have_motion_after_an_alarm_and_another_silence_within_one_opening() =>
        Assert.All(
            Homes(),
            events =>
            {
                var alarms = HomeOracle.Alarms(events);
                Assert.Contains(
                    HomeOracle.Openings(events),
                    o =>
                        alarms.Any(a =>
                            a >= o.Open
                            && a < o.Close
                            && events.Any(m =>
                                m.IsIndoorMotion
                                && m.Local > a
                                && m.Local < o.Close
                                && !events.Any(n =>
                                    n.IsIndoorMotion && n.Local > m.Local && n.Local < m.Local.AddSeconds(300)
                                )
                                && m.Local.AddSeconds(300) < o.Close
                            )
                        )
                );
            }
        );

    [Fact]
    public void Generated_homes_have_openings_with_and_without_alarm_at_the_opening_and_later() =>
        Assert.All(
            Homes(),
            events =>
            {
                var alarms = HomeOracle.Alarms(events);
                var openings = HomeOracle.Openings(events);
                Assert.Contains(openings, o => alarms.Contains(o.Open));
                Assert.Contains(openings, o => alarms.Any(a => a > o.Open && a < o.Close));
                Assert.Contains(openings, o => !alarms.Any(a => a >= o.Open && a < o.Close));
                Assert.True(
                    openings.Count < events.Count(e => e is { IsDoor: true, Value: "OPEN" }),
                    "no repeated OPEN"
                );
            }
        );

    [Theory]
    [InlineData("0 ON, 100 OPEN, 400 CLOSE", "300")]
    [InlineData("0 ON, 100 OPEN, 300 CLOSE", "")] // shut at the instant it is due
    [InlineData("0 ON, 300 OPEN, 310 CLOSE", "300")]
    [InlineData("0 ON, 500 OPEN, 510 CLOSE", "500")]
    [InlineData("0 ON, 100 OPEN, 200 ON, 499 CLOSE", "")]
    [InlineData("0 ON, 100 OPEN, 200 ON, 501 CLOSE", "500")]
    [InlineData("0 ON, 100 OPEN, 400 ON, 900 CLOSE", "300")] // one per opening
    [InlineData("0 ON, 100 OPEN, 350 OPEN, 900 CLOSE", "300")] // the same value again opens nothing
    [InlineData("0 ON, 400 OPEN, 410 CLOSE, 420 OPEN, 430 CLOSE", "400 420")]
    [InlineData("0 ON, 100 OPEN, 900 OFF", "300")] // still open at the end
    [InlineData("100 OPEN, 900 CLOSE", "")] // nobody was ever seen
    public void The_oracle_keeps_its_boundaries(string log, string alarms)
    {
        var start = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Unspecified);
        HomeEvent Event(string text)
        {
            var parts = text.Trim().Split(' ');
            var door = parts[1] is "OPEN" or "CLOSE";
            var at = start.AddSeconds(int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture));
            return new(at, door ? "OutsideDoor" : "Kitchen", door ? "FrontDoor" : "Kitchen", parts[1], "Other");
        }

        var found = HomeOracle.Alarms([.. log.Split(',').Select(Event)]).Select(a => (a - start).TotalSeconds);
        Assert.Equal(alarms, string.Join(' ', found));
    }

    private static IEnumerable<IReadOnlyList<HomeEvent>> Homes() =>
        Enumerable.Range(1, Seeds).Select(seed => HomeGenerator.Events(seed, 1500));

    private static readonly IEqualityComparer<KeyValuePair<string, int>> Comparer = EqualityComparer<
        KeyValuePair<string, int>
    >.Default;
}
