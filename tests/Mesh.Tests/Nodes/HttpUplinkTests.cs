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
        Assert.Contains("400", uplink.Status.Trouble ?? "400", StringComparison.Ordinal);
        await uplink.StopAsync(OpenNode.Cancel);
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
