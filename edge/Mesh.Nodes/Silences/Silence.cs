using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>
/// For a while nobody is told what some rules say. The detections themselves are made, kept and sent on as always; they
/// carry the value <c>silenced</c> with the reason. Commands, <c>put</c> and <c>set</c> are carried out all the same.
/// </summary>
/// <param name="Id">Given when it is made.</param>
/// <param name="Rule">The rule's id, or its beginning and <c>*</c>; empty: every rule.</param>
/// <param name="Key">Parts of the key that must be equal, as texts; empty: every key.</param>
/// <param name="Reason">Why, for whoever looks.</param>
/// <param name="From">Since when, on the node's clock.</param>
/// <param name="Until">Until when, exclusively.</param>
public sealed record Silence(
    string Id,
    string Rule,
    IReadOnlyList<KeyValuePair<string, string>> Key,
    string Reason,
    Timestamp From,
    Timestamp Until
)
{
    /// <summary>Longest silence.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    public bool Covers(string rule, IReadOnlyList<KeyPart> key, Timestamp at) =>
        From <= at && at < Until && Scope.Covers(Rule, Key, rule, key);
}

/// <summary>Whether a rule and its key are meant.</summary>
internal static class Scope
{
    public static bool Covers(
        string pattern,
        IReadOnlyList<KeyValuePair<string, string>> parts,
        string rule,
        IReadOnlyList<KeyPart> key
    ) => Covers(pattern, rule) && parts.All(p => key.Any(k => k.Name == p.Key && k.Value.ToString() == p.Value));

    public static bool Covers(string pattern, string rule) =>
        pattern.Length == 0
        || pattern == rule
        || (pattern[^1] == '*' && rule.StartsWith(pattern[..^1], StringComparison.Ordinal));
}
