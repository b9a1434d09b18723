using Mesh.Contracts;
using Mesh.Nodes;
using Mesh.World;
using Xunit;

namespace Mesh.Tests.Nodes;

public sealed class NodeOnDiskTests
{
    [Fact]
    public async Task A_failed_sync_keeps_no_promise_ends_the_node_and_lets_nothing_out()
    {
        var disk = new LockedDisk(new MemoryDisk());
        using var node = OpenNode.On(disk);
        Assert.Equal(10, await node.TakeAsync(Some.Range(1, 10)));
        var frames = 0;
        using var watch = node.Frames.Subscribe(_ => frames++);
        disk.Do(d => d.SyncsUntilFailure = 0);
        await Assert.ThrowsAsync<NodeStoppedException>(() => node.TakeAsync(Some.Range(11, 10)));
        await Assert.ThrowsAsync<JournalFailedException>(() => node.Completion);
        await Assert.ThrowsAsync<NodeStoppedException>(() => node.TakeAsync(Some.Range(11, 10)));
        Assert.Equal(0, frames);
        Assert.Equal(10, node.Items(Lane.Readings).Count);
    }

    [Fact]
    public async Task No_power_cut_loses_what_was_acknowledged_or_gives_a_number_twice()
    {
        var held = 0;
        for (var seed = 1; seed <= 20; seed++)
        {
            var random = new Random(seed);
            var memory = new MemoryDisk();
            var (acknowledged, seen) = (0L, new Dictionary<(Lane, long), string>());
            for (var life = 0; life < 3; life++)
            {
                memory.OperationsUntilCut = random.Next(life == 0 ? 30 : 4, 60);
                acknowledged = await LiveAsync(
                    new LockedDisk(memory),
                    random,
                    acknowledged,
                    seen,
                    $"seed {seed} life {life}"
                );
                memory = memory.Cut(random);
            }

            using var node = OpenNode.On(new LockedDisk(memory));
            Check(node, acknowledged, seen, $"seed {seed} at last");
            Assert.Equal(0, node.ReplayDifferences);
            held += acknowledged > 0 ? 1 : 0;
        }

        Assert.True(held > 12, $"only {held} of 20 runs came to acknowledge anything");
    }

    [Fact]
    public async Task A_start_without_its_newest_snapshot_takes_the_one_before_and_comes_to_the_same()
    {
        var memory = new MemoryDisk();
        var before = await FilledAsync(memory, starts: 3);
        memory.Damage(memory.LastSegment(), WithoutLastFrame);
        using var node = OpenNode.On(new LockedDisk(memory));
        Assert.Equal(before.Epoch, node.Epoch);
        Assert.Equal(before.Items, Lanes.All.Select(l => string.Join('\n', node.Items(l))));
        Assert.Equal(300, node.Look(core => core.Marks.UpTo("agent-1", 3, Lane.Readings)));
        Assert.Equal(0, node.ReplayDifferences);
    }

    [Fact]
    public async Task Where_the_end_is_lost_a_new_epoch_goes_on_behind_and_what_waits_is_still_sent()
    {
        var memory = new MemoryDisk();
        var before = await FilledAsync(memory, starts: 2);
        memory.Damage(memory.LastSegment(), bytes => bytes[..^4096]);
        using var node = OpenNode.On(new LockedDisk(memory));
        Assert.NotEqual(before.Epoch, node.Epoch);
        await node.TakeAsync(Some.Range(201, 50));
        var items = node.Items(Lane.Readings);
        Assert.Equal(Enumerable.Range(1, 250).Select(i => (long)i), items.Keys);
        Assert.Equal(before.Items[(int)Lane.Readings], string.Join('\n', items.Take(200)));
    }

    [Fact]
    public async Task A_full_disk_refuses_readings_takes_commands_and_goes_on_by_itself_when_there_is_room()
    {
        var disk = new LockedDisk(new MemoryDisk());
        using var node = OpenNode.On(disk);
        disk.Do(d => d.Capacity = 200 * 1024);
        var taken = 0L;
        await Assert.ThrowsAsync<NodeBusyException>(async () =>
        {
            for (var from = 1L; from < 100_000; from += 500)
            {
                taken = await node.TakeAsync(Noise(from));
            }
        });
        Assert.True(taken > 0);
        await node.AcceptAsync(
            new CommandOrdered(new Command("c", "of-agent-1", "fan", Value.Of(true), 9_000, null)),
            OpenNode.Cancel
        );
        await node.AcceptAsync(new Delivered(Lane.Readings, taken / 2), OpenNode.Cancel);
        disk.Do(d => d.Capacity = long.MaxValue);
        await Until(async () => await node.TakeAsync(Noise(taken + 1)) == taken + 500);
        Assert.Equal(taken + 500, node.Items(Lane.Readings).Count);
    }

