using Mesh.Contracts;
using Mesh.Nodes;
using Mesh.Tests.Blocks;
using Mesh.World;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Mesh.Tests.Nodes;

/// <summary>R6 and R7: what a node does whose journal has no room, in virtual time on a disk in memory.</summary>
public sealed class FullJournalTests
{
    private const int Segment = 64 * 1024;
    private readonly FakeTimeProvider _time = new(Some.Start.ToDateTimeOffset());
    private readonly MemoryDisk _disk = new();
    private long _epochs;

    [Fact]
    public void By_default_nothing_undelivered_goes_and_readings_are_refused_until_it_is_delivered()
    {
        using var machine = Open(Bounded(WhenFull.Refuse));
        var taken = FillUp(machine);
        Assert.True(machine.IsFull);
        Assert.True(machine.RefusedItems > 0);
        Assert.Equal(taken, Items(machine, Lane.Readings).Count);

        Assert.False(Take(machine, new Delivered(Lane.Readings, taken)).Refused);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.False(Take(machine, Readings(taken + 1)).Refused);
        Assert.False(machine.IsFull);
    }

    [Fact]
    public void Within_its_bound_the_journal_stays_however_long_nothing_is_delivered()
    {
        using var machine = Open(Bounded(WhenFull.DropOldest));
        for (var round = 0; round < 500; round++)
        {
            Take(machine, Readings(1 + (round * 200)));
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.True(machine.Journal.Bytes <= 5 * Segment);
        }

        Assert.True(machine.Look(core => core.Displaced.Dropped(Lane.Readings)) > 10_000);
    }

    [Fact]
    public void Readings_are_dropped_first_and_what_is_more_urgent_is_carried_over_under_its_numbers()
    {
        using var machine = Open(Bounded(WhenFull.DropOldest));
        var alarms = new SortedDictionary<long, string>();
        for (var round = 0; round < 300; round++)
        {
            Take(machine, Readings(1 + (round * 200)));
            if (round % 15 == 0)
            {
                Take(machine, Alarm(1 + (round / 15)));
            }

            _time.Advance(TimeSpan.FromSeconds(1));
        }

        foreach (var (number, text) in Items(machine, Lane.Alarms))
        {
            alarms.Add(number, text);
        }

        Assert.Equal(JournalNumbers(1, 20), alarms.Keys);
        Assert.Equal(0, machine.Look(core => core.Displaced.Dropped(Lane.Alarms)));
        var dropped = machine.Look(core => core.Displaced.Dropped(Lane.Readings));
        Assert.True(dropped > 1_000);
        var (items, skipped) = Whole(machine, Lane.Readings);
        Assert.All(skipped, s => Assert.Equal(SkipReasons.Dropped, s.Reason));
        Assert.Equal(dropped, skipped.Sum(s => s.To - s.From + 1));
        Assert.Equal(machine.Look(core => core.NextItem(Lane.Readings)) - 1, dropped + items);
    }

    [Fact]
    public void A_restart_knows_what_was_dropped_and_finds_what_was_carried_over()
    {
        long dropped;
        (long Items, IReadOnlyList<Skipped> Skipped) before;
        using (var machine = Open(Bounded(WhenFull.DropOldest)))
        {
            for (var round = 0; round < 300; round++)
            {
                Take(machine, Readings(1 + (round * 200)));
                Take(machine, Alarm(1 + round));
                _time.Advance(TimeSpan.FromSeconds(1));
            }

            dropped = machine.Look(core => core.Displaced.Dropped(Lane.Readings));
            before = Whole(machine, Lane.Readings);
        }

        using var again = Open(Bounded(WhenFull.DropOldest));
        Assert.Equal(0, again.ReplayDifferences);
        Assert.True(dropped > 0);
        Assert.Equal(dropped, again.Look(core => core.Displaced.Dropped(Lane.Readings)));
        Assert.Equal(before.Skipped, Whole(again, Lane.Readings).Skipped);
        Assert.Equal(JournalNumbers(1, 300), Items(again, Lane.Alarms).Keys);
    }

