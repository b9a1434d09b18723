using System.Diagnostics;
using System.Globalization;
using Mesh.Contracts;
using Mesh.Edge;
using Mesh.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace Mesh.Benchmarks.Nodes;

/// <summary>
/// A real agent and a real fog in this process, MQTT over loopback between them: from the first reading the agent takes
/// until the fog's own acknowledgement of the last, each journal synced on the way.
/// </summary>
internal static class EdgeToFogFigures
{
    private const int Batches = 400;
    private const int Singles = 3_000;
    private const int InFlight = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    public static async Task<IReadOnlyList<Figure>> MeasureAsync()
    {
        await BatchesAsync(Batches / 4);
        var (batches, processor) = await BatchesAsync(Batches);
        var note = string.Create(CultureInfo.InvariantCulture, $"both ends: {processor:0.0} µs of processor a reading");
        var singles = await SinglesAsync();
        var bare = Bare();
        return
        [
            new Figure(
                "agent to fog, in batches",
                batches,
                "readings/s",
                "one reading a publish",
                singles,
                20_000,
                note
            ),
            new Figure(
                "agent to fog, in batches",
                batches,
                "readings/s",
                "append + fdatasync of the JSON",
                bare,
                20_000,
                note
            ),
        ];
    }

    private static async Task<(double Rate, double MicrosecondsEach)> BatchesAsync(int count)
    {
        using var folder = new Folder();
        await using var fog = await FogBed.StartAsync(folder);
        var climate = new Climate(Timestamp.From(TimeProvider.System.GetUtcNow()) - TimeSpan.FromDays(1));
        var batches = Enumerable.Range(0, count).Select(_ => climate.Next(Limits.BatchReadings)).ToList();
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var agent = await EdgeAgent.StartAsync(
            new EdgeSettings(
                new NodeSettings
                {
                    Node = "edge",
                    Tier = Tier.Edge,
                    Site = "figures",
                    Data = folder.Inside("edge"),
                },
                [new Uri($"mqtt://{fog.Broker.EndPoint}")],
                new AgentSettings([], [], [])
            ),
            [],
            [(accept, cancel) => FeedAsync(accept, batches, go.Task, cancel)],
            static _ => { },
            TimeProvider.System,
            NullLoggerFactory.Instance,
            "0",
            CancellationToken.None
        );
        await UntilAsync(() => agent.Uplink.Status.Connected == true);
        var (started, processor) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        go.SetResult();
        var sent = count * Limits.BatchReadings;
        await UntilAsync(() => agent.Uplink.Acknowledged >= sent);
        var took = Stopwatch.GetElapsedTime(started);
        processor = Environment.CpuUsage.TotalTime - processor;
        FogBed.Check(fog.Node, sent);
        return (sent / took.TotalSeconds, processor.TotalMicroseconds / sent);
    }

    /// <summary>Eight batches on their way into the agent's journal, as many sensors would have.</summary>
    private static async Task FeedAsync(
        Func<NodeInput, CancellationToken, ValueTask> accept,
        List<Reading[]> batches,
        Task go,
        CancellationToken cancel
    )
    {
        await go.WaitAsync(cancel);
        var onTheirWay = new Queue<Task>();
        foreach (var batch in batches)
        {
            if (onTheirWay.Count == 8)
            {
                await onTheirWay.Dequeue();
            }

            onTheirWay.Enqueue(accept(new ReadingsArrived("edge", batch, null), cancel).AsTask());
        }

        await Task.WhenAll(onTheirWay);
    }

    private static async Task<double> SinglesAsync()
    {
        using var folder = new Folder();
        await using var fog = await FogBed.StartAsync(folder);
        using var client = new MqttClientFactory().CreateMqttClient();
        await client.ConnectAsync(
            new MqttClientOptionsBuilder()
                .WithTcpServer(fog.Broker.EndPoint.Address.ToString(), fog.Broker.EndPoint.Port)
                .WithProtocolVersion(MqttProtocolVersion.V500)
                .WithClientId("edge")
                .Build()
        );
        var topic = Topics.Of("figures", "edge", TopicKind.Readings);
        var climate = new Climate(Timestamp.From(TimeProvider.System.GetUtcNow()) - TimeSpan.FromHours(1));
        var messages = climate
            .Next(Singles)
            .Select((reading, i) => BatchJson.Write(new ReadingBatch(1, i + 1, [reading], null)))
            .ToList();
        var started = Stopwatch.GetTimestamp();
        var onTheirWay = new Queue<Task>();
        foreach (var message in messages)
        {
            if (onTheirWay.Count == InFlight)
            {
                await onTheirWay.Dequeue();
            }

            onTheirWay.Enqueue(client.PublishBinaryAsync(topic, message, MqttQualityOfServiceLevel.AtLeastOnce));
        }

        await Task.WhenAll(onTheirWay);
        var took = Stopwatch.GetElapsedTime(started);
        FogBed.Check(fog.Node, Singles);
        return Singles / took.TotalSeconds;
    }

    private static double Bare()
    {
        using var folder = new Folder();
        var climate = new Climate(Timestamp.Parse("2026-03-01T00:00:00Z"));
        var bodies = Enumerable
            .Range(0, Batches)
            .Select(i => BatchJson.Write(new ReadingBatch(1, (i * 500) + 1, climate.Next(Limits.BatchReadings), null)))
            .Select(body => (ReadOnlyMemory<byte>)body)
            .ToList();
        return Batches * Limits.BatchReadings / BareLog.Append(folder.Inside("bare"), bodies).TotalSeconds;
    }

    private static async Task UntilAsync(Func<bool> reached)
    {
        var started = Stopwatch.GetTimestamp();
        while (!reached())
        {
            if (Stopwatch.GetElapsedTime(started) > Patience)
            {
                throw new WrongOutputException($"not there after {Patience.TotalSeconds:0} s");
            }

            await Task.Delay(2);
        }
    }
}
