namespace Mesh.Nodes;

/// <summary>A frame as it lies in the journal.</summary>
/// <param name="Epoch">The incarnation it was written under.</param>
/// <param name="Number">Ascending over the whole journal, without a hole within one epoch unless bytes were damaged.</param>
/// <param name="Body">Valid until the reader moves on.</param>
public readonly record struct JournalFrame(long Epoch, long Number, ReadOnlyMemory<byte> Body);

/// <summary>A place between two frames, from which reading can go on without a search.</summary>
/// <param name="Segment">Number of the segment.</param>
/// <param name="Offset">Byte in its file.</param>
/// <param name="Frame">Number that the next frame must have at least.</param>
public readonly record struct JournalPosition(long Segment, long Offset, long Frame);
