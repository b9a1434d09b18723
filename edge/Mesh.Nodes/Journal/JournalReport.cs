namespace Mesh.Nodes;

/// <summary>Something in a journal that is not as it was written.</summary>
/// <param name="File">Name of the file in the journal's folder.</param>
/// <param name="Offset">Byte where it begins, 0 for a whole file.</param>
/// <param name="Bytes">How many bytes cannot be read.</param>
/// <param name="Reason">A sentence for the log.</param>
public sealed record JournalDamage(string File, long Offset, long Bytes, string Reason)
{
    public override string ToString() => $"{File} at {Offset}: {Reason}";
}

/// <summary>What opening a journal found.</summary>
/// <param name="Created">There was none before.</param>
/// <param name="NewEpoch">
/// Whether a new incarnation began: the journal is new, or its end was lost. What was said under the old one may be
/// unknown to this node, so numbers given from now on must not be taken for those.
/// </param>
/// <param name="TornBytes">Bytes of a last frame that was never finished and has been cut; nothing acknowledged was in it.</param>
/// <param name="Damages">Corruption, and segments set aside as <c>*.damaged</c>; the rest stays readable.</param>
public sealed record JournalReport(
    bool Created,
    bool NewEpoch,
    long TornBytes,
    IReadOnlyList<JournalDamage> Damages
);
