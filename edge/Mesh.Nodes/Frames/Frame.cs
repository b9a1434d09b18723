using Mesh.Contracts;
using Mesh.Rules;

namespace Mesh.Nodes;

/// <summary>
/// One turn of a node, as the journal keeps it: what came in and what went out. What can change an output is in a
/// frame, so replaying frames gives the same outputs again.
/// </summary>
/// <param name="Number">1, 2, 3, … without a hole within one epoch of the journal.</param>
/// <param name="Time">The node's clock (UTC) at the turn: the wall's, or ahead of it while that was put back.</param>
/// <param name="Inputs">What arrived, in order of arrival.</param>
/// <param name="Outputs">What went into the lanes and to the sinks, in order.</param>
/// <param name="Clock">The clock that rules saw after the turn.</param>
public sealed record Frame(
    long Number,
    Timestamp Time,
    IReadOnlyList<NodeInput> Inputs,
    IReadOnlyList<NodeOutput> Outputs,
    Timestamp Clock
);

/// <summary>Something that arrived at a node.</summary>
public abstract record NodeInput;

/// <summary>Items of a lane from an agent or a node below. Only what the mark did not hold yet is in a frame.</summary>
public sealed record RangeArrived(LaneRange Range) : NodeInput;

/// <summary>Readings of a source on this node itself (sensors, a recording, a hand-made device without item numbers).</summary>
/// <param name="Source">The source whose clock they move.</param>
/// <param name="Readings">At most <see cref="Limits.RangeItems"/>.</param>
/// <param name="Mark">How far the source's recorded time has come.</param>
public sealed record ReadingsArrived(string Source, IReadOnlyList<Reading> Readings, Mark? Mark) : NodeInput;

/// <summary>A source came (birth) or went (death).</summary>
public sealed record SourceChanged(string Source, bool Alive) : NodeInput;

/// <summary>The rule files as they are from now on: name and content.</summary>
public sealed record RulesChanged(IReadOnlyList<NamedText> Files) : NodeInput;

/// <summary>The device registry (<c>devices.yaml</c>) as it is from now on.</summary>
public sealed record DevicesChanged(NamedText File) : NodeInput;

/// <summary>The process started.</summary>
/// <param name="Version">Of the program.</param>
/// <param name="Down">Time since the last frame.</param>
/// <param name="Uplink">What goes up from now on.</param>
public sealed record NodeStarted(string Version, TimeSpan Down, UplinkChoice Uplink) : NodeInput;

/// <summary>The wall clock was set; the node's followed. Always the first input of its frame.</summary>
public sealed record ClockSet(ClockStep Step) : NodeInput;

/// <summary>Nothing happened for a while: the frame says only what time it is.</summary>
public sealed record ClockPassed : NodeInput;

/// <summary>The next tier holds this lane durably up to an item.</summary>
public sealed record Delivered(Lane Lane, long UpTo) : NodeInput
{
    /// <summary>Which of them it does not hold, because they were declared skipped; ascending.</summary>
    public IReadOnlyList<ItemsSkipped> Skipped { get; init; } = [];
}

/// <summary>Items of this node that were declared skipped.</summary>
/// <param name="Numbers">Which, and why.</param>
/// <param name="Rule">The rule that said them; null when that is not known, or they are no rule's.</param>
public sealed record ItemsSkipped(Skipped Numbers, string? Rule);

/// <summary>The next tier refused an item for good, sent alone. It is set aside, and its lane goes on without it.</summary>
/// <param name="Lane">Its lane.</param>
/// <param name="Number">Its number there.</param>
/// <param name="Reason">What the tier above answered.</param>
/// <param name="Json">The item as it was sent.</param>
public sealed record ItemRefused(Lane Lane, long Number, string Reason, string Json) : NodeInput;

/// <summary>Somebody ordered a device to do something, by hand.</summary>
public sealed record CommandOrdered(Command Command) : NodeInput;

/// <summary>What became of a command or another action.</summary>
public sealed record ActionFinished(string Id, string Outcome, string? Detail) : NodeInput;

