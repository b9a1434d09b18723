using Mesh.Contracts;
using Mesh.Nodes;
using Mesh.World;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Mesh.Tests.Nodes;

public sealed class HttpUplinkTests
{
    private static readonly Uri s_cloud = new("http://cloud.test/");

    [Fact]
    public async Task Whatever_gets_lost_or_fails_everything_arrives_once_and_in_order()
    {
        using var node = OpenNode.On(new LockedDisk(new MemoryDisk()));
        using var cloud = new FlakyCloud
        {
            Plan = request => request < 10 && request % 2 == 0 ? (FlakyCloud.Trouble)(1 + (request / 2 % 4)) : default,
        };
        await FillAsync(node, 0, 20);
        using var uplink = await StartAsync(node, cloud);
        await FillAsync(node, 20, 10);
        await DrainedAsync(node);
        foreach (var lane in Lanes.All)
        {
            Assert.Equal(
                string.Join('\n', node.Items(lane, EventJson.Text).Select(i => $"{i.Key} {i.Value}")),
                string.Join('\n', cloud.Taken.Where(t => t.Lane == lane).Select(t => $"{t.Number} {t.Text}"))
            );
        }

        Assert.True(cloud.Asked.Count > 8, $"only {cloud.Asked.Count} requests");
        await uplink.StopAsync(OpenNode.Cancel);
    }

    [Fact]
    public async Task A_backlog_leaves_with_alarms_first()
    {
        using var node = OpenNode.On(new LockedDisk(new MemoryDisk()));
        using var cloud = new FlakyCloud();
        await FillAsync(node, 0, 10);
        using var uplink = await StartAsync(node, cloud);
        await DrainedAsync(node);
        Assert.Equal(Lanes.All, cloud.Asked.Distinct());
        Assert.Equal(cloud.Asked.Order(), cloud.Asked);
        await uplink.StopAsync(OpenNode.Cancel);
    }

    [Fact]
    public async Task A_lane_that_is_refused_keeps_no_other_waiting()
    {
        using var node = OpenNode.On(new LockedDisk(new MemoryDisk()));
        using var cloud = new FlakyCloud { Refused = { Lane.Alarms } };
        await FillAsync(node, 0, 10);
        using var uplink = await StartAsync(node, cloud);
        await NodeOnDiskTests.Until(() =>
            Task.FromResult(Waiting(node, Lane.Readings) + Waiting(node, Lane.Aggregates) == 0)
        );
        Assert.Single(cloud.Asked, Lane.Alarms);
        Assert.Contains("403", uplink.Status.Trouble ?? "403", StringComparison.Ordinal);
        await uplink.StopAsync(OpenNode.Cancel);
    }

    [Fact]
    public async Task One_bad_item_is_set_aside_and_holds_up_nobody()
    {
        var disk = new LockedDisk(new MemoryDisk());
        using (var node = OpenNode.On(disk))
        {
            using var cloud = new FlakyCloud { Poison = i => i is Reading { Seq: 137 } };
            await FillAsync(node, 0, 10);
            using var uplink = await StartAsync(node, cloud);
            await DrainedAsync(node);
            var skipped = Assert.Single(cloud.Skipped);
            Assert.Equal((SkipReasons.Refused, skipped.From), (skipped.Reason, skipped.To));
            Assert.DoesNotContain(
                cloud.Taken.Where(t => t.Lane == Lane.Readings),
                t => t.Text.Contains("\"seq\":137,", StringComparison.Ordinal)
            );
            Assert.Equal(499, cloud.Taken.Count(t => t.Lane == Lane.Readings));
            await uplink.StopAsync(OpenNode.Cancel);
        }

        using var again = OpenNode.On(disk);
        var refused = Assert.Single(again.Look(core => core.Refused.All.ToList()));
        Assert.Contains("\"seq\":137,", refused.Json, StringComparison.Ordinal);
        Assert.Equal([(Lane.Readings, SkipReasons.Refused, 1L)], again.Look(core => core.Losses.Here.ToList()));
    }

    [Fact]
    public void Where_one_after_the_other_is_refused_it_is_not_the_items_that_are_wrong()
    {
        using var rig = new CloudLine();
        rig.Feed(100);
        var refused = 0;
        for (var step = 0; step < 2_000; step++)
        {
            rig.Pass(TimeSpan.FromSeconds(1));
            if (rig.Hop.Next(rig.Now) is { } request)
            {
                refused += rig.Tell(rig.Hop.Answered(request, 400, [], null, rig.Now)) is ItemRefused ? 1 : 0;
            }
        }

        // Ten of each lane; the fed readings fill three of them.
        Assert.InRange(refused, 10, 30);
    }

