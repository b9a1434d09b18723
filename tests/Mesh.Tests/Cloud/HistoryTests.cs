using System.Globalization;
using Mesh.Contracts;
using Xunit;

namespace Mesh.Tests.Cloud;

public class HistoryTests
{
    [Fact]
    public async Task Readings_are_found_by_device_and_time()
    {
        await using var cloud = await RunningCloud.StartAsync();
        await cloud.TakeAsync(Sent.Readings(1, 100));
        await cloud.TakeAsync(Sent.Readings(101, 100, "env-102"));
        var found = await cloud.ListAsync(
            "v1/readings?fresh=true&device=env-102&from=2026-03-02T08:02:00Z&to=2026-03-02T08:02:10Z",
            1000
        );
        Assert.Equal(Enumerable.Range(120, 10), found.Select(r => r.GetProperty("seq").GetInt32()));
        Assert.All(found, r => Assert.Equal("101", r.GetProperty("labels").GetProperty("room").GetString()));
    }

    [Fact]
    public async Task Pages_of_readings_neither_repeat_nor_miss_what_was_there_while_more_arrive()
    {
        await using var cloud = await RunningCloud.StartAsync();
        await cloud.TakeAsync(Sent.Readings(1, 100));
        var first = await cloud.GetAsync("v1/readings?fresh=true&limit=30");

        // An older reading of another device comes between two pages, and newer ones behind.
        await cloud.TakeAsync(Sent.Range(Lane.Readings, 101, Sent.Reading(5, "env-000")));
        await cloud.TakeAsync(Sent.Readings(102, 10));
        var next = Uri.EscapeDataString(first.GetProperty("next").GetString()!);
        var rest = await cloud.GetAsync($"v1/readings?fresh=true&limit=1000&after={next}");
        var seqs = first.GetProperty("items").EnumerateArray().Concat(rest.GetProperty("items").EnumerateArray());
        Assert.Equal(
            [.. Enumerable.Range(1, 100), .. Enumerable.Range(102, 10)],
            seqs.Select(r => r.GetProperty("seq").GetInt32())
        );
    }

    [Fact]
    public async Task Pages_of_detections_neither_repeat_nor_miss_what_was_there_while_more_arrive()
    {
        await using var cloud = await RunningCloud.StartAsync();
        await cloud.TakeAsync(Sent.Range(Lane.Alarms, 1, [.. Enumerable.Range(1, 25).Select(i => Sent.Detection(i))]));
        var first = await cloud.GetAsync("v1/detections?fresh=true&limit=10");
        await cloud.TakeAsync(Sent.Range(Lane.Alarms, 26, Sent.Detection(26), Sent.Detection(27)));
        var next = Uri.EscapeDataString(first.GetProperty("next").GetString()!);
        var rest = await cloud.GetAsync($"v1/detections?fresh=true&limit=1000&after={next}");
        var numbers = first
            .GetProperty("items")
            .EnumerateArray()
            .Concat(rest.GetProperty("items").EnumerateArray())
            .Select(d => int.Parse(d.GetProperty("id").GetString()!, NumberStyles.HexNumber));
        Assert.Equal(Enumerable.Range(1, 25).Reverse(), numbers);
    }

    [Fact]
    public async Task Detections_are_found_by_kind_a_page_at_a_time()
    {
        await using var cloud = await RunningCloud.StartAsync();
        var kinds = Enumerable.Range(1, 40).Select(i => Sent.Detection(i, (DetectionKind)(i % 4), $"{i}"));
        await cloud.TakeAsync(Sent.Range(Lane.Alarms, 1, [.. kinds]));
        var found = await cloud.ListAsync("v1/detections?fresh=true&kind=match", 3);
        Assert.Equal(10, found.Count);
        Assert.All(found, d => Assert.Equal("match", d.GetProperty("kind").GetString()));
    }

