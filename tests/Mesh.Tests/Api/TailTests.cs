using Mesh.Contracts;
using Mesh.Nodes;
using Mesh.Tests.Cloud;
using Xunit;

namespace Mesh.Tests.Api;

public class TailTests
{
    [Fact]
    public async Task Detections_come_as_they_are_held_and_readings_where_asked()
    {
        await using var node = await RunningNode.StartAsync();
        using var all = await Stream(node, "v1/tail?readings=true&device=env-101");
        using var alarms = await Stream(node, "v1/tail");
        await node.Node.AcceptAsync(new RangeArrived(Sent.Readings(1, 2)), RunningNode.Cancel);
        await node.Node.AcceptAsync(new RangeArrived(Sent.Readings(3, 1, "env-102")), RunningNode.Cancel);
        await node.Node.AcceptAsync(
            new RangeArrived(Sent.Range(Lane.Alarms, 1, Sent.Detection(1))),
            RunningNode.Cancel
        );
        await node.Node.AcceptAsync(new RangeArrived(Sent.Readings(4, 1)), RunningNode.Cancel);
        Assert.Equal(["reading", "reading", "reading"], await EventsAsync(all, 3));
        Assert.Equal(["detection"], await EventsAsync(alarms, 1));
    }

    [Fact]
    public async Task The_end_of_the_server_ends_its_streams()
    {
        await using var node = await RunningNode.StartAsync();
        using var stream = await Stream(node, "v1/tail");
        await node.Host.DisposeAsync();
        while (await stream.ReadLineAsync(RunningNode.Cancel) is not null) { }
    }

    [Fact]
    public async Task A_slow_listener_loses_the_oldest_and_is_told_how_many()
    {
        var listener = new TailListener(new TailChoice(Readings: true, null, null, null));
        for (var i = 1; i <= TailListener.Capacity + 7; i++)
        {
            listener.Offer(Sent.Reading(i));
        }

        await listener.WaitAsync(RunningNode.Cancel);
        Assert.True(listener.TryTake(out var first, out var dropped));
        Assert.Equal((8, 7), (((Reading)first).Seq, dropped));
        Assert.True(listener.TryTake(out _, out dropped));
        Assert.Equal(0, dropped);
    }

    [Fact]
    public async Task One_listener_more_than_there_is_room_for_is_refused()
    {
        await using var node = await RunningNode.StartAsync();
        var streams = new List<StreamReader>();
        for (var i = 0; i < 64; i++)
        {
            streams.Add(await Stream(node, "v1/tail"));
        }

        using var refused = await node.Http.GetAsync("v1/tail", RunningNode.Cancel);
        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(10), refused.Headers.RetryAfter?.Delta);
        streams.ForEach(s => s.Dispose());
    }

    private static async Task<StreamReader> Stream(RunningNode node, string address)
    {
        var answer = await node.Http.GetAsync(
            address,
            HttpCompletionOption.ResponseHeadersRead,
            RunningNode.Cancel
        );
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        return new StreamReader(await answer.Content.ReadAsStreamAsync(RunningNode.Cancel));
    }

    private static async Task<List<string>> EventsAsync(StreamReader stream, int count)
    {
        var names = new List<string>();
        while (names.Count < count && await stream.ReadLineAsync(RunningNode.Cancel) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal))
            {
                names.Add(line["event: ".Length..]);
            }
        }

        return names;
    }
}
