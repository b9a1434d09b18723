using Mesh.Contracts;
using Mesh.Nodes;
using Mesh.Tests.Blocks;
using Mesh.World;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Mesh.Tests.Nodes;

/// <summary>Short ways to open a node and to look into its lanes.</summary>
internal static class OpenNode
{
    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static Node On(Disk disk, NodeSettings? settings = null, TimeProvider? time = null) =>
        Node.Open(settings ?? Settings, Some.Everything, disk, time ?? TimeProvider.System, NullLogger.Instance);

    public static NodeSettings Settings { get; } =
        Some.Settings() with
        {
            Rules = [new NamedText("r.yaml", Some.Rules)],
        };

    public static async Task<long> TakeAsync(this Node node, LaneRange range)
    {
        var outcome = await node.AcceptAsync(new RangeArrived(range), Cancel);
        Assert.False(outcome.Gap);
        return outcome.UpTo;
    }

    /// <summary>Every item of a lane that the journal holds, as text (exactly, unless said otherwise) by its number.</summary>
    public static SortedDictionary<long, string> Items(this Node node, Lane lane, Func<MeshEvent, string>? text = null)
    {
        var items = new SortedDictionary<long, string>();
        using var reader = new LaneReader(node.Outbox, lane);
        long from = 1;
        while (reader.Read(from, 100) is { } range && range.To >= from)
        {
            Assert.Empty(range.Skipped);
            foreach (var item in range.Items)
            {
                items.Add(from++, text?.Invoke(item) ?? Exactly.Text(item));
            }
        }

        return items;
    }

    public static string LastSegment(this MemoryDisk disk) =>
        Path.Combine(
            "/data/journal",
            disk.List("/data/journal").Last(n => n.EndsWith(".segment", StringComparison.Ordinal))
        );
}
