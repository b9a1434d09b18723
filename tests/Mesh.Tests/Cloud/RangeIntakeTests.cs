using System.Net;
using System.Text;
using System.Text.Json;
using Mesh.Contracts;
using Xunit;

namespace Mesh.Tests.Cloud;

public class RangeIntakeTests
{
    [Theory]
    [InlineData("")]
    [InlineData("br")]
    [InlineData("gzip")]
    public async Task A_range_is_held_whatever_its_encoding(string encoding)
    {
        await using var cloud = await RunningCloud.StartAsync();
        using var answer = await cloud.PutAsync(Sent.Readings(1, 100), encoding);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var held = RangeAnswer.Parse(await answer.Content.ReadAsByteArrayAsync(RunningCloud.Cancel));
        Assert.Equal(new RangeAnswer(100, cloud.Node.Node.Epoch), held);
    }

    [Fact]
    public async Task The_same_range_twice_and_overlapping_ranges_count_once()
    {
        await using var cloud = await RunningCloud.StartAsync();
        Assert.Equal(100, await cloud.TakeAsync(Sent.Readings(1, 100)));
        Assert.Equal(100, await cloud.TakeAsync(Sent.Readings(1, 100)));
        Assert.Equal(150, await cloud.TakeAsync(Sent.Readings(51, 100)));
        Assert.Equal(150, await cloud.TakeAsync(Sent.Readings(10, 20)));
        var readings = await cloud.ListAsync("v1/readings?fresh=true", 1000);
        Assert.Equal(Enumerable.Range(1, 150), readings.Select(r => r.GetProperty("seq").GetInt32()));
    }

    [Fact]
    public async Task A_gap_is_refused_and_says_where_to_go_on()
    {
        await using var cloud = await RunningCloud.StartAsync();
        await cloud.TakeAsync(Sent.Readings(1, 10));
        using var refused = await cloud.PutAsync(Sent.Readings(12, 5));
        var body = await refused.Content.ReadAsByteArrayAsync(RunningCloud.Cancel);
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
        Assert.Equal(new RangeAnswer(10, cloud.Node.Node.Epoch), RangeAnswer.Parse(body));
        Assert.Equal(
            "the range begins at item 12, held are the items up to 10; send from 11 on",
            JsonDocument.Parse(body).RootElement.GetProperty("detail").GetString()
        );
        Assert.Equal(16, await cloud.TakeAsync(Sent.Readings(11, 6)));
    }

    [Fact]
    public async Task Dropped_items_count_as_covered()
    {
        await using var cloud = await RunningCloud.StartAsync();
        var range = Sent.Readings(1, 5) with { Skipped = [new Skipped(6, 90, "expired")] };
        Assert.Equal(90, await cloud.TakeAsync(range));
        var status = await cloud.GetAsync("v1/status");
        Assert.Equal(85, status.GetProperty("counters").GetProperty("skipped").GetInt64());
    }

    [Fact]
    public async Task Lanes_and_epochs_are_counted_apart()
    {
        await using var cloud = await RunningCloud.StartAsync();
        await cloud.TakeAsync(Sent.Readings(1, 10));
        await cloud.TakeAsync(Sent.Range(Lane.Alarms, 1, Sent.Detection(1)));
        Assert.Equal(3, await cloud.TakeAsync(Sent.Readings(1, 3, "env-102") with { Epoch = 8 }));
    }

    [Fact]
    public async Task What_was_answered_is_there_after_a_restart()
    {
        await using var cloud = await RunningCloud.StartAsync();
        await cloud.TakeAsync(Sent.Readings(1, 100));
        await cloud.TakeAsync(Sent.Range(Lane.Alarms, 1, Sent.Detection(1)));
        await cloud.RestartAsync();
        using var gap = await cloud.PutAsync(Sent.Readings(102, 1));
        Assert.Equal(HttpStatusCode.Conflict, gap.StatusCode);
        Assert.Equal(101, await cloud.TakeAsync(Sent.Readings(91, 11)));
        Assert.Equal(101, (await cloud.ListAsync("v1/readings?fresh=true", 50)).Count);
        Assert.Single(await cloud.ListAsync("v1/detections?fresh=true", 50));
    }

    [Fact]
    public async Task Many_senders_at_once_are_each_held()
    {
        await using var cloud = await RunningCloud.StartAsync();
        var senders = Enumerable.Range(0, 20).Select(async sender =>
        {
            for (var from = 1; from <= 41; from += 10)
            {
                await cloud.TakeAsync(Sent.Readings(from, 10, $"env-{sender}") with { Sender = $"fog-{sender}" });
            }
        });
        await Task.WhenAll(senders);
        var counts = await cloud.GetAsync("v1/counts?fresh=true");
        Assert.Equal(1000, counts.GetProperty("readings").GetInt64());
    }

    [Fact]
    public async Task A_body_that_unfolds_to_gigabytes_is_given_up_at_the_bound()
    {
        await using var cloud = await RunningCloud.StartAsync();
        var bomb = RunningCloud.Pack(new byte[64 * 1024 * 1024], "gzip");
        Assert.True(bomb.Length < Limits.BodyBytes);
        using var content = new ByteArrayContent(bomb);
        content.Headers.ContentType = new("application/json");
        content.Headers.ContentEncoding.Add("gzip");
        using var answer = await cloud.Http.PutAsync(
            "v1/nodes/fog-1/epochs/7/readings/1-1",
            content,
            RunningCloud.Cancel
        );
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains(
            "the body holds more than 4194304 bytes after decompression",
            await answer.Content.ReadAsStringAsync(RunningCloud.Cancel),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_body_that_is_not_what_its_encoding_says_is_refused_and_counted()
    {
        await using var cloud = await RunningCloud.StartAsync();
        foreach (var encoding in (string[])["br", "gzip"])
        {
            using var content = new ByteArrayContent(Encoding.UTF8.GetBytes("not packed at all, whatever was said"));
            content.Headers.ContentType = new("application/json");
            content.Headers.ContentEncoding.Add(encoding);
            using var answer = await cloud.Http.PutAsync(
                "v1/nodes/fog-1/epochs/7/readings/1-1",
                content,
                RunningCloud.Cancel
            );
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }

        Assert.Equal(2, (await cloud.GetAsync("v1/status")).GetProperty("rejected").GetInt64());
    }
}
