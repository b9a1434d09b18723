using System.Net;
using Mesh.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Mesh.Tests.Api;

/// <summary>A fog's node with its API on a free port of the loopback.</summary>
internal sealed class RunningNode : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;

    private RunningNode(DirectoryInfo folder, Node node, NodeHost host)
    {
        _folder = folder;
        Node = node;
        Host = host;
        Http = new HttpClient { BaseAddress = host.Address };
    }

    public Node Node { get; }

    public NodeHost Host { get; }

    public HttpClient Http { get; }

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<RunningNode> StartAsync(NodeFacts? facts = null)
    {
        var folder = Directory.CreateTempSubdirectory("mesh-api-");
        var settings = new NodeSettings
        {
            Node = "fog-1",
            Tier = Tier.Fog,
            Site = "home",
            Data = folder.FullName,
            SegmentBytes = 1024 * 1024,
            Devices = new NamedText("devices.yaml", "devices: {lock-101: {labels: {room: '101'}, sensors: {lock: {}}}}"),
        };
        var node = Node.Open(
            settings,
            UplinkChoice.None,
            new PosixDisk(),
            TimeProvider.System,
            NullLogger.Instance
        );
        var host = await NodeHost.StartAsync(
            node,
            new IPEndPoint(IPAddress.Loopback, 0),
            facts ?? new NodeFacts(),
            NullLoggerFactory.Instance,
            Cancel
        );
        return new RunningNode(folder, node, host);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Host.DisposeAsync();
        Node.Dispose();
        _folder.Delete(recursive: true);
    }
}
