using System.Net;
using System.Net.Http.Headers;
using Mesh.Contracts;
using Microsoft.Extensions.Hosting;

namespace Mesh.Nodes;

/// <summary>
/// Tells the cloud every few seconds that this node lives and what waits here: <c>PUT /v1/nodes/{node}/state</c>. It is
/// presence only, so what fails is not repeated: the next one says it anew, and the uplink reports that the cloud is away.
/// The cloud's answer may hold questions about rules of this node; they are answered one after the other, and those that
/// come meanwhile are found again in the next answer: <c>PUT /v1/nodes/{node}/answers/{id}</c>.
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
    private readonly NodeExplainer _explainer = new(node);
    private Task _answering = Task.CompletedTask;

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
        )
        {
            Lost = [.. Lanes.All.Select(core.Losses.Lost)],
        });

    public override void Dispose()
    {
        _http.Dispose();
        _explainer.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await ReportAsync(stoppingToken).ConfigureAwait(false);
                await Task.Delay(Every, time, stoppingToken).ConfigureAwait(false);
            }
        }
        finally
        {
            await _answering.ConfigureAwait(false);
        }
    }

    private async Task ReportAsync(CancellationToken cancel)
    {
        try
        {
            using var body = Json(NodeStateJson.Write(State));
            using var answer = await _http.PutAsync(Address("state"), body, cancel).ConfigureAwait(false);
            if (answer.StatusCode == HttpStatusCode.OK && _answering.IsCompleted)
            {
                var questions = await answer.Content.ReadAsByteArrayAsync(cancel).ConfigureAwait(false);
                _answering = AnswerAsync(QuestionJson.Parse(questions), cancel);
            }
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or WireException)
        {
            // The uplink to the same address says so; this report is old in a moment anyway.
        }
    }

    private async Task AnswerAsync(IReadOnlyList<Question> questions, CancellationToken cancel)
    {
        try
        {
            foreach (var question in questions.Where(q => Limits.IsId(q.Id)))
            {
                var answer = await _explainer.AnswerAsync(question, cancel).ConfigureAwait(false);
                using var body = Json(QuestionJson.Write(answer));
                using var taken = await _http
                    .PutAsync(Address($"answers/{question.Id}"), body, cancel)
                    .ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or DiskException)
        {
            // Who asked is told that no answer came in time, and may ask again.
        }
    }

    private Uri Address(string part) => new($"v1/nodes/{node.Settings.Node}/{part}", UriKind.Relative);

    private static ByteArrayContent Json(byte[] json)
    {
        var body = new ByteArrayContent(json);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return body;
    }
}
