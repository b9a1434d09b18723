using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>About how many bytes an item takes in memory: what bounds are counted in, quickly and on the safe side.</summary>
internal static class ItemSize
{
    public static long Of(MeshEvent item) =>
        item switch
        {
            Reading reading => 256
                + Of(reading.Value)
                + (reading.Fields.Count == 0 ? 0 : reading.Fields.Sum(f => 64 + Of(f.Value))),
            Detection detection => 1024 + detection.Values.Sum(v => 64 + Of(v.Value)),
            Aggregate aggregate => 1024 + aggregate.Values.Sum(v => 64 + Of(v.Value)),
            _ => 1024,
        };

    private static long Of(Value value) =>
        value.Kind switch
        {
            ValueKind.Text => 2L * value.Text.Length,
            ValueKind.List => value.Items.Sum(v => 32 + Of(v)),
            _ => 0,
        };
}
