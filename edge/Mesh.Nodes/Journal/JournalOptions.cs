namespace Mesh.Nodes;

/// <summary>How a journal lays itself out.</summary>
/// <param name="Node">The node whose journal it is, an id; a journal of another node is refused.</param>
/// <param name="SegmentBytes">
/// Size of a segment file, from 16 KiB; 64 MiB by default, less on a small disk. A frame that needs more gets a segment
/// of its own size.
/// </param>
/// <param name="Reserve">
/// Whether the next segment is allocated ahead, so that on a full disk there is still room for what must not be refused.
/// </param>
public sealed record JournalOptions(string Node, long SegmentBytes = 64L * 1024 * 1024, bool Reserve = true)
{
    /// <summary>Bytes of all segments and the reserve at most. Reaching it is like a full disk.</summary>
    public long MaxBytes { get; init; } = long.MaxValue;
}
