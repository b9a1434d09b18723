using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Mesh.EndToEnd.Processes;

/// <summary>
/// An edge agent that replays a recording, a fog and a cloud: three processes of the real <c>mesh</c> with ports and
/// folders of their own. Tests start, kill and restart them, wait for the end, and read the cloud's API.
/// </summary>
public sealed class Fleet : IAsyncDisposable
{
    private static readonly TimeSpan Start = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan End = TimeSpan.FromSeconds(120);

    /// <summary>Stands for the number of readings when all of them are meant.</summary>
    public const long Everything = long.MaxValue;

    private readonly int _mqtt = FreePorts.Next();
    private readonly int _edgePort = FreePorts.Next();
    private readonly int _fogPort = FreePorts.Next();
    private readonly int _cloudPort = FreePorts.Next();
    private readonly Dictionary<string, MeshProcess> _running = [];

    /// <param name="recording">The lines of the file to replay.</param>
    /// <param name="mapping">Its mapping file.</param>
    /// <param name="rules">The text of the fog's rule file.</param>
    /// <param name="raw">Whether raw readings go up to the cloud.</param>
    public Fleet(IEnumerable<object> recording, string mapping, string rules, bool raw = true)
    {
        Folder.Write("recording.txt", recording);
        Folder.Write("home.rules.yaml", rules);
        Folder.Write(
            "cloud.yaml",
            $"""
            node: cloud
            tier: cloud
            data: data/cloud
            http: 127.0.0.1:{_cloudPort}
            """
        );
        Folder.Write(
            "fog.yaml",
            $$"""
            node: fog-1
            tier: fog
            site: home
            data: data/fog-1
            clock: {kind: recorded, sources: [edge-1]}
            http: 127.0.0.1:{{_fogPort}}
            mqtt: {listen: "127.0.0.1:{{_mqtt}}"}
            rules: [home.rules.yaml]
            uplink: {cloud: "http://127.0.0.1:{{_cloudPort}}", raw: {{(raw ? "true" : "false")}}}
            """
        );
        Folder.Write(
            "edge.yaml",
            $$"""
            node: edge-1
            tier: edge
            site: home
            data: data/edge-1
            clock: recorded
            http: 127.0.0.1:{{_edgePort}}
            fogs: ["mqtt://127.0.0.1:{{_mqtt}}"]
            replay:
            - {file: recording.txt, mapping: "{{mapping}}", speed: max}
            """
        );
        Edge = new NodeApi(_edgePort);
        Fog = new NodeApi(_fogPort);
        Cloud = new NodeApi(_cloudPort);
    }

    public TemporaryFolder Folder { get; } = new();

    public NodeApi Edge { get; }

    public NodeApi Fog { get; }

    public NodeApi Cloud { get; }

    /// <summary>Starts a tier (<c>edge</c>, <c>fog</c> or <c>cloud</c>), for the first time or again, and waits until it is ready.</summary>
    public async Task Run(string tier)
    {
        var process = MeshProcess.Start(Folder.Path, tier, "--config", $"{tier}.yaml");
        _running[tier] = process;
        await process.Ready(Start);
    }

    public async Task RunAll()
    {
        await Task.WhenAll(Run("cloud"), Run("fog"));
        await Run("edge");
    }

    // What the edge said last, for whoever waits in vain.
    private string _edge = "nothing";

    public MeshProcess Process(string tier) => _running[tier];

    public async Task Kill(string tier)
    {
        await _running[tier].Kill();
        await _running[tier].DisposeAsync();
        _running.Remove(tier);
    }

    /// <summary>Ends a tier as systemd would; it must exit with 0.</summary>
    public async Task Stop(string tier)
    {
        _running[tier].Terminate();
        var said = await _running[tier].Exit(Start);
        Assert.True(said.ExitCode == 0, said.ToString());
        await _running[tier].DisposeAsync();
        _running.Remove(tier);
    }

    /// <summary>
    /// Waits until the fog has acknowledged this many readings to the edge; returns how many it had by then, and
    /// <see cref="Everything"/> when the edge has ended because nothing was left.
    /// </summary>
    public async Task<long> Acknowledged(long count)
    {
        long now = 0;
        await Until.True(
            async () => (now = await EdgeDelivered()) >= count,
            End,
            () => $"{count} readings acknowledged; {now} are\n{Texts()}",
            TimeSpan.FromMilliseconds(1)
        );
        return now;
    }

