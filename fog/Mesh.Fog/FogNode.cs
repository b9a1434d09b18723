using Mesh.Nodes;
using Microsoft.Extensions.Logging;

namespace Mesh.Fog;

/// <summary>
/// A fog: broker → node → uplink, and the node's own API. Starts everything or nothing; stops in the order in which
/// data flows, so that what was taken is still durable and what is durable is not half sent.
/// </summary>
public sealed class FogNode : IRunningNode
{
    private readonly StateReport? _report;

    private FogNode(Node node, Broker broker, NodeTasks tasks, HttpUplink? uplink, StateReport? report)
    {
        Node = node;
        Tasks = tasks;
        Broker = broker;
        Uplink = uplink;
        _report = report;
    }

    public Node Node { get; }

    public Broker Broker { get; }

    public NodeTasks Tasks { get; }

    public HttpUplink? Uplink { get; }

    public NodeHost? Api { get; private set; }

    /// <summary>Fails when the node's journal failed, or a hop by an error nobody foresaw.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>One line for whoever started it: where it listens and where its data is.</summary>
    public string Ready =>
        $"mesh fog {Node.Settings.Node} ready  mqtt {Broker.EndPoint}  api {Api?.Address.ToString() ?? "none"}  data {Node.Settings.Data}";

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
        var broker = new Broker(node, settings.Mqtt, time, logs.CreateLogger<Broker>());
        var (uplink, report) = settings.Cloud is { } cloud ? Up(node, cloud, time, logs, version) : (null, null);
        var tasks = new NodeTasks(node, broker.DeliverAsync, time, logs);
        var fog = new FogNode(node, broker, tasks, uplink, report);
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
                            Hops = uplink is null ? [] : [uplink.Status],
                            Sinks = () => tasks.Sinks.Status,
                            Rules = tasks.Rules,
                            Clients = () => broker.Clients,
                            Rejected = () => broker.Rejected,
                        },
                        logs,
                        cancel
                    )
                    .ConfigureAwait(false);
            }

            await broker.StartAsync(cancel).ConfigureAwait(false);
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
        await Broker.StopAsync(CancellationToken.None).ConfigureAwait(false);
        Broker.Dispose();
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
