using Mesh.Contracts;
using Mesh.Nodes;
using Mesh.World;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Mesh.Tests.Nodes;

/// <summary>
/// The steps by which the model's mutants go wrong (tests/models), taken by real nodes: each would fail here too if the
/// code left out that step. Fogs and the cloud are cores, the channels between them are these tests.
/// </summary>
public sealed class DeliveryCounterexamples
{
    [Fact]
    public void A_range_that_comes_again_whole_or_in_part_takes_effect_once()
    {
        var fog = Fog();
        Take(fog, Some.Range(1, 10));
        Assert.Equal(10, Take(fog, Some.Range(1, 10)));
        Assert.Equal(15, Take(fog, Some.Range(6, 10)));
        Assert.Equal(Numbers(1, 15), Sent(fog));
        Assert.Equal((15, 0), (fog.Core.Counters.Readings, fog.Core.Counters.Duplicates));
    }

    [Fact]
    public void A_range_is_one_frame_so_that_no_restart_holds_a_mark_without_its_readings()
    {
        var fog = Fog();
        Take(fog, Some.Range(1, 7));
        Take(fog, Some.Range(8, 5));
        for (var frames = 1; frames <= fog.Frames.Count; frames++)
        {
            var restarted = Back(fog, frames, Turns.Epoch);
            var held = restarted.Core.Marks.UpTo("agent-1", 3, Lane.Readings);
            Assert.Equal(Numbers(1, (int)held), Sent(restarted));
            Take(restarted, Some.Range(1, 12));
            Assert.Equal(Numbers(1, 12), Sent(restarted));
        }
    }

    [Fact]
    public void An_agent_back_from_its_backup_numbers_anew_so_that_nothing_old_counts_twice_and_nothing_new_is_skipped()
    {
        var fog = Fog();
        Take(fog, Some.Range(1, 10));
        var old = Some.Range(1, 5).Items;
        var fresh = Some.Range(101, 5).Items;
        Assert.Equal(10, Take(fog, Some.Range(1, 10, epoch: 4) with { Items = [.. old, .. fresh] }));
        Assert.Equal([.. Numbers(1, 10), .. Numbers(101, 5)], Sent(fog));
        Assert.Equal(5, fog.Core.Counters.Duplicates);
    }

    [Fact]
    public void Two_fogs_that_bring_the_same_readings_count_once_at_the_cloud_and_an_old_backlog_still_counts()
    {
        var (here, there, cloud) = (Fog(), Fog(epoch: 12), Fog(epoch: 20));
        Take(here, Some.Range(1, 10));
        Up(here, cloud, "fog-1", 11, to: 3);
        // The agent moves; what it keeps of the acknowledged goes to the other fog as well.
        Take(there, Some.Range(1, 20) with { Items = Some.Range(6, 15).Items, Skipped = [Gone(1, 5)] });
        Up(there, cloud, "fog-2", 12);
        Assert.Equal([.. Numbers(1, 3), .. Numbers(6, 15)], Sent(cloud));
        // The first fog returns with its backlog.
        Up(here, cloud, "fog-1", 11);
        Assert.Equal(Numbers(1, 20), Sent(cloud).Order());
        Assert.Equal(5, cloud.Core.Counters.Duplicates);
    }

    [Fact]
    public void A_fog_with_an_empty_disk_has_a_new_epoch_so_that_its_first_items_are_not_taken_for_old_ones()
    {
        var (before, cloud) = (Fog(), Fog(epoch: 20));
        Take(before, Some.Range(1, 10));
        Up(before, cloud, "fog-1", 11);
        var after = Fog(epoch: 12);
        Assert.Equal(0, after.Core.Marks.UpTo("agent-1", 3, Lane.Readings));
        Take(after, Some.Range(1, 4, agent: "agent-2"));
        Take(after, Some.Range(1, 12));
        Up(after, cloud, "fog-1", 12);
        Assert.Equal([.. Numbers(1, 10), .. Numbers(1, 4), .. Numbers(11, 2)], Sent(cloud));
    }

    [Fact]
    public void A_fog_back_from_its_backup_has_a_new_epoch_so_that_numbers_it_gives_again_are_not_taken_for_old_ones()
    {
        var (fog, cloud) = (Fog(), Fog(epoch: 20));
        Take(fog, Some.Range(1, 5));
        var backup = fog.Frames.Count;
        Take(fog, Some.Range(6, 5));
        Up(fog, cloud, "fog-1", 11);
        var back = Back(fog, backup, epoch: 12);
        Assert.Equal(5, back.Core.Marks.UpTo("agent-1", 3, Lane.Readings));
        // The agent keeps 8 to 10 of what was acknowledged, and another agent comes first.
        Take(back, Some.Range(1, 5, agent: "agent-2"));
        Take(back, Some.Range(6, 7) with { Items = Some.Range(8, 5).Items, Skipped = [Gone(6, 7)] });
        Up(back, cloud, "fog-1", 12);
        Assert.Equal([.. Numbers(1, 10), .. Numbers(1, 5), .. Numbers(11, 2)], Sent(cloud));
    }

