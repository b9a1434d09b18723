using System.Net;
using Mesh.Contracts;
using Mesh.Fog;
using Mesh.Nodes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Benchmarks.Nodes;

/// <summary>A real fog on loopback with its journal on disk, and a look into that journal afterwards.</summary>
internal static class FogBed
{
    public static Task<FogNode> StartAsync(Folder folder) =>
        FogNode.StartAsync(
            new FogSettings(
                new NodeSettings
                {
                    Node = "fog",
                    Tier = Tier.Fog,
                    Site = "figures",
                    Data = folder.Inside("fog"),
                },
                new IPEndPoint(IPAddress.Loopback, 0),
                null,
                UplinkChoice.None
            ),
            TimeProvider.System,
            NullLoggerFactory.Instance,
            "0",
            CancellationToken.None
        );

    /// <summary>Every reading is in the journal, once.</summary>
    public static void Check(Node node, int sent)
    {
        var ids = new HashSet<ReadingId>();
        var count = 0;
        using var reader = node.Journal.Read(node.Journal.FirstFrame);
        while (reader.TryNext(out var stored))
        {
            foreach (var arrived in FrameCodec.Decode(stored.Number, stored.Body.Span).Inputs.OfType<RangeArrived>())
            {
                count += arrived.Range.Items.Count;
                ids.UnionWith(arrived.Range.Items.Cast<Reading>().Select(r => r.Id));
            }
        }

        WrongOutputException.Unless(sent, count, "readings in the journal");
        WrongOutputException.Unless(sent, ids.Count, "different readings in the journal");
        WrongOutputException.Unless(0, node.Look(core => core.Counters.Duplicates), "duplicates");
    }
}
