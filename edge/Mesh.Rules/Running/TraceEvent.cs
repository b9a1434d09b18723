using Mesh.Contracts;

namespace Mesh.Rules.Running;

/// <summary>What happened to a rule at one instant, for those who ask why; see <see cref="RunningRule.Trace"/>.</summary>
internal enum TraceKind : byte
{
    /// <summary>A reading was taken into the key, whatever comes of it; not a step, but the last one is of interest.</summary>
    Took,

    /// <summary>A pending fire or clear began.</summary>
    Began,

    /// <summary>What was pending, or a partial match, came to nothing.</summary>
    Cancelled,

    /// <summary>The next step of a pattern was reached, or a window took a reading.</summary>
    Advanced,

    /// <summary>A reading was not used: late, unkeyed, filtered out, older than the known one.</summary>
    Ignored,

    /// <summary>An output was made.</summary>
    Said,

    /// <summary>An output was kept back by a throttle or a bound.</summary>
    Suppressed,
}

/// <summary>One step in the life of a key.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Key">To which key; null when the reading had none.</param>
/// <param name="At">The rule's time.</param>
/// <param name="Reading">The reading that did it; null when time did.</param>
/// <param name="Text">The same in words: a clause of a sentence, lower case, without a full stop.</param>
internal sealed record TraceEvent(TraceKind Kind, KeyState? Key, Timestamp At, Reading? Reading, string Text);
