using Mesh.Contracts;
using Mesh.Nodes;
using Mesh.Rules;
using Xunit;

namespace Mesh.Tests.Nodes;

public sealed class NodeCoreTests
{
    [Fact]
    public void Readings_without_numbers_get_each_one_of_their_own_across_a_restart()
    {
        var turns = Started();
        turns.Turn(Hand(1), Hand(2));
        var restarted = new Turns();
        foreach (var frame in turns.Frames)
        {
            restarted.Core.Replay(FrameCodec.Decode(frame.Number, FrameCodec.Encode(frame)), []);
        }

        restarted.Turn(Hand(3));
        var readings = turns.Frames.Concat(restarted.Frames).SelectMany(f => f.Inputs).OfType<ReadingsArrived>();
        Assert.Equal(
            [(Turns.Epoch, 1), (Turns.Epoch, 2), (Turns.Epoch, 3L)],
            readings.SelectMany(r => r.Readings).Select(r => (r.Boot, r.Seq))
        );
    }

    [Fact]
    public void A_late_reading_makes_a_further_aggregate_that_covers_no_other()
    {
        var turns = Started();
        turns.Turn(Numbered(1, 10), Numbered(2, 50), Numbered(3, 70));
        turns.Turn(Numbered(4, 20, received: 90), Numbered(5, 130));
        turns.Turn(new ReadingsArrived("agent-1", [], new Mark(Some.At(200), Final: true)));
        var minutes = turns.Said<LaneItem>().Select(i => i.Event).OfType<Aggregate>().ToList();
        Assert.Equal(
            ["0 2 1-2", "0 1 4-4", "60 1 3-3", "120 1 5-5"],
            minutes.Select(m => $"{(m.Start - Some.Start).TotalSeconds} {m.Count} {m.Covers[0].From}-{m.Covers[^1].To}")
        );
        Assert.Equal(minutes[0].Id, minutes[1].Id);
    }

    [Fact]
    public void How_an_agent_cuts_its_batches_makes_no_difference_to_minutes()
    {
        var said = new List<string>();
        foreach (var size in (int[])[1, 7, 100])
        {
            var turns = Started();
            foreach (var batch in Enumerable.Range(0, 100).Chunk(size))
            {
                // One reading every four seconds; every tenth is two minutes late.
                var readings = batch.Select(i =>
                    Some.Reading("env-1", i + 1, (i * 4) - (i % 10 == 9 ? 120 : 0), received: i * 4)
                );
                turns.Turn(new ReadingsArrived("agent-1", [.. readings], null));
            }

            said.Add(string.Join('\n', turns.Said<LaneItem>().Select(i => $"{i.Item} {Blocks.Exactly.Text(i.Event)}")));
        }

        Assert.NotEmpty(said[0]);
        Assert.Equal(said[0], said[1]);
        Assert.Equal(said[0], said[2]);
    }

    [Fact]
    public void A_backlog_of_old_readings_makes_one_aggregate_a_minute_on_a_live_clock_too()
    {
        var turns = Started(ClockKind.Live);
        turns.Now = Some.At(3600);
        for (var seq = 1; seq <= 240; seq++)
        {
            turns.Turn(Numbered(seq, seq));
        }

        turns.Now = Some.At(3680);
        turns.Turn();
        Assert.Equal(5, turns.Said<LaneItem>().Count(i => i.Lane == Lane.Aggregates));
    }

    [Fact]
    public void A_sensor_whose_numbers_jump_gets_several_aggregates_and_none_is_too_large()
    {
        var turns = Started();
        for (var part = 0; part < 10; part++)
        {
            var first = part * 1000;
            var readings = Enumerable.Range(first, 1000).Select(i => Some.Reading("env-1", 1 + (2 * i), i / 1000.0));
            turns.Turn(new ReadingsArrived("agent-1", [.. readings], null));
        }

        turns.Turn(new ReadingsArrived("agent-1", [], new Mark(Some.At(200), Final: true)));
        var minutes = turns.Said<LaneItem>().Select(i => i.Event).OfType<Aggregate>().ToList();
        Assert.Equal(10_000, minutes.Sum(m => m.Count));
        Assert.All(minutes, m => Assert.InRange(m.Covers.Count, 1, OpenMinute.MaxCovers));
    }

    [Fact]
    public void A_command_waits_until_its_agent_answers_or_it_expires_and_twice_is_once()
    {
        var turns = Started(ClockKind.Live);
        turns.Turn(Numbered(1, 0));
        turns.Turn(Order("c-1", 30_000), Order("c-1", 30_000), Order("c-2", 30_000));
        Assert.Equal(
            [("c-1", "agent-1"), ("c-2", "agent-1")],
            turns.Said<CommandSent>().Select(c => (c.Command.Id, c.Agent!))
        );
        turns.Turn(new ActionFinished("c-1", "done", null));
        Assert.Equal("c-2", Assert.Single(turns.Core.Commands.All).Command.Id);
        turns.Now = Some.At(29.9);
        turns.Turn();
        Assert.Single(turns.Core.Commands.All);
        turns.Now = Some.At(30);
        turns.Turn();
        Assert.Empty(turns.Core.Commands.All);
        Assert.Equal(1, turns.Core.Commands.Expired);
    }

    [Fact]
    public void Labels_of_the_registry_lie_over_those_of_the_device()
    {
        var turns = Started();
        var reading = Some.Reading("env-1", 1, 0);
        reading.Labels = new Labels([new("room", "mine"), new("desk", "7")]);
        turns.Turn(new ReadingsArrived("agent-1", [reading], null));
        Assert.Equal(
            ["desk=7", "room=101", "site=home"],
            turns
                .Frames[^1]
                .Inputs.OfType<ReadingsArrived>()
                .Single()
                .Readings[0]
                .Labels.Select(l => $"{l.Key}={l.Value}")
                .Order()
        );
    }

    [Fact]
    public void A_wall_clock_that_is_set_back_changes_nothing_on_replay()
    {
        var turns = Started(ClockKind.Live);
        turns.Turn(new RulesChanged([new NamedText("r.yaml", Some.Rules)]));
        turns.Now = Some.At(100);
        turns.Turn();
        turns.Frames.RemoveAt(turns.Frames.Count - 1);
        turns.Now = Some.At(40);
        turns.Turn(new ReadingsArrived("agent-1", [Some.Reading("env-1", 1, 90, 35)], null));
        turns.Now = Some.At(130);
        turns.Turn();
        var again = new NodeCore(Some.Settings(ClockKind.Live), Turns.Epoch);
        foreach (var frame in turns.Frames)
        {
            Assert.True(
                FrameCodec.SameOutputs(
                    frame,
                    again.Replay(FrameCodec.Decode(frame.Number, FrameCodec.Encode(frame)), [])
                )
            );
        }

        Assert.Single(turns.Said<LaneItem>(), i => i.Lane == Lane.Alarms);
    }

    private static Turns Started(ClockKind clock = ClockKind.Recorded)
    {
        var turns = new Turns { Core = new NodeCore(Some.Settings(clock), Turns.Epoch) };
        turns.Turn(new NodeStarted("t", TimeSpan.Zero, Some.Everything), new DevicesChanged(Some.Settings().Devices!));
        return turns;
    }

    private static ReadingsArrived Hand(double at) => new("hand", [Some.Reading("env-1", 0, at)], null);

    private static ReadingsArrived Numbered(long seq, double at, double? received = null) =>
        new("agent-1", [Some.Reading("env-1", seq, at, received: received)], null);

    private static CommandOrdered Order(string id, long expires) =>
        new(new Command(id, "env-1", "fan", Value.Of(true), expires, null));
}