    [Fact]
    public void A_cloud_that_asks_for_a_pause_gets_it()
    {
        using var rig = new CloudLine();
        rig.Feed(10);
        var request = rig.Hop.Next(rig.Now)!;
        rig.Tell(rig.Hop.Answered(request, 429, [], TimeSpan.FromSeconds(40), rig.Now));
        rig.Pass(TimeSpan.FromSeconds(39));
        Assert.Null(rig.Hop.Next(rig.Now));
        rig.Pass(TimeSpan.FromSeconds(2));
        Assert.NotNull(rig.Hop.Next(rig.Now));
    }

    [Fact]
    public void What_is_too_old_is_declared_expired_and_counted_once()
    {
        using var rig = new CloudLine(new HopSettings { Ttl = [null, null, null, TimeSpan.FromDays(7)] });
        rig.Feed(10);
        rig.Pass(TimeSpan.FromDays(8));
        rig.Feed(5);
        var skipped = new List<Skipped>();
        for (var again = 0; again < 2; again++)
        {
            // The first time everything but the answer arrives.
            skipped.AddRange(
                rig.Drain(answers: again == 1).Where(r => r.Lane == Lane.Readings).SelectMany(r => r.Skipped)
            );
        }

        Assert.All(skipped, s => Assert.Equal(new Skipped(1, 10, SkipReasons.Expired), s));
        Assert.Equal([(Lane.Readings, SkipReasons.Expired, 10L)], rig.Core.Losses.Here.ToList());
        Assert.Equal(0, rig.Core.Backlog(Lane.Readings));
    }

    [Fact]
    public void A_rate_bounds_readings_and_no_alarm_waits_for_it()
    {
        using var rig = new CloudLine(new HopSettings { Rate = 10_000 });
        rig.Feed(4_000);
        var sent = rig.Drain(patience: TimeSpan.FromSeconds(10)).ToList();
        Assert.True(rig.Core.Backlog(Lane.Readings) > 0, "the rate bounds nothing");
        Assert.Equal(0, rig.Core.Backlog(Lane.Alarms) + rig.Core.Backlog(Lane.Detections));
        Assert.Contains(sent, r => r.Lane == Lane.Readings);
    }

    [Fact]
    public async Task A_cloud_that_has_lost_its_data_gets_all_that_is_still_here()
    {
        using var node = OpenNode.On(new LockedDisk(new MemoryDisk()));
        using var cloud = new FlakyCloud();
        await FillAsync(node, 0, 5);
        using var uplink = await StartAsync(node, cloud);
        await DrainedAsync(node);
        var once = true;
        cloud.Plan = _ => once && !(once = false) ? FlakyCloud.Trouble.Forgets : FlakyCloud.Trouble.None;
        await FillAsync(node, 5, 1);
        await NodeOnDiskTests.Until(() =>
            Task.FromResult(
                cloud.Taken.Count(t => t.Lane == Lane.Readings) == node.Look(c => c.NextItem(Lane.Readings)) - 1
            )
        );
        await uplink.StopAsync(OpenNode.Cancel);
    }

    [Fact]
    public async Task No_body_is_larger_than_a_cloud_takes()
    {
        using var node = OpenNode.On(new LockedDisk(new MemoryDisk()));
        using var cloud = new FlakyCloud();
        var note = new string('n', Limits.TextLength);
        for (var from = 1; from <= 4001; from += 500)
        {
            var items = Enumerable.Range(from, 500).Select(i => (MeshEvent)Long(i, note));
            await node.TakeAsync(new LaneRange("agent-1", 3, Lane.Readings, from, [.. items], [], null));
        }

        using var uplink = await StartAsync(node, cloud);
        await DrainedAsync(node);
        Assert.Equal(4500, cloud.Taken.Count(t => t.Lane == Lane.Readings));
        Assert.InRange(cloud.LargestBody, 3_000_000, Limits.BodyBytes);
        await uplink.StopAsync(OpenNode.Cancel);
    }

    private static Reading Long(long number, string note) =>
        new Reading
        {
            Device = "d",
            Sensor = "note",
            Value = Value.Of(note),
            At = Some.At(number / 1000.0),
            Seq = number,
            Boot = 1,
            Fields = new Fields([new("again", Value.Of(note))]),
        };

    private static async Task FillAsync(Node node, int from, int ranges)
    {
        for (var i = from; i < from + ranges; i++)
        {
            await node.TakeAsync(Some.Range(1 + (i * 50), 50));
        }
    }

    private static async Task<HttpUplink> StartAsync(Node node, FlakyCloud cloud)
    {
        var uplink = new HttpUplink(node, s_cloud, cloud, TimeProvider.System, NullLogger<HttpUplink>.Instance);
        await uplink.StartAsync(OpenNode.Cancel);
        return uplink;
    }

    private static long Waiting(Node node, Lane lane) => node.Look(c => c.NextItem(lane) - 1 - c.DeliveredUpTo(lane));

    private static Task DrainedAsync(Node node) =>
        NodeOnDiskTests.Until(() => Task.FromResult(Lanes.All.Sum(l => Waiting(node, l)) == 0));
}
