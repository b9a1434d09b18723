using System.Net.Http.Headers;
using Mesh.Contracts;
using Microsoft.Extensions.Hosting;

namespace Mesh.Nodes;

/// <summary>
/// Tells the cloud every few seconds that this node lives and what waits here: <c>PUT /v1/nodes/{node}/state</c>. It is
/// presence only, so what fails is not repeated: the next one says it anew, and the uplink reports that the cloud is away.
/// </summary>
/// <param name="node">Who reports.</param>
/// <param name="cloud">The cloud's base address.</param>
/// <param name="handler">The transport.</param>
/// <param name="time">For the pause in between.</param>
/// <param name="version">Of the program.</param>
public sealed class StateReport(Node node, Uri cloud, HttpMessageHandler handler, TimeProvider time, string version)
    : BackgroundService
{
    /// <summary>How often; the cloud calls a node silent after three times this.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http = new(handler, disposeHandler: false) { BaseAddress = cloud, Timeout = Every };

    /// <summary>What the node would report now.</summary>
    public NodeState State =>
        node.Look(core => new NodeState(
            StatusJson.Name(node.Settings.Tier),
            node.Settings.Site,
            version,
            node.Epoch,
            [.. Lanes.All.Select(lane => core.NextItem(lane) - 1 - core.DeliveredUpTo(lane))],
            core.Engine.Sources.Count,
            core.Counters.Readings,
            (long)Every.TotalSeconds
        ));

    public override void Dispose()
    {
        _http.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await ReportAsync(stoppingToken).ConfigureAwait(false);
            await Task.Delay(Every, time, stoppingToken).ConfigureAwait(false);
        }
    }

    private async Task ReportAsync(CancellationToken cancel)
    {
        using var body = new ByteArrayContent(NodeStateJson.Write(State));
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        try
        {
            using var answer = await _http
                .PutAsync(new Uri($"v1/nodes/{node.Settings.Node}/state", UriKind.Relative), body, cancel)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            // The uplink to the same address says so; this report is old in a moment anyway.
        }
    }
}
