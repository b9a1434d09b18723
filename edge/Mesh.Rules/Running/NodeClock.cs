using Mesh.Contracts;

namespace Mesh.Rules.Running;

/// <summary>The node's clock, in microseconds, which only the engine moves, and only forwards.</summary>
internal sealed class NodeClock
{
    public static readonly long Unknown = Timestamp.MinValue.Micros;

    public long Micros { get; set; } = Unknown;

    public bool IsKnown => Micros > Unknown;

    public Timestamp Now => new(Micros);
}