    [Fact]
    public async Task What_a_node_took_while_it_was_stopped_is_there_and_the_rest_is_refused()
    {
        var memory = new LockedDisk(new MemoryDisk());
        var node = OpenNode.On(memory);
        var senders = Enumerable
            .Range(1, 8)
            .Select(s => Task.Run(() => SendUntilStoppedAsync(node, $"agent-{s}")))
            .ToList();
        await Until(() => Task.FromResult(node.Journal.LastFrame > 20));
        node.Dispose();
        await node.Completion;
        var acknowledged = await Task.WhenAll(senders);
        using var again = OpenNode.On(new LockedDisk(memory.Journal));
        for (var s = 0; s < acknowledged.Length; s++)
        {
            Assert.Equal(acknowledged[s], again.Look(core => core.Marks.UpTo($"agent-{s + 1}", 3, Lane.Readings)));
        }
    }

    [Fact]
    public void A_start_that_fails_lets_go_of_its_folders()
    {
        var disk = new LockedDisk(new MemoryDisk());
        OpenNode.On(disk).Dispose();
        disk.Do(d => d.SyncsUntilFailure = 0);
        Assert.ThrowsAny<Exception>(() => OpenNode.On(disk));
        OpenNode.On(disk).Dispose();
    }

    private static async Task<long> SendUntilStoppedAsync(Node node, string agent)
    {
        var upTo = 0L;
        try
        {
            while (true)
            {
                upTo = await node.TakeAsync(Some.Range(upTo + 1, 5, agent));
            }
        }
        catch (NodeStoppedException)
        {
            return upTo;
        }
    }

    private static async Task<long> LiveAsync(
        LockedDisk disk,
        Random random,
        long acknowledged,
        Dictionary<(Lane, long), string> seen,
        string where
    )
    {
        Node node;
        try
        {
            node = OpenNode.On(disk);
        }
        catch (DiskException)
        {
            return acknowledged;
        }
        catch (JournalFailedException)
        {
            return acknowledged;
        }

        using (node)
        {
            try
            {
                Check(node, acknowledged, seen, where);
                acknowledged = Math.Max(acknowledged, node.Look(core => core.Marks.UpTo("agent-1", 3, Lane.Readings)));
                while (true)
                {
                    // Resent and overlapping on purpose.
                    var from = Math.Max(1, acknowledged + 1 - random.Next(20));
                    acknowledged = await node.TakeAsync(Some.Range(from, random.Next(20, 60)));
                }
            }
            catch (Exception fault) when (fault is NodeStoppedException || (fault is DiskException && disk.IsDead))
            {
                // The node writes by itself too, so the power can go while its lanes are looked at.
                return acknowledged;
            }
        }
    }

    private static void Check(Node node, long acknowledged, Dictionary<(Lane, long), string> seen, string where)
    {
        var upTo = node.Look(core => core.Marks.UpTo("agent-1", 3, Lane.Readings));
        Assert.True(upTo >= acknowledged, $"{where}: {upTo} held, {acknowledged} acknowledged");
        Note(node, seen, where);
        var readings = seen.Keys.Count(k => k.Item1 == Lane.Readings);
        Assert.True(readings == upTo, $"{where}: {readings} readings in the lane, {upTo} held");
        Assert.Equal(readings, seen.Where(s => s.Key.Item1 == Lane.Readings).Select(s => s.Value).Distinct().Count());
    }

    /// <summary>A number that was seen durable once has the same content for ever.</summary>
    private static void Note(Node node, Dictionary<(Lane, long), string> seen, string where)
    {
        if (!node.Completion.IsFaulted)
        {
            foreach (var lane in Lanes.All)
            {
                foreach (var (number, text) in node.Items(lane))
                {
                    Assert.True(
                        seen.TryAdd((lane, number), text) || seen[(lane, number)] == text,
                        $"{where}: {lane} {number}"
                    );
                }
            }
        }
    }

    /// <summary>A hundred readings per start; epoch and lanes at the end.</summary>
    private static async Task<(long Epoch, string[] Items)> FilledAsync(MemoryDisk memory, int starts)
    {
        for (var start = 0; ; start++)
        {
            using var node = OpenNode.On(new LockedDisk(memory));
            await node.TakeAsync(Some.Range(1 + (100 * start), 100));
            if (start + 1 == starts)
            {
                return (node.Epoch, [.. Lanes.All.Select(l => string.Join('\n', node.Items(l)))]);
            }
        }
    }

    private static LaneRange Noise(long from)
    {
        var random = new Random((int)from);
        var items = Enumerable
            .Range(0, 500)
            .Select(i => (MeshEvent)Some.Reading("of-agent-1", from + i, (from + i) / 100.0, random.NextDouble()));
        return new LaneRange("agent-1", 3, Lane.Readings, from, [.. items], [], null);
    }

    private static byte[] WithoutLastFrame(byte[] bytes)
    {
        var last = Array.FindLastIndex(bytes, b => b != 0);
        bytes[last - 8] ^= 0x55;
        return bytes;
    }

    internal static async Task Until(Func<Task<bool>> condition)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                if (await condition())
                {
                    return;
                }
            }
            catch (NodeBusyException)
            {
                // Not yet.
            }

            Assert.True(TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromSeconds(20), "it does not come true");
            await Task.Delay(20, OpenNode.Cancel);
        }
    }
}
