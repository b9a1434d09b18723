using Mesh.Contracts;
using Mesh.Rules.Yaml;

namespace Mesh.Edge;

/// <summary>
/// What the texts of a column mean: <c>map: {ON: true, "*Light": light}</c>, <c>default:</c> for all others. A text that
/// is listed as such goes before patterns, patterns in the order written.
/// </summary>
public sealed class ValueTable
{
    private readonly Dictionary<string, Value>.AlternateLookup<ReadOnlySpan<char>> _exact;
    private readonly List<KeyValuePair<string, Value>> _patterns = [];
    private readonly string[] _names;
    private readonly Value? _default;

    /// <param name="entries">Texts or patterns and their meaning; the texts differ.</param>
    /// <param name="default">The meaning of every other text; null: such a text is an error of its row.</param>
    public ValueTable(IEnumerable<KeyValuePair<string, Value>> entries, Value? @default)
    {
        var exact = new Dictionary<string, Value>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            if (Wildcard.IsPattern(entry.Key))
            {
                _patterns.Add(entry);
            }
            else
            {
                exact.Add(entry.Key, entry.Value);
            }
        }

        _exact = exact.GetAlternateLookup<ReadOnlySpan<char>>();
        _names = [.. exact.Keys, .. _patterns.Select(p => p.Key)];
        _default = @default;
    }

    public bool TryFind(ReadOnlySpan<char> text, out Value value)
    {
        if (_exact.TryGetValue(text, out value))
        {
            return true;
        }

        foreach (var (pattern, meaning) in _patterns)
        {
            if (Wildcard.Matches(pattern, text))
            {
                value = meaning;
                return true;
            }
        }

        value = _default ?? Value.Unknown;
        return _default is not null;
    }

    /// <summary>What to say about a text that is not in the table.</summary>
    public string Complaint(string text) =>
        $"'{text}' is none of {string.Join(", ", _names.Take(8))}{(_names.Length > 8 ? ", …" : "")}"
        + Nearest.Suggestion(text, _names);
}
