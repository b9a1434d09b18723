using Mesh.Contracts;
using Mesh.Nodes;
using Mesh.Tests.Nodes;
using Mesh.World;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Mesh.Tests.Journals;

/// <summary>Verify, repair, backup and restore, on the journals of nodes.</summary>
public sealed class JournalToolsTests
{
    private const string Data = "/data";
    private readonly MemoryDisk _disk = new();
    private long _epochs;

    [Fact]
    public void A_whole_journal_has_no_findings_and_dumps_every_frame()
    {
        using (var machine = Open())
        {
            Take(machine, 1, 500);
        }

        var inspection = new JournalInspection(_disk, Data);
        Assert.Empty(inspection.Verify().SelectMany(f => f.Damages));
        using var stream = new MemoryStream();
        long last = 0;
        foreach (var frame in inspection.Frames())
        {
            stream.SetLength(0);
            using var writer = new System.Text.Json.Utf8JsonWriter(stream);
            Assert.True(FrameJson.Write(writer, frame, default));
            writer.Flush();
            using var parsed = System.Text.Json.JsonDocument.Parse(stream.ToArray());
            Assert.Equal(++last, parsed.RootElement.GetProperty("frame").GetInt64());
        }

        Assert.True(last > 2);
    }

    [Fact]
    public void Repair_says_what_is_lost_sets_it_aside_and_the_node_goes_on_under_a_new_epoch()
    {
        long epoch;
        using (var machine = Open())
        {
            Take(machine, 1, 2_000);
            epoch = machine.Journal.Epoch;
        }

        var victim = new JournalInspection(_disk, Data)
            .Frames()
            .First(f => FrameCodec.Items(f.Body.Span, Lane.Readings) is { From: 501 });
        var path = Path.Combine("/data/journal", victim.Segment.File);
        _disk.Damage(path, bytes => Flipped(bytes, (int)victim.Offset + 30));

        var repair = new JournalRepair(_disk, Data);
        Assert.True(repair.IsNeeded);
        Assert.Equal((victim.Number, victim.Number), Assert.Single(repair.Lost));
        Assert.Contains((Lane.Readings, 501, 600), repair.LostItems);
        var held = _disk.Bytes(path);
        Assert.Equal(held, _disk.Bytes(path));
        Assert.Single(repair.Run(newEpoch: 77));

        using var again = Open();
        Assert.Equal(77, again.Journal.Epoch);
        Assert.NotEqual(epoch, again.Journal.Epoch);

        // What came behind the hole is asked for again, since only the sender can still have what was in it.
        Assert.Equal(500, again.Look(core => core.Marks.UpTo("agent-1", 3, Lane.Readings)));
        using var reader = new LaneReader(again.Outbox, Lane.Readings);
        Assert.Equal(500, reader.Read(1, 1_000)!.To);
        var hole = Assert.Single(reader.Read(501, 1_000)!.Skipped);
        Assert.Equal(new Skipped(501, 600, SkipReasons.Damaged), hole);
    }

    [Fact]
    public void Repair_refuses_while_a_node_runs_on_the_journal()
    {
        using var machine = Open();
        Take(machine, 1, 100);
        var repair = new JournalRepair(_disk, Data);
        Assert.Contains(
            "another process",
            Assert.Throws<DiskException>(() => repair.Run(9)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_backup_taken_while_the_node_runs_is_whole_and_restores_under_a_new_epoch()
    {
        using var machine = Open();
        Take(machine, 1, 1_000);
        var content = JournalBackup.Write(_disk, Data, "/backup");
        Assert.Equal(("fog-1", machine.Journal.LastFrame), (content.Node, content.LastFrame));
        Take(machine, 1_001, 1_000);
        Assert.Throws<JournalRefusedException>(() => JournalBackup.Write(_disk, Data, "/backup"));

        var restored = JournalBackup.Restore(_disk, "/backup", "/elsewhere", newEpoch: 1_234);
        Assert.Equal(1_234, restored.Epoch);
        using var again = Open("/elsewhere");
        Assert.Equal(1_000, again.Look(core => core.Marks.UpTo("agent-1", 3, Lane.Readings)));
        Assert.Equal(0, again.ReplayDifferences);
        Assert.Throws<JournalRefusedException>(() => JournalBackup.Restore(_disk, "/backup", "/elsewhere", 5));
    }

    [Fact]
    public void After_an_old_backup_is_restored_the_next_tier_holds_each_reading_once()
    {
        var cloud = new NodeCore(Some.Settings(node: "cloud") with { Rules = [] }, epoch: 99);
        using (var machine = Open())
        {
            Take(machine, 1, 300);
            Deliver(machine, cloud);
            JournalBackup.Write(_disk, Data, "/backup");
            Take(machine, 301, 300);
            Deliver(machine, cloud);
        }

        JournalBackup.Restore(_disk, "/backup", "/restored", newEpoch: 5_000);
        using var again = Open("/restored");

        // The agent sends again what this node no longer knows, and then goes on.
        Take(again, 301, 600);
        Deliver(again, cloud);
        Assert.Equal(900, cloud.Counters.Readings - cloud.Counters.Duplicates);
        Assert.Equal(0, cloud.Counters.Gaps);
    }

    /// <summary>Sends the lane of readings from where the receiver stands in this epoch.</summary>
    private static void Deliver(TurnMachine machine, NodeCore cloud)
    {
        using var reader = new LaneReader(machine.Outbox, Lane.Readings);
        var epoch = machine.Journal.Epoch;
        for (var number = 1; ; number++)
        {
            var from = cloud.Marks.UpTo("fog-1", epoch, Lane.Readings) + 1;
            if (reader.Read(from, 250) is not { } range || range.To < range.From)
            {
                return;
            }

            cloud.Turn(number, [new RangeArrived(range)], Some.Start, []);
        }
    }

    private static byte[] Flipped(byte[] bytes, int offset)
    {
        var copy = (byte[])bytes.Clone();
        copy[offset] ^= 4;
        return copy;
    }

    private static void Take(TurnMachine machine, long from, long count)
    {
        for (var end = from + count; from < end; from += 100)
        {
            var outcomes = new List<InputOutcome>();
            machine.Turn([new RangeArrived(Some.Range(from, 100))], outcomes);
            Assert.False(outcomes.Single().Gap);
        }
    }

    private TurnMachine Open(string data = Data)
    {
        var machine = TurnMachine.Open(
            Some.Settings() with
            {
                Data = data,
                Rules = [],
            },
            _disk,
            TimeProvider.System,
            () => ++_epochs,
            NullLogger.Instance
        );
        machine.Begin(Some.Everything, "1");
        return machine;
    }
}
