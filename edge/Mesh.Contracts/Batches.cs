namespace Mesh.Contracts;

/// <summary>"Everything of mine received before <paramref name="Time"/> has been sent"; a final one ends the source.</summary>
public readonly record struct Mark(Timestamp Time, bool Final);

/// <summary>Item numbers that will never come, because they expired or were dropped; they count as covered.</summary>
public sealed record Skipped(long From, long To, string Reason);

/// <summary>
/// A run of items of one lane, as the next tier receives it: the sender, the incarnation of its numbering
/// (<paramref name="Epoch"/>; an agent calls it boot), and the numbers <c>From</c> to <see cref="To"/>.
/// </summary>
/// <param name="Sender">The node or agent, an id.</param>
/// <param name="Epoch">Incarnation of the sender's numbering, 0 to 2^53-1.</param>
/// <param name="Lane">Which queue.</param>
/// <param name="From">Number of the first item, from 1.</param>
/// <param name="Items">The items in order; with <paramref name="Skipped"/> they cover From..To without a hole.</param>
/// <param name="Skipped">Ranges that were dropped or expired, ascending.</param>
/// <param name="Mark">How far the sender's recorded time has come, after these items.</param>
public sealed record LaneRange(
    string Sender,
    long Epoch,
    Lane Lane,
    long From,
    IReadOnlyList<MeshEvent> Items,
    IReadOnlyList<Skipped> Skipped,
    Mark? Mark
)
{
    /// <summary>Number of the last item covered; From - 1 when the range carries a mark only.</summary>
    public long To => From - 1 + Items.Count + Skipped.Sum(s => s.To - s.From + 1);
}

/// <summary>
/// What an agent publishes to <c>…/readings</c>. With <see cref="From"/> the readings are items From, From+1, … of the
/// agent's own numbering <see cref="Boot"/>. Without it (a hand-made device) the readings' own <c>seq</c> stand for it.
/// </summary>
public sealed record ReadingBatch(long Boot, long? From, IReadOnlyList<Reading> Readings, Mark? Mark)
{
    /// <summary>Item numbers from <see cref="From"/> on that will never come, ascending; the readings are the others.</summary>
    public IReadOnlyList<Skipped> Skipped { get; init; } = [];
}

/// <summary>
/// The receiver holds everything up to <paramref name="UpTo"/> of numbering <paramref name="Boot"/> durably.
/// <paramref name="Epoch"/> is the receiver's journal: an acknowledgement of an earlier epoch counts for nothing.
/// </summary>
/// <param name="Boot">The sender's numbering.</param>
/// <param name="UpTo">The last item held.</param>
/// <param name="Epoch">The receiver's journal.</param>
/// <param name="Resend">Something behind <paramref name="UpTo"/> is missing: the sender begins again there.</param>
public sealed record Acknowledgement(long Boot, long UpTo, long Epoch, bool Resend = false)
{
    /// <summary>The lane whose items it speaks of.</summary>
    public Lane Lane { get; init; } = Lane.Readings;

    /// <summary>
    /// It answers the birth that bore this number, and so says what this fog holds; null: it answers a batch. A sender
    /// begins a lane at such an answer only, so that a late word of a journal that is gone is never taken for it.
    /// </summary>
    public long? Hello { get; init; }

    /// <summary>The mark of the batch that it answers, held durably as well.</summary>
    public Mark? Mark { get; init; }
}

/// <summary>An agent's birth (<paramref name="Online"/>, retained) or death (its last will).</summary>
/// <param name="Online">Whether the agent is connected.</param>
/// <param name="Boot">The agent's numbering, 0 in a will.</param>
/// <param name="Version">The agent's program version.</param>
/// <param name="Recorded">Whether its time is that of a recording.</param>
public sealed record AgentState(bool Online, long Boot, string? Version, bool Recorded)
{
    /// <summary>The number of this birth among the agent's, which the fog's answers to it repeat; null: none is wanted.</summary>
    public long? Hello { get; init; }
}

/// <summary>An order to a device, addressed to the agent that drives it.</summary>
/// <param name="Id">Unique; the same id twice is the same command.</param>
/// <param name="Device">The device to act.</param>
/// <param name="Sensor">What to set: <c>lock</c>.</param>
/// <param name="Value">The wanted value.</param>
/// <param name="ExpiresMs">Milliseconds it remains valid from when it was sent; an expired command is never executed.</param>
/// <param name="Cause">The detection it came from, if any.</param>
public sealed record Command(string Id, string Device, string Sensor, Value Value, long ExpiresMs, string? Cause);

/// <summary>What became of a command: <c>done</c>, <c>failed</c>, <c>expired</c>, <c>unknown-device</c>.</summary>
public sealed record CommandResult(string Id, string Outcome, string? Detail);