/// <summary>A sink has carried out, or given up, everything up to a number.</summary>
/// <param name="Sink">Which.</param>
/// <param name="UpTo">The number of the last of them.</param>
/// <param name="Frame">The frame it stood in.</param>
/// <param name="Dead">Those that were given up.</param>
public sealed record SinkAdvanced(string Sink, long UpTo, long Frame, IReadOnlyList<DeadLetter> Dead) : NodeInput;

/// <summary>Somebody decided about a dead letter: try it again, or drop it.</summary>
public sealed record DeadLetterTaken(string Id, bool Retry) : NodeInput;

/// <summary>Somebody silenced rules for a while.</summary>
/// <param name="Silence">What is silenced; its <see cref="Silence.Until"/> is counted from the clock when it is taken.</param>
/// <param name="For">How long.</param>
public sealed record SilenceAdded(Silence Silence, TimeSpan For) : NodeInput;

/// <summary>Somebody ended a silence early.</summary>
public sealed record SilenceRemoved(string Id) : NodeInput;

/// <summary>The maintenance windows of the configuration as they are from now on.</summary>
public sealed record MaintenanceChanged(IReadOnlyList<MaintenanceWindow> Windows) : NodeInput;

/// <summary>Rule files were changed and could not be used: what ran goes on running.</summary>
/// <param name="Problems">What is wrong, each with its place; the first few of them.</param>
/// <param name="Count">How many there are.</param>
public sealed record RulesRejected(IReadOnlyList<string> Problems, int Count) : NodeInput;

/// <summary>Undelivered items were dropped to make room, as the configuration permits; they are declared upwards.</summary>
public sealed record ItemsDropped(Lane Lane, long From, long To) : NodeInput;

/// <summary>Undelivered items whose segment had to go, under the numbers they have.</summary>
/// <param name="Lane">Their lane.</param>
/// <param name="From">Number of the first; the others follow without a hole.</param>
/// <param name="Items">At least one.</param>
public sealed record ItemsCarried(Lane Lane, long From, IReadOnlyList<MeshEvent> Items) : NodeInput;

/// <summary>A message that is not understood and never will be: set aside, so that its sender need not keep it.</summary>
/// <param name="Sender">Who sent it, as the broker knows them.</param>
/// <param name="Topic">Where it was published.</param>
/// <param name="Reason">Why it is not understood.</param>
/// <param name="Bytes">How long it is.</param>
/// <param name="Start">Its beginning as text, at most <see cref="MaxStart"/> characters.</param>
public sealed record MessageSetAside(string Sender, string Topic, string Reason, long Bytes, string Start) : NodeInput
{
    public const int MaxStart = 1024;
}

/// <summary>A file's name and content.</summary>
public sealed record NamedText(string Name, string Text);

/// <summary>Something a turn decided: intents, which hops and sinks carry out from the journal.</summary>
public abstract record NodeOutput;

/// <summary>An event for the next tier, with its number in its lane. Raw readings have <see cref="ReadingsForwarded"/>.</summary>
public sealed record LaneItem(Lane Lane, long Item, MeshEvent Event) : NodeOutput;

/// <summary>
/// Accepted readings of this frame that go up the readings lane as items From, From+1, …: those at the given places,
/// counting all readings of the frame's inputs from 0.
/// </summary>
public sealed record ReadingsForwarded(long From, IReadOnlyList<int> Places) : NodeOutput;

/// <summary>An order to a device, which its agent will execute unless it expires.</summary>
public sealed record CommandSent(Command Command, Timestamp Expires, string? Agent) : NodeOutput;

/// <summary>Something that is to leave the node, with its number in its sink.</summary>
public sealed record ActionQueued(string Sink, long Number, SinkAction Action) : NodeOutput;

/// <summary>Everything the node would otherwise have to replay from its first frame; in the first frame of a segment, or on request.</summary>
/// <param name="Core">State of the node but its rules.</param>
/// <param name="Rules">Each rule's own checkpoint.</param>
public sealed record Snapshot(ReadOnlyMemory<byte> Core, IReadOnlyList<RuleCheckpoint> Rules) : NodeOutput;

/// <summary>The saved state of one rule after all frames up to and including <paramref name="Frame"/>.</summary>
public sealed record RuleCheckpoint(string Rule, long Frame, ReadOnlyMemory<byte> State);
