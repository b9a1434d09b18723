using CsCheck;
using Mesh.Contracts;
using Mesh.Nodes;
using Xunit;

namespace Mesh.Tests.Nodes;

/// <summary>The sender to a fog, without a wire: see <see cref="HopLine"/>. A failure names its seed.</summary>
public sealed class AgentHopTests
{
    private static readonly Mark s_end = new(Some.At(1000), Final: true);

    [Fact]
    public void Whatever_a_line_and_its_fogs_do_each_item_takes_effect_once_and_each_hole_is_declared() =>
        Gen.Int[0, 1_000_000]
            .Sample(
                seed =>
                {
                    using var line = new HopLine();
                    var dice = new Random(seed);
                    line.Connect(0);
                    for (var step = 0; step < 120; step++)
                    {
                        Step(line, dice);
                    }

                    // A fog whose disk was just replaced has broken the connection, which is when the agent hears of it.
                    line.Connect(dice.Next(2));
                    line.Settle();
                    Holds(line);
                },
                iter: 60
            );

    [Fact]
    public void A_mark_that_got_lost_behind_the_last_reading_is_sent_again()
    {
        using var line = new HopLine();
        line.Connect(0);
        line.Feed(10);
        line.Settle();
        line.Feed(0, s_end);
        Assert.True(line.Send());
        line.Up.Clear();
        Assert.False(line.Hop.IsDrained);
        line.Settle();
        Assert.True(line.Fog.Core.Engine.Sources.Single(s => s.Name == "agent-1").Ended);
    }

    [Fact]
    public void The_end_of_a_recording_stands_in_front_of_the_next_one_and_is_not_said_again_behind_it()
    {
        using var line = new HopLine();
        line.Feed(Limits.BatchReadings, s_end);
        line.Feed(10);
        line.Connect(0);
        line.Settle();
        Assert.False(line.Fog.Core.Engine.Sources.Single(s => s.Name == "agent-1").Ended);

        // A copy of the first batch that comes late ends nothing either.
        line.Connect(1);
        line.Settle();
        line.Connect(0);
        line.Settle();
        Assert.False(line.Fog.Core.Engine.Sources.Single(s => s.Name == "agent-1").Ended);
    }

    [Fact]
    public void A_late_word_of_a_journal_that_is_gone_counts_for_nothing()
    {
        using var line = new HopLine();
        line.Connect(0);
        line.Feed(10);
        line.Settle();
        line.Feed(10);
        Assert.True(line.Send());
        line.Arrive(0);
        var late = Assert.Single(line.Down);
        line.Down.Clear();
        line.Replace(0);
        line.Connect(0);
        line.Down.Add(late);
        line.Hear(0);
        Assert.Equal(10, line.Hop.Acknowledged(Lane.Readings));
        line.Settle();
        Assert.Equal(20, line.Fog.UpTo(Lane.Readings, line.Outbox.Epoch));
        line.Down.Add(late);
        line.Hear(0);
        Holds(line);
    }

    [Fact]
    public void A_fog_behind_a_broker_that_lost_its_disk_is_asked_anew() => Asked(0);

    [Fact]
    public void A_fog_behind_a_broker_that_lost_its_disk_and_the_time_is_asked_anew() => Asked(3650);

    private static void Asked(int days)
    {
        using var line = new HopLine();
        line.Connect(0);
        line.Feed(30);
        line.Settle();
        line.Replace(0, TimeSpan.FromDays(days));
        line.Feed(30);
        line.Settle();
        Assert.Equal(60, line.Fog.UpTo(Lane.Readings, line.Outbox.Epoch));
        Holds(line);
    }

    [Fact]
    public void A_lane_whose_answer_got_lost_is_asked_for_again()
    {
        using var line = new HopLine();
        line.Connect(0);
        line.Feed(60);
        Assert.True(line.Send());
        line.Arrive(0);
        line.Down.RemoveAll(a => a.Lane == Lane.Detections);
        line.Settle();
        Assert.True(line.Fog.UpTo(Lane.Detections, line.Outbox.Epoch) > 10);
        Holds(line);
    }