    [Fact]
    public void What_is_delivered_is_no_longer_carried_and_the_journal_shrinks()
    {
        using var machine = Open(Bounded(WhenFull.DropOldest) with { KeepBytes = 2 * Segment });
        for (var round = 0; round < 300; round++)
        {
            Take(machine, Readings(1 + (round * 200)));
            Take(machine, Alarm(1 + round));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        foreach (var lane in Lanes.All)
        {
            Take(machine, new Delivered(lane, machine.Look(core => core.NextItem(lane)) - 1));
        }

        Assert.True(machine.Look(core => core.Displaced.IsEmpty));
        for (var round = 300; round < 400; round++)
        {
            Take(machine, Readings(1 + (round * 200)));
            machine.Retain();
        }

        Assert.True(machine.Journal.Bytes <= 5 * Segment, $"{machine.Journal.Bytes / Segment} segments");
    }

    [Fact]
    public void When_not_even_commands_fit_deliveries_still_do_and_time_stands_still_for_rules()
    {
        using var machine = Open(Bounded(WhenFull.Refuse) with { MaxBytes = null });
        _disk.Capacity = 8 * Segment;
        var taken = FillUp(machine);
        var commands = 0;
        while (!Take(machine, Command(commands)).Refused)
        {
            Assert.True(++commands < 10_000);
        }

        Assert.True(commands > 10);
        var clock = machine.Look(core => core.Engine.Clock);
        _time.Advance(TimeSpan.FromSeconds(5));
        machine.Turn([], []);
        Assert.Equal(clock, machine.Look(core => core.Engine.Clock));
        Assert.False(Take(machine, new Delivered(Lane.Readings, taken / 2)).Refused);
        Assert.Equal(taken / 2, machine.Look(core => core.DeliveredUpTo(Lane.Readings)));

        _disk.Capacity = long.MaxValue;
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.False(Take(machine, Command(commands)).Refused);
        Assert.False(Take(machine, Readings(taken + 1)).Refused);
    }

    [Fact]
    public void A_frame_for_which_there_is_no_room_promises_nothing_and_is_there_once_there_is()
    {
        using var machine = Open(Bounded(WhenFull.Refuse) with { MaxBytes = null });
        _disk.Capacity = 8 * Segment;
        FillUp(machine);
        var large = new DevicesChanged(
            new NamedText("devices.yaml", "labels: {site: home}\n#" + new string('x', 2 * Segment))
        );
        Assert.True(Take(machine, large).Refused);
        Assert.True(Take(machine, Command(1)).Refused);
        _disk.Capacity = long.MaxValue;
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(large, Assert.Single(machine.Turn([], [])!.Inputs));
        Assert.False(Take(machine, Command(1)).Refused);
    }

    [Fact]
    public void A_snapshot_that_is_larger_than_what_is_left_is_left_out_and_the_node_lives()
    {
        using (var machine = Open(Bounded(WhenFull.Refuse) with { MaxBytes = null }))
        {
            var large = new string('x', 3 * Segment);
            Take(machine, new DevicesChanged(new NamedText("devices.yaml", $"labels: {{site: home}}\n#{large}")));
            _disk.Capacity = Used() + Segment;
            Take(machine, Command(1));
            machine.End();
        }

        _disk.Capacity = long.MaxValue;
        using var again = Open(Bounded(WhenFull.Refuse));
        Assert.Equal(0, again.ReplayDifferences);
        Assert.Single(again.Look(core => core.Commands.All));
    }

    [Fact]
    public void Delivered_segments_older_than_they_should_be_go_although_there_is_room()
    {
        using var machine = Open(
            Bounded(WhenFull.Refuse) with
            {
                KeepFor = TimeSpan.FromHours(1),
                MaxBytes = 20 * Segment,
            }
        );
        var from = 1;
        for (var hour = 0; hour < 12; hour++)
        {
            for (var i = 0; i < 30; i++, from += 200)
            {
                Take(machine, Readings(from));
            }

            Take(machine, new Delivered(Lane.Readings, from - 1));
            foreach (var lane in Lanes.All)
            {
                Take(machine, new Delivered(lane, machine.Look(core => core.NextItem(lane)) - 1));
            }

            machine.Retain();
            _time.Advance(TimeSpan.FromHours(1));
        }

        Assert.True(machine.Journal.FirstFrame > 1);
    }

    private static NodeSettings Bounded(WhenFull policy) =>
        Some.Settings() with
        {
            Rules = [],
            MaxBytes = 5 * Segment,
            KeepBytes = 100 * Segment,
            WhenFull = policy,
        };

    private static IEnumerable<long> JournalNumbers(long from, long to) => Journals.JournalTests.Range(from, to);

    private static RangeArrived Readings(long from)
    {
        var random = new Random((int)from);
        var items = Enumerable
            .Range(0, 200)
            .Select(i => (MeshEvent)Some.Reading("of-agent-1", from + i, (from + i) / 100.0, random.NextDouble()));
        return new RangeArrived(new LaneRange("agent-1", 3, Lane.Readings, from, [.. items], [], null));
    }

    private static RangeArrived Alarm(long number)
    {
        var origin = new DetectionOrigin
        {
            Rule = "hot",
            RuleHash = "h",
            Severity = Severity.Critical,
            Key = [],
        };
        var alarm = new Detection(origin, DetectionKind.Fire, Some.Start, Some.Start)
        {
            Id = number.ToString("x32", System.Globalization.CultureInfo.InvariantCulture),
        };
        return new RangeArrived(new LaneRange("agent-1", 3, Lane.Alarms, number, [alarm], [], null));
    }

    private static CommandOrdered Command(int number) =>
        new(new Command($"c{number}", "of-agent-1", "fan", Value.Of(true), 900_000, null));

    /// <summary>Takes readings until they are refused; the number of the last one taken.</summary>
    private static long FillUp(TurnMachine machine)
    {
        for (long from = 1; from < 1_000_000; from += 200)
        {
            if (Take(machine, Readings(from)).Refused)
            {
                return from - 1;
            }
        }

        throw new InvalidOperationException("it never fills");
    }

    private static InputOutcome Take(TurnMachine machine, NodeInput input)
    {
        var outcomes = new List<InputOutcome>();
        machine.Turn([input], outcomes);
        return outcomes.Single();
    }

    private static SortedDictionary<long, string> Items(TurnMachine machine, Lane lane)
    {
        var items = new SortedDictionary<long, string>();
        using var reader = new LaneReader(machine.Outbox, lane);
        long from = machine.Look(core => core.DeliveredUpTo(lane)) + 1;
        while (reader.Read(from, 100) is { } range && range.To >= from)
        {
            Assert.Empty(range.Skipped);
            foreach (var item in range.Items)
            {
                items.Add(from++, Exactly.Text(item));
            }
        }

        return items;
    }

    private static (long Items, IReadOnlyList<Skipped> Skipped) Whole(TurnMachine machine, Lane lane)
    {
        using var reader = new LaneReader(machine.Outbox, lane);
        var (from, items, skipped) = (1L, 0L, new List<Skipped>());
        while (reader.Read(from, 100) is { } range && range.To >= from)
        {
            items += range.Items.Count;
            skipped.AddRange(range.Skipped);
            from = range.To + 1;
        }

        return (items, skipped);
    }

    private long Used() =>
        _disk.List("/data/journal").Sum(n => (long)_disk.Bytes(Path.Combine("/data/journal", n)).Length);

    private TurnMachine Open(NodeSettings settings)
    {
        var machine = TurnMachine.Open(settings, _disk, _time, () => ++_epochs, NullLogger.Instance);
        machine.Begin(Some.Everything, "1");
        return machine;
    }
}
