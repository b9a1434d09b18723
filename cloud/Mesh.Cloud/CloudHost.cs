using Mesh.Nodes;
using Mesh.Nodes.Api;
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
public sealed class CloudHost : IAsyncDisposable
{
    private readonly NodeApi _api;
    private readonly NodeHost _http;

    private CloudHost(Node node, NodeApi api, NodeHost http)
    {
        Node = node;
        _api = api;
        _http = http;
    }

    public Node Node { get; }

    /// <summary>Where the API and the page are.</summary>
    public Uri Address => _http.Address;

    /// <summary>Opens the data folder, replays it, and answers from then on.</summary>
    /// <param name="settings">What the configuration says.</param>
    /// <param name="disk">The files.</param>
    /// <param name="time">The wall clock.</param>
    /// <param name="logging">Where it says what it does.</param>
    /// <param name="version">Of the program.</param>
    /// <param name="cancel">Gives up the start.</param>
    /// <exception cref="EndPointException">The address cannot be bound.</exception>
    /// <exception cref="DiskException">The data folder cannot be used.</exception>
    /// <exception cref="JournalException">The journal is another node's or of an unknown version.</exception>
    public static async Task<CloudHost> StartAsync(
        CloudSettings settings,
        Disk disk,
        TimeProvider time,
        ILoggerFactory logging,
        string version = "0",
        CancellationToken cancel = default
    )
    {
        var node = Node.Open(
            settings.Node,
            UplinkChoice.None,
            disk,
            time,
            logging.CreateLogger<Node>(),
            history: true,
            version
        );
        var senders = new Senders(time);
        var intake = new RangeIntake(node, senders);
        var api = new NodeApi(
            node,
            new NodeApiOptions
            {
                Version = version,
                Rejected = () => senders.Rejected,
                Commands = false,
            },
            time
        );
        try
        {
            var http = await NodeHost
                .StartAsync(settings.Http, routes => Map(routes, node, api, intake, senders, version), logging, cancel)
                .ConfigureAwait(false);
            return new CloudHost(node, api, http);
        }
        catch
        {
            api.Dispose();
            node.Dispose();
            throw;
        }
    }

    /// <summary>Stops answering first, then makes the node's last turn.</summary>
    public async ValueTask DisposeAsync()
    {
        await _http.DisposeAsync().ConfigureAwait(false);
        _api.Dispose();
        Node.Dispose();
    }

    private static void Map(
        IEndpointRouteBuilder routes,
        Node node,
        NodeApi api,
        RangeIntake intake,
        Senders senders,
        string version
    )
    {
        api.Map(routes);
        intake.Map(routes);
        new NodeRoutes(node, senders, version).Map(routes);
        new ReadingRoutes(node).Map(routes);
        PageRoutes.Map(routes);
    }
}