    [Fact]
    public void An_agent_that_no_longer_has_what_a_new_fog_misses_is_refused_until_it_says_so()
    {
        var fog = Fog();
        Assert.True(fog.Turn(new RangeArrived(Some.Range(5, 6)))[0].Gap);
        Assert.Empty(Sent(fog));
        Assert.Equal(10, Take(fog, Some.Range(1, 10) with { Items = Some.Range(5, 6).Items, Skipped = [Gone(1, 4)] }));
        Assert.Equal(Numbers(5, 6), Sent(fog));
        Assert.Equal(1, fog.Core.Counters.Gaps);
    }

    [Fact]
    public async Task What_an_agent_no_longer_has_it_declares_in_front_of_what_it_has()
    {
        var disk = new LockedDisk(new MemoryDisk());
        var settings = Some.Settings(node: "agent-1") with { SegmentBytes = 16 * 1024, KeepBytes = 1 };
        for (var life = 0; life < 8; life++)
        {
            using var agent = Agent(disk, settings);
            for (var turn = 0; turn < 10; turn++)
            {
                var readings = Some.Range(1 + (1000 * life) + (100 * turn), 100).Items.Cast<Reading>().ToList();
                await agent.AcceptAsync(new ReadingsArrived("agent-1", readings, null), OpenNode.Cancel);
            }

            await agent.AcceptAsync(new Delivered(Lane.Readings, 1000 * (life + 1)), OpenNode.Cancel);
        }

        using var last = Agent(disk, settings);
        using var reader = new LaneReader(last.Outbox, Lane.Readings);
        var range = reader.Read(1, 100)!;
        var gone = Assert.Single(range.Skipped);
        Assert.Equal((1, 1, SkipReasons.Elsewhere), (range.From, gone.From, gone.Reason));
        Assert.Equal(gone.To + 1, ((Reading)range.Items[0]).Seq);
        var fog = Fog();
        Assert.Equal(gone.To + 100, Take(fog, range));
        Assert.Equal(gone.To, fog.Core.Counters.Skipped);
    }

    private static Node Agent(LockedDisk disk, NodeSettings settings) =>
        Node.Open(
            settings,
            new UplinkChoice(Enabled: true, Aggregates: false, AllReadings: true, []),
            disk,
            TimeProvider.System,
            NullLogger.Instance
        );

    private static Turns Fog(long epoch = Turns.Epoch)
    {
        var turns = new Turns { Core = new NodeCore(Some.Settings(), epoch) };
        turns.Turn(new NodeStarted("1", TimeSpan.Zero, Some.Everything));
        return turns;
    }

    /// <summary>The node as its first frames make it, under an epoch of its own: a restart, or a backup restored.</summary>
    private static Turns Back(Turns turns, int frames, long epoch)
    {
        var back = new Turns { Core = new NodeCore(Some.Settings(), epoch) };
        foreach (var frame in turns.Frames.Take(frames))
        {
            back.Core.Replay(FrameCodec.Decode(frame.Number, FrameCodec.Encode(frame)), []);
            back.Frames.Add(frame);
        }

        return back;
    }

    private static long Take(Turns node, LaneRange range)
    {
        var outcome = node.Turn(new RangeArrived(range)).Single();
        Assert.False(outcome.Gap);
        return outcome.UpTo;
    }

    /// <summary>Sends what a fog forwards, from its first item, up to an item or to its last.</summary>
    private static void Up(Turns fog, Turns cloud, string name, long epoch, int to = int.MaxValue) =>
        Take(cloud, Range(name, epoch, [.. Readings(fog).Take(to)]));

    private static LaneRange Range(string sender, long epoch, IReadOnlyList<MeshEvent> items) =>
        new(sender, epoch, Lane.Readings, 1, items, [], null);

    private static List<MeshEvent> Readings(Turns node)
    {
        var entries = new Queue<LaneEntry>();
        node.Frames.ForEach(frame => FrameCodec.ReadLane(FrameCodec.Encode(frame), Lane.Readings, entries));
        var items = entries.Where(e => e.Event is not null).ToList();
        Assert.Equal(Numbers(1, items.Count), items.Select(e => e.Item));
        return items.ConvertAll(e => e.Event!);
    }

    /// <summary>The numbers of the readings that took effect and went on, in order.</summary>
    private static List<long> Sent(Turns node) => Readings(node).ConvertAll(e => ((Reading)e).Seq);

    private static IEnumerable<long> Numbers(long from, int count) => Enumerable.Range(0, count).Select(i => from + i);

    private static Skipped Gone(long from, long to) => new(from, to, SkipReasons.Elsewhere);
}
