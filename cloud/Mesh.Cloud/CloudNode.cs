using Mesh.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Mesh.Cloud;

/// <summary>
/// A running cloud: a node like every other (journal, rules, store), whose intake is HTTP, whose store keeps readings,
/// and which has nothing above it.
/// <code>
///   PUT …/{lane}/{from}-{to} ─▶ RangeIntake ─▶ Node (turn, fdatasync) ─▶ 200 {"upTo","epoch"}
///                                                └─▶ LocalStore ─▶ REST, page
/// </code>
/// </summary>
public sealed class CloudNode : IRunningNode
{
    private readonly NodeHost _http;
    private readonly NodeTasks _tasks;

    private CloudNode(Node node, NodeHost http, NodeTasks tasks)
    {
        Node = node;
        _http = http;
        _tasks = tasks;
    }

    public Node Node { get; }

    /// <summary>Where the API and the page are.</summary>
    public Uri Address => _http.Address;

    /// <summary>Fails when the node's journal failed.</summary>
    public Task Completion => Node.Completion;

    public string Ready => $"mesh cloud {Node.Settings.Node} ready  api {Address}  data {Node.Settings.Data}";

    /// <summary>Opens the data folder, replays it, and answers from then on.</summary>
    /// <param name="settings">What the configuration says.</param>
    /// <param name="time">The wall clock.</param>
    /// <param name="logs">Where it says what it does.</param>
    /// <param name="version">Of the program.</param>
    /// <param name="cancel">Gives up the start.</param>
    /// <exception cref="EndPointException">The address cannot be bound.</exception>
    /// <exception cref="DiskException">The data folder cannot be used.</exception>
    /// <exception cref="JournalRefusedException">The journal is another node's or of an unknown version.</exception>
    public static async Task<CloudNode> StartAsync(
        CloudSettings settings,
        TimeProvider time,
        ILoggerFactory logs,
        string version,
        CancellationToken cancel
    )
    {
        var log = logs.CreateLogger<Node>();
        var node = Node.Open(settings.Node, UplinkChoice.None, new PosixDisk(), time, log, history: true, version);
        var senders = new Senders(time);
        var questions = new Questions(name => senders.All.Any(s => s.Node == name && s.State is not null), time);
        var intake = new RangeIntake(node, senders, questions);
        var tasks = new NodeTasks(node, publish: null, time, logs);
        var facts = new NodeFacts
        {
            Sinks = () => tasks.Sinks.Status,
            Rules = tasks.Rules,
            Version = version,
            Time = time,
            Rejected = () => senders.Rejected,
            Commands = false,
            Ask = questions.AskAsync,
        };
        try
        {
            var http = await NodeHost
                .StartAsync(
                    node,
                    settings.Http,
                    facts,
                    logs,
                    routes => Map(routes, node, intake, senders, version),
                    cancel
                )
                .ConfigureAwait(false);
            await tasks.StartAsync().ConfigureAwait(false);
            return new CloudNode(node, http, tasks);
        }
        catch
        {
            await tasks.DisposeAsync().ConfigureAwait(false);
            node.Dispose();
            throw;
        }
    }

    /// <summary>Nothing waits here for anybody: what was answered is durable.</summary>
    public Task FinishAsync() => Task.CompletedTask;

    /// <summary>Stops answering first, then makes the node's last turn.</summary>
    public async ValueTask DisposeAsync()
    {
        await _http.DisposeAsync().ConfigureAwait(false);
        await _tasks.DisposeAsync().ConfigureAwait(false);
        Node.Dispose();
    }

    private static void Map(
        IEndpointRouteBuilder routes,
        Node node,
        RangeIntake intake,
        Senders senders,
        string version
    )
    {
        intake.Map(routes);
        new NodeRoutes(node, senders, version).Map(routes);
        new ReadingRoutes(node).Map(routes);
        PageRoutes.Map(routes);
    }
}
