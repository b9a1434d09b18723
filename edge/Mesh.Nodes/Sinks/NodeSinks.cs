using Microsoft.Extensions.Logging;

namespace Mesh.Nodes;

/// <summary>The sinks of one node: what it can carry out, and the runner that does.</summary>
public sealed class NodeSinks : IAsyncDisposable
{
    private readonly HttpSink _http = new();

    /// <param name="node">Whose actions.</param>
    /// <param name="publish">Its own broker; null where there is none.</param>
    /// <param name="time">For expiry and back-off.</param>
    /// <param name="logs">Log lines.</param>
    public NodeSinks(Node node, Deliver? publish, TimeProvider time, ILoggerFactory logs)
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

        Runner = new SinkRunner(node, deliver, time, logs.CreateLogger<SinkRunner>());
    }

    public SinkRunner Runner { get; }

    /// <summary>Begins with what was not delivered yet.</summary>
    public Task StartAsync() => Runner.StartAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await Runner.StopAsync(CancellationToken.None).ConfigureAwait(false);
        Runner.Dispose();
        _http.Dispose();
    }
}
