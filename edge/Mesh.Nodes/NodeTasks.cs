using Microsoft.Extensions.Logging;

namespace Mesh.Nodes;

/// <summary>What a node does beside its turns: it carries out actions, and looks after its rule files.</summary>
public sealed class NodeTasks : IAsyncDisposable
{
    private readonly HttpSink _http = new();

    /// <param name="node">Whose actions.</param>
    /// <param name="publish">Its own broker; null where there is none.</param>
    /// <param name="time">For expiry and back-off.</param>
    /// <param name="logs">Log lines.</param>
    public NodeTasks(Node node, Deliver? publish, TimeProvider time, ILoggerFactory logs)
    {
        var notify = new NotifySink(node.Settings.Notify, _http, publish, logs.CreateLogger<NotifySink>());
        var deliver = new Dictionary<SinkKind, Deliver>
        {
            [SinkKind.Webhook] = _http.DeliverAsync,
            [SinkKind.Notify] = notify.DeliverAsync,
        };
        if (publish is not null)
        {
            deliver[SinkKind.Publish] = publish;
        }

        Sinks = new SinkRunner(node, deliver, time, logs.CreateLogger<SinkRunner>());
        Rules = node.Settings.RulePaths.Count == 0 ? null : new RulesWatch(node, time, logs.CreateLogger<RulesWatch>());
    }

    public SinkRunner Sinks { get; }

    /// <summary>Null where the configuration names no rule files.</summary>
    public RulesWatch? Rules { get; }

    /// <summary>Begins with what was not delivered yet.</summary>
    public async Task StartAsync()
    {
        await Sinks.StartAsync(CancellationToken.None).ConfigureAwait(false);
        if (Rules is { } rules)
        {
            await rules.StartAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Rules is { } rules)
        {
            await rules.StopAsync(CancellationToken.None).ConfigureAwait(false);
            rules.Dispose();
        }

        await Sinks.StopAsync(CancellationToken.None).ConfigureAwait(false);
        Sinks.Dispose();
        _http.Dispose();
    }
}