    [Fact]
    public void What_another_fog_acknowledged_long_ago_is_declared_to_be_there_and_the_rest_is_sent_again()
    {
        using var line = new HopLine();
        line.Connect(0);
        line.Feed(10);
        line.Settle();
        line.Pass(TimeSpan.FromHours(2));
        line.Feed(10);
        line.Settle();
        line.Pass(TimeSpan.FromMinutes(10));
        line.Feed(5);
        line.Connect(1);
        line.Settle();
        var skipped = Assert.Single(line.Fog.Skipped, s => s.Lane == Lane.Readings);
        Assert.Equal(new Skipped(1, 10, SkipReasons.Elsewhere), skipped.Skipped);
        Assert.Equal(15, line.Fog.Taken.Count(t => t.Lane == Lane.Readings));
        Assert.Equal(0, line.Outbox.Look(core => core.Losses.Lost(Lane.Readings)));
        Assert.Equal(0, line.Fog.Core.Losses.Lost(Lane.Readings));
        Holds(line);
    }

    [Fact]
    public void An_agent_comes_back_within_half_a_minute_after_the_fault_ends()
    {
        var waits = new List<double>();
        for (var seed = 0; seed < 2_000; seed++)
        {
            var (choice, now) = (new FogChoice(1, TimeSpan.FromMinutes(5), TimeSpan.Zero, seed), TimeSpan.Zero);
            var fault = TimeSpan.FromSeconds(new Random(seed).NextDouble() * 600);

            // During the fault an attempt hangs as long as it may.
            while (now <= fault)
            {
                choice.Lost(now + TimeSpan.FromSeconds(10));
                now = choice.NotBefore;
            }

            waits.Add((now - fault).TotalSeconds);
        }

        waits.Sort();
        Assert.InRange(waits[(int)(waits.Count * 0.99)], 0, 30);
    }

    [Fact]
    public void An_agent_at_a_lower_fog_looks_for_the_preferred_one_now_and_then()
    {
        var choice = new FogChoice(2, TimeSpan.FromMinutes(5), TimeSpan.Zero, seed: 1);
        choice.Lost(TimeSpan.Zero);
        Assert.Equal(1, choice.At);
        choice.Greeted(TimeSpan.FromSeconds(10));
        Assert.False(choice.LooksForPreferred(TimeSpan.FromSeconds(309)));
        Assert.True(choice.LooksForPreferred(TimeSpan.FromSeconds(310)));
        Assert.False(choice.LooksForPreferred(TimeSpan.FromSeconds(320)));
        choice.Return(TimeSpan.FromSeconds(321));
        Assert.Equal(0, choice.At);
    }

    private static void Step(HopLine line, Random dice)
    {
        switch (dice.Next(20))
        {
            case 0 or 1:
                line.Feed(dice.Next(1, 40), dice.Next(4) == 0 ? new Mark(Some.At(dice.Next(10)), Final: false) : null);
                break;
            case 2:
                line.Connect(dice.Next(2));
                break;
            case 3 when dice.Next(3) == 0:
                line.Replace(dice.Next(2));
                break;
            case 4:
                line.Pass(TimeSpan.FromSeconds(dice.Next(15)));
                break;
            case 5 when line.Up.Count > 0:
                line.Up.RemoveAt(dice.Next(line.Up.Count));
                break;
            case 6 when line.Down.Count > 0:
                line.Down.RemoveAt(dice.Next(line.Down.Count));
                break;
            case < 11 when line.Up.Count > 0:
                line.Arrive(dice.Next(line.Up.Count), stays: dice.Next(4) == 0);
                break;
            case < 15 when line.Down.Count > 0:
                line.Hear(dice.Next(line.Down.Count), stays: dice.Next(4) == 0);
                break;
            default:
                line.Send();
                break;
        }
    }

    /// <summary>The fog that the agent ended at holds everything the agent ever had, once and in order.</summary>
    private static void Holds(HopLine line)
    {
        foreach (var lane in Lanes.All)
        {
            var last = line.Outbox.Last(lane);
            var taken = line.Fog.Taken.Where(t => t.Lane == lane).Select(t => t.Text).ToList();
            var gone = line.Fog.Skipped.Where(s => s.Lane == lane).Sum(s => s.Skipped.To - s.Skipped.From + 1);
            Assert.Equal(last, taken.Count + gone);
            Assert.Equal(taken.Count, taken.Distinct(StringComparer.Ordinal).Count());
        }

        var numbers = line.Fog.Taken.Where(t => t.Lane == Lane.Readings).Select(t => t.Text).ToList();
        Assert.Equal(0, line.Fog.Core.Counters.Duplicates);
        Assert.Equal(numbers.Count, line.Fog.Core.Engine.Accepted);
    }
}
