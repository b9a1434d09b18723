using Mesh.Nodes;
using Microsoft.Extensions.Logging;

namespace Mesh.Cli;

/// <summary>The nodes of the demo, started from the top down and finished from the bottom up.</summary>
internal sealed class DemoMesh : IAsyncDisposable
{
    private readonly List<DemoNode> _nodes = [];
    private readonly List<DemoNode> _edges = [];

    private DemoMesh(string folder) => Folder = folder;

    /// <summary>Where configurations and data are.</summary>
    public string Folder { get; }

    public NodeClient Cloud { get; private set; } = null!;

    public List<NodeClient> Fogs { get; } = [];

    public List<NodeClient> Edges { get; } = [];

    public string Page { get; private set; } = "";

    /// <summary>Fails when any node ends before it is told to.</summary>
    public Task Completion => Task.WhenAny(_nodes.Select(n => n.Completion)).Unwrap();

    public static async Task<DemoMesh> StartAsync(
        string folder,
        int seed,
        bool processes,
        ILoggerFactory logs,
        CancellationToken cancel
    )
    {
        var mesh = new DemoMesh(folder);
        try
        {
            await mesh.StartAsync(seed, processes, logs, cancel);
            return mesh;
        }
        catch
        {
            await mesh.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the day: the building stops, the agents wait until their fogs hold everything, and end.</summary>
    public Task FinishEdgesAsync() => Task.WhenAll(_edges.Select(e => e.FinishAsync()));

    public IEnumerable<string> ProducedFiles =>
        _edges.Select(e => Path.Combine(Folder, "data", e.Name, "produced.json"));

    public async ValueTask DisposeAsync()
    {
        foreach (var client in Edges.Concat(Fogs).Append(Cloud))
        {
            client?.Dispose();
        }

        foreach (var node in _nodes.AsEnumerable().Reverse())
        {
            await node.DisposeAsync();
        }
    }

    private async Task StartAsync(int seed, bool processes, ILoggerFactory logs, CancellationToken cancel)
    {
        var cloud = await AddAsync(Tier.Cloud, "cloud", DemoFiles.WriteCommon(Folder));
        Page = cloud.Place("api");
        Cloud = new NodeClient(Page);
        for (var i = 1; i <= DemoFiles.Fogs; i++)
        {
            var fog = await AddAsync(Tier.Fog, $"fog-{i}", DemoFiles.WriteFog(Folder, i, Page));
            Fogs.Add(new NodeClient(fog.Place("api")));
            var edge = await AddAsync(Tier.Edge, $"edge-{i}", DemoFiles.WriteEdge(Folder, i, fog.Place("mqtt"), seed));
            _edges.Add(edge);
            Edges.Add(new NodeClient(edge.Place("api")));
        }

        async Task<DemoNode> AddAsync(Tier tier, string name, string config)
        {
            var node = await DemoNode.StartAsync(tier, name, config, processes, logs, cancel);
            _nodes.Add(node);
            return node;
        }
    }
}