    [Fact]
    public async Task A_fire_is_open_until_its_clear_comes()
    {
        await using var cloud = await RunningCloud.StartAsync();
        await cloud.TakeAsync(
            Sent.Range(Lane.Alarms, 1, Sent.Detection(1, room: "101"), Sent.Detection(2, room: "102"))
        );
        Assert.Equal(2, (await cloud.ListAsync("v1/detections?fresh=true&open=true", 10)).Count);
        await cloud.TakeAsync(Sent.Range(Lane.Alarms, 3, Sent.Detection(3, DetectionKind.Clear, "101")));
        var open = Assert.Single(await cloud.ListAsync("v1/detections?fresh=true&open=true", 10));
        Assert.Equal("102", open.GetProperty("key").GetProperty("room").GetString());
    }

    [Fact]
    public async Task A_further_aggregate_of_a_window_is_added_to_the_first_and_a_repeated_one_is_not()
    {
        await using var cloud = await RunningCloud.StartAsync();
        await cloud.TakeAsync(Sent.Range(Lane.Aggregates, 1, Sent.Aggregate(1, 6, 126), Sent.Aggregate(7, 7, 22)));
        await cloud.TakeAsync(Sent.Range(Lane.Aggregates, 3, Sent.Aggregate(1, 6, 126)));
        var one = Assert.Single(await cloud.ListAsync("v1/aggregates?fresh=true&device=env-101", 10));
        Assert.Equal(7, one.GetProperty("count").GetInt64());
        Assert.Equal(148, one.GetProperty("sum").GetDouble());
        var counts = await cloud.GetAsync("v1/counts?fresh=true");
        Assert.Equal(7, counts.GetProperty("aggregatedReadings").GetInt64());
    }

    [Fact]
    public async Task The_latest_value_comes_from_a_minute_where_no_readings_come_up()
    {
        await using var cloud = await RunningCloud.StartAsync();
        await cloud.TakeAsync(Sent.Range(Lane.Aggregates, 1, Sent.Aggregate(1, 6, 126)));
        var latest = Assert.Single(await cloud.ListAsync("v1/latest?fresh=true", 10));
        Assert.Equal(21.5, latest.GetProperty("value").GetDouble());

        await cloud.TakeAsync(Sent.Readings(1, 30));
        latest = Assert.Single(await cloud.ListAsync("v1/latest?fresh=true&device=env-101&sensor=temperature", 10));
        Assert.Equal(30, latest.GetProperty("seq").GetInt64());
        Assert.Equal("°C", latest.GetProperty("unit").GetString());
        var device = Assert.Single(await cloud.ListAsync("v1/devices", 10));
        Assert.Equal("env-101", device.GetProperty("device").GetString());
    }

    [Fact]
    public async Task Nodes_show_how_far_they_are_held_and_what_they_said_of_themselves()
    {
        await using var cloud = await RunningCloud.StartAsync();
        await cloud.TakeAsync(Sent.Readings(1, 10));
        var trouble = RuleTrouble.Of(2, "hot: " + new string('x', 300), 1, "a.rules.yaml:5:3: error: 'o'");
        var state = new NodeState("fog", "office", "0.1.0", 7, [0, 1, 12, 0], 20, 4711, 5) { Rules = trouble };
        using var said = await cloud.PutAsync("v1/nodes/fog-1/state", NodeStateJson.Write(state));
        Assert.Equal(System.Net.HttpStatusCode.NoContent, said.StatusCode);
        var nodes = await cloud.NodesAsync();
        Assert.Equal(["cloud", "fog-1"], nodes.Select(n => n.GetProperty("node").GetString()));
        var fog = nodes[1];
        Assert.Equal("ok", fog.GetProperty("health").GetString());
        Assert.Equal("fog", fog.GetProperty("tier").GetString());
        Assert.Equal(12, fog.GetProperty("backlog").GetProperty("aggregates").GetInt64());
        var rules = fog.GetProperty("ruleTrouble");
        Assert.Equal((2, 1), (rules.GetProperty("faulted").GetInt32(), rules.GetProperty("problems").GetInt32()));
        Assert.Equal(RuleTrouble.TextLength, rules.GetProperty("fault").GetString()!.Length);
        Assert.Equal("a.rules.yaml:5:3: error: 'o'", rules.GetProperty("problem").GetString());
        Assert.False(nodes[0].TryGetProperty("ruleTrouble", out _));
        Assert.Equal(10, fog.GetProperty("epochs")[0].GetProperty("upTo").GetProperty("readings").GetInt64());
    }
}
