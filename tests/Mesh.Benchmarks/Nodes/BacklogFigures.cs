using System.Diagnostics;
using System.Globalization;
using System.Net;
using Mesh.Contracts;
using Mesh.Nodes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Benchmarks.Nodes;

/// <summary>
/// A fog that was long without its cloud: what opening it costs with nothing and with much in its outbox, how fast the
/// backlog drains beside live readings, and how long these wait for their acknowledgement meanwhile.
/// </summary>
internal static class BacklogFigures
{
    private const int Backlog = 1_000_000;
    private const int Live = 200;

    public static async Task<IReadOnlyList<Figure>> MeasureAsync()
    {
        using var folder = new Folder();
        var climate = new Climate(Timestamp.From(TimeProvider.System.GetUtcNow()) - TimeSpan.FromDays(1));
        TimeSpan empty;
        using (Open(folder).Node) { }

        using (var node = Open(folder, out empty))
        {
            for (var sent = 0; sent < Backlog; sent += 4_000)
            {
                await node.AcceptAsync(new ReadingsArrived("edge", climate.Next(4_000), null));
            }
        }

        using var full = Open(folder, out var opening);
        var (drain, wait) = await DrainAsync(full, climate);
        return
        [
            new Figure(
                string.Create(CultureInfo.InvariantCulture, $"opening with {Backlog:#,0} readings queued"),
                opening.TotalMilliseconds,
                "ms",
                "with none",
                empty.TotalMilliseconds
            ),
            new Figure("draining", drain, "readings/s", "live readings meanwhile", Live, Target: 5 * Live),
            new Figure(
                "acknowledgement of a live reading meanwhile, p99",
                wait.Draining,
                "ms",
                "when all is drained",
                wait.Idle,
                Target: 250
            ),
        ];
    }

    private static Node Open(Folder folder, out TimeSpan took)
    {
        (var node, took) = Open(folder);
        return node;
    }

    private static (Node Node, TimeSpan Took) Open(Folder folder)
    {
        var started = Stopwatch.GetTimestamp();
        var node = Node.Open(
            new NodeSettings
            {
                Node = "fog",
                Tier = Tier.Fog,
                Site = "figures",
                Data = folder.Inside("fog"),
            },
            new UplinkChoice(Enabled: true, Aggregates: true, AllReadings: true, []),
            new PosixDisk(),
            TimeProvider.System,
            NullLogger.Instance
        );
        return (node, Stopwatch.GetElapsedTime(started));
    }

    private static async Task<(double Rate, (double Draining, double Idle) Wait)> DrainAsync(Node node, Climate climate)
    {
        using var cloud = new CloudThatTakes();
        using var uplink = new HttpUplink(
            node,
            new Uri("http://cloud.figures/"),
            cloud,
            TimeProvider.System,
            NullLogger<HttpUplink>.Instance
        );
        var started = Stopwatch.GetTimestamp();
        await uplink.StartAsync(CancellationToken.None);
        var draining = new List<double>();
        while (node.Look(core => core.Backlog(Lane.Readings)) > Limits.RangeItems)
        {
            draining.Add(await OneAsync(node, climate));
        }

        var took = Stopwatch.GetElapsedTime(started);
        var drained = node.Look(core => core.DeliveredUpTo(Lane.Readings));
        var idle = new List<double>();
        for (var i = 0; i < 1_000; i++)
        {
            idle.Add(await OneAsync(node, climate));
        }

        await uplink.StopAsync(CancellationToken.None);
        WrongOutputException.Unless(true, drained >= Backlog - Limits.RangeItems, "what the cloud has got");
        return (drained / took.TotalSeconds, (P99(draining), P99(idle)));
    }

    private static async Task<double> OneAsync(Node node, Climate climate)
    {
        var started = Stopwatch.GetTimestamp();
        await node.AcceptAsync(new ReadingsArrived("edge", climate.Next(1), null));
        var took = Stopwatch.GetElapsedTime(started);
        var rest = TimeSpan.FromSeconds(1.0 / Live) - took;
        if (rest > TimeSpan.Zero)
        {
            await Task.Delay(rest);
        }

        return took.TotalMilliseconds;
    }

    private static double P99(List<double> waits) => waits.Order().ElementAt((int)(waits.Count * 0.99));

    /// <summary>Takes every range and forgets it.</summary>
    private sealed class CloudThatTakes : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            var upTo = request.RequestUri!.AbsolutePath.Split('-')[^1];
            return Task.FromResult(
                new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent($$"""{"upTo":{{upTo}}}""") }
            );
        }
    }
}
