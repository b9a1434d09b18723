using Mesh.Contracts;

namespace Mesh.Rules;

/// <summary>What a part of a condition took its value from.</summary>
/// <param name="Name">As the rule writes it: <c>occupied</c>, <c>age(door)</c>.</param>
/// <param name="Value">What it was.</param>
/// <param name="Note">Why it is unknown, or which devices it stands for; null where value and reading say it all.</param>
/// <param name="Reading">The newest reading behind it; null when there is none, or more than one.</param>
/// <param name="Age">How old that reading was; never below 0.</param>
public sealed record ExplainedOperand(string Name, Value Value, string? Note, Reading? Reading, TimeSpan? Age);

/// <summary>A condition, or a part of one between <c>and</c>, <c>or</c>, <c>not</c>.</summary>
/// <param name="Role">Whose condition: <c>when</c>, <c>clear_when</c>, <c>where</c>, a step's name; empty for parts.</param>
/// <param name="Text">As the rule means it.</param>
/// <param name="Value">True, false or unknown.</param>
/// <param name="Operands">What stands in it; empty where <paramref name="Parts"/> have them.</param>
/// <param name="Parts">The parts of an <c>and</c>, <c>or</c> or <c>not</c>.</param>
public sealed record ExplainedClause(
    string Role,
    string Text,
    Value Value,
    IReadOnlyList<ExplainedOperand> Operands,
    IReadOnlyList<ExplainedClause> Parts
);

/// <summary>One step in the life of the key.</summary>
/// <param name="At">The rule's time.</param>
/// <param name="Kind"><c>began cancelled advanced ignored said suppressed</c></param>
/// <param name="Text">A clause in words.</param>
/// <param name="Reading">The reading that did it; null when time did.</param>
public sealed record ExplainedStep(Timestamp At, string Kind, string Text, Reading? Reading);

/// <summary>Why a rule said something about a key, or did not, as of one instant.</summary>
public sealed class Explanation
{
    public required string Rule { get; init; }

    /// <summary><c>when each pattern absent window</c></summary>
    public required string Body { get; init; }

    /// <summary>Name and text of each part, as asked for.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Key { get; init; } = [];

    /// <summary>The instant that is explained, in event time.</summary>
    public Timestamp At { get; init; }

    /// <summary>
    /// <c>unseen</c> (nothing of this key has come), <c>idle pending firing clearing</c>, <c>open</c> (a window or a
    /// partial match), <c>faulted</c>.
    /// </summary>
    public required string State { get; init; }

    /// <summary>The answer in one or two sentences.</summary>
    public required string Answer { get; init; }

    /// <summary>Since when what is pending or open has been so.</summary>
    public Timestamp? Since { get; init; }

    /// <summary>When the rule will act by itself if no reading comes before.</summary>
    public Timestamp? Next { get; init; }

    public IReadOnlyList<ExplainedClause> Clauses { get; init; } = [];

    /// <summary>The last steps, oldest first.</summary>
    public IReadOnlyList<ExplainedStep> History { get; init; } = [];

    /// <summary>What else bears on the answer, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
