namespace Mesh.Contracts;

/// <summary>
/// What the cloud wants explained by a node below it: why a rule said what it said for a key. It travels in the answer to
/// the node's state, so that nobody needs to reach the node from outside.
/// </summary>
/// <param name="Id">By which the node's answer is known.</param>
/// <param name="Rule">Whose output it is.</param>
/// <param name="Key">The parts of the key, by name.</param>
/// <param name="At">The instant; null: now.</param>
/// <param name="Before">How far back the node shall read its journal.</param>
/// <param name="Json">Whether the answer shall be JSON rather than words.</param>
public sealed record Question(
    string Id,
    string Rule,
    IReadOnlyList<KeyValuePair<string, string>> Key,
    Timestamp? At,
    TimeSpan Before,
    bool Json
)
{
    /// <summary>How long a question waits for its answer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
}

/// <summary>A node's answer.</summary>
/// <param name="Found">Whether <paramref name="Text"/> is the explanation; otherwise it says why there is none.</param>
/// <param name="Text">Words or JSON, as asked.</param>
public sealed record QuestionAnswer(bool Found, string Text);