    /// <summary>
    /// Waits until the edge has ended because its recording is delivered, the fog has nothing left to send, and the
    /// cloud's aggregates count <paramref name="readings"/>: the last windows go up with the final mark, after
    /// everything else.
    /// </summary>
    public async Task Finish(long readings)
    {
        long counted = 0;
        var fog = "";
        await Until.True(
            async () =>
            {
                if (await EdgeDelivered() < Everything)
                {
                    return false;
                }

                var status = await Fog.Status();
                fog = status.ToString();
                if (status.Backlog > 0)
                {
                    return false;
                }

                counted = (await SensorMinutes()).Values.Sum();
                return counted >= readings;
            },
            End,
            () => $"the cloud's aggregates count {counted} of {readings} readings\nedge {_edge}\nfog {fog}\n{Texts()}",
            TimeSpan.FromMilliseconds(200)
        );
    }

    /// <summary>Readings that the fog has acknowledged; an edge that only replays ends by itself after the last.</summary>
    private async Task<long> EdgeDelivered()
    {
        foreach (var (tier, process) in _running)
        {
            Assert.False(process.HasExited && tier != "edge", $"the {tier} ended by itself\n{process.Text}");
        }

        try
        {
            var status = await Edge.Status();
            _edge = status.ToString();
            return status.Delivered(NodeStatus.Readings);
        }
        catch (HttpRequestException) when (_running.TryGetValue("edge", out var edge))
        {
            var said = await edge.Exit(Start);
            Assert.True(said.ExitCode == 0, said.ToString());
            return Everything;
        }
    }

    /// <summary>The cloud's one-minute aggregates: readings per device, sensor and minute, merged by window.</summary>
    public async Task<Dictionary<(string Device, string Sensor, string Start), long>> SensorMinutes()
    {
        var counts = new Dictionary<(string, string, string), long>();
        await foreach (var item in Cloud.Items("/v1/aggregates"))
        {
            if (!item.TryGetProperty("device", out var device) || device.ValueKind != JsonValueKind.String)
            {
                continue; // a rule's window
            }

            var key = (
                device.GetString()!,
                item.GetProperty("sensor").GetString()!,
                item.GetProperty("start").GetString()!
            );
            counts[key] = counts.GetValueOrDefault(key) + item.GetProperty("count").GetInt64();
        }

        return counts;
    }

    /// <summary>What a rule said, as the cloud tells it, in the order of event time.</summary>
    public async Task<IReadOnlyList<JsonElement>> Detections(string rule, string kind) =>
        [
            .. (await All($"/v1/detections?rule={rule}"))
                .Where(d => d.GetProperty("rule").GetString() == rule && d.GetProperty("kind").GetString() == kind)
                .OrderBy(d => d.GetProperty("at").GetString(), StringComparer.Ordinal),
        ];

    public async Task<IReadOnlyList<string>> Instants(string rule, string kind) =>
        [.. (await Detections(rule, kind)).Select(d => d.GetProperty("at").GetString()!)];

    /// <summary>Raw readings in the cloud.</summary>
    public Task<IReadOnlyList<JsonElement>> Readings() => All("/v1/readings");

    public async Task<IReadOnlyList<JsonElement>> All(string path)
    {
        var items = new List<JsonElement>();
        await foreach (var item in Cloud.Items(path))
        {
            items.Add(item);
        }

        return items;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _running.Values)
        {
            await process.DisposeAsync();
        }

        Edge.Dispose();
        Fog.Dispose();
        Cloud.Dispose();
        Folder.Dispose();
    }

    /// <summary>A local time of a recording as the API writes instants.</summary>
    public static string Instant(DateTime local, string zone) =>
        TimeZoneInfo
            .ConvertTimeToUtc(local, TimeZoneInfo.FindSystemTimeZoneById(zone))
            .ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private string Texts() => string.Join('\n', _running.Select(r => $"--- {r.Key}\n{r.Value.Text}"));
}
