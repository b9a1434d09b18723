using Mesh.Nodes;
using Microsoft.Extensions.Logging;

namespace Mesh.Fog;

/// <summary>
/// A fog: broker, its own or another one → node → uplink, and the node's own API. Starts everything or nothing; stops in the order in which
/// data flows, so that what was taken is still durable and what is durable is not half sent.
/// </summary>
public sealed class FogNode : IRunningNode
{
    private readonly StateReport? _report;

    private FogNode(Node node, IAgentLink link, NodeTasks tasks, HttpUplink? uplink, StateReport? report)
    {
        Node = node;
        Tasks = tasks;
        Link = link;
        Uplink = uplink;
        _report = report;
    }

    public Node Node { get; }

    public IAgentLink Link { get; }

    /// <summary>The fog's own broker.</summary>
    /// <exception cref="InvalidCastException">It has none: the configuration names another one.</exception>
    public Broker Broker => (Broker)Link;

    public NodeTasks Tasks { get; }

    public HttpUplink? Uplink { get; }

    public NodeHost? Api { get; private set; }

    /// <summary>Fails when the node's journal failed, or a hop by an error nobody foresaw.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>One line for whoever started it: where it listens and where its data is.</summary>
    public string Ready =>
        $"mesh fog {Node.Settings.Node} ready  mqtt {Link.Where}  api {Api?.Address.ToString() ?? "none"}  data {Node.Settings.Data}";

    /// <exception cref="EndPointException">An address is taken.</exception>
    /// <exception cref="DiskException">The data folder cannot be used.</exception>
    public static async Task<FogNode> StartAsync(
        FogSettings settings,
        TimeProvider time,
        ILoggerFactory logs,
        string version,
        CancellationToken cancel
    )
    {
        var node = Node.Open(
            settings.Node,
            settings.Uplink,
            new PosixDisk(),
            time,
            logs.CreateLogger<Node>(),
            version: version
        );
        IAgentLink link = settings.Broker is { } external
            ? new BrokerClient(node, external, time, logs.CreateLogger<BrokerClient>())
            : new Broker(node, settings.Mqtt, time, logs.CreateLogger<Broker>());
        var (uplink, report) = settings.Cloud is { } cloud ? Up(node, cloud, time, logs, version) : (null, null);
        var tasks = new NodeTasks(node, link.DeliverAsync, time, logs);
        var fog = new FogNode(node, link, tasks, uplink, report);
        try
        {
            if (settings.Node.Http is { } http)
            {
                fog.Api = await NodeHost
                    .StartAsync(
                        node,
                        http,
                        new NodeFacts
                        {
                            Version = version,
                            Hops = [.. new[] { link.Status, uplink?.Status }.OfType<HopStatus>()],
                            Sinks = () => tasks.Sinks.Status,
                            Rules = tasks.Rules,
                            Clients = link.Clients is null ? null : () => link.Clients ?? 0,
                            Rejected = () => link.Rejected,
                        },
                        logs,
                        cancel
                    )
                    .ConfigureAwait(false);
            }

            // Its work outlives the wish to stop; DisposeAsync ends it.
            await link.StartAsync(link is Broker ? cancel : CancellationToken.None).ConfigureAwait(false);
            await tasks.StartAsync().ConfigureAwait(false);
            if (uplink is not null)
            {
                // The hops outlive the wish to stop; DisposeAsync ends them.
                await uplink.StartAsync(CancellationToken.None).ConfigureAwait(false);
                await report!.StartAsync(CancellationToken.None).ConfigureAwait(false);
            }

            fog.Completion = HopTasks.EndAsync(node.Completion, uplink, report);
            return fog;
        }
        catch
        {
            await fog.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public Task FinishAsync() => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await Tasks.DisposeAsync().ConfigureAwait(false);
        await Link.StopAsync(CancellationToken.None).ConfigureAwait(false);
        Link.Dispose();
        if (_report is { } report)
        {
            await report.StopAsync(CancellationToken.None).ConfigureAwait(false);
            report.Dispose();
        }

        if (Uplink is { } uplink)
        {
            await uplink.StopAsync(CancellationToken.None).ConfigureAwait(false);
            uplink.Dispose();
        }

        if (Api is { } api)
        {
            await api.DisposeAsync().ConfigureAwait(false);
        }

        Node.Dispose();
    }

    private static (HttpUplink Uplink, StateReport Report) Up(
        Node node,
        Uri cloud,
        TimeProvider time,
        ILoggerFactory logs,
        string version
    )
    {
        var handler = new SocketsHttpHandler();
        return (
            new HttpUplink(node, cloud, handler, time, logs.CreateLogger<HttpUplink>()),
            new StateReport(node, cloud, handler, time, version)
        );
    }
}
