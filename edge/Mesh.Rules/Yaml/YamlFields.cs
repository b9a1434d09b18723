using Mesh.Contracts;

namespace Mesh.Rules.Yaml;

/// <summary>
/// Reads the entries of one mapping by name and remembers which were asked for, so that <see cref="Close"/> can report
/// the others with the nearest known name. A node that is no mapping is reported once and then reads as empty.
/// </summary>
public sealed class YamlFields
{
    private readonly YamlMapping? _mapping;
    private readonly Diagnostics _diagnostics;
    private readonly string _what;
    private readonly List<string> _known = [];

    /// <param name="node">The mapping, null for an absent one.</param>
    /// <param name="what">What it describes, as an error names it: <c>a rule</c>.</param>
    /// <param name="diagnostics">Where errors go.</param>
    public YamlFields(YamlNode? node, string what, Diagnostics diagnostics)
    {
        _diagnostics = diagnostics;
        _what = what;
        _mapping = node as YamlMapping;
        Node = node;
        if (node is not null && _mapping is null)
        {
            diagnostics.Error(node, $"{node.Description} was found; {what} is expected, a mapping of names to values");
        }
    }

    public YamlNode? Node { get; }

    public bool IsMapping => _mapping is not null;

    /// <summary>The value, null when absent. An explicit null counts as absent.</summary>
    public YamlNode? Get(string name)
    {
        if (!_known.Contains(name, StringComparer.Ordinal))
        {
            _known.Add(name);
        }

        var found = _mapping?.Find(name);
        return found is YamlScalar { IsNull: true } ? null : found;
    }

    /// <summary>The value; its absence is an error.</summary>
    public YamlNode? Required(string name)
    {
        var found = Get(name);
        if (found is null && _mapping is not null)
        {
            _diagnostics.Error(_mapping, $"{_what} has no '{name}'");
        }

        return found;
    }

    /// <summary>A scalar as it is written.</summary>
    public YamlScalar? Scalar(string name) => AsScalar(Get(name), name);

    public string? Text(string name) => Scalar(name)?.Text;

    public YamlScalar? RequiredScalar(string name) => AsScalar(Required(name), name);

    public string? RequiredText(string name) => RequiredScalar(name)?.Text;

    public bool? Boolean(string name)
    {
        if (Scalar(name) is not { } scalar)
        {
            return null;
        }

        if (scalar.Value.Kind == ValueKind.Boolean)
        {
            return scalar.Value.IsTrue;
        }

        _diagnostics.Error(scalar, $"'{name}' is {scalar.Description}; true or false is expected");
        return null;
    }

    public double? Number(string name, double min = double.MinValue, double max = double.MaxValue)
    {
        if (Scalar(name) is not { } scalar)
        {
            return null;
        }

        if (scalar.Value.Kind == ValueKind.Number && scalar.Value.Number >= min && scalar.Value.Number <= max)
        {
            return scalar.Value.Number;
        }

        var bounds = Bounds(min, max, double.MinValue, double.MaxValue);
        _diagnostics.Error(scalar, $"'{name}' is {scalar.Description}; a number{bounds} is expected");
        return null;
    }

    public long? Integer(string name, long min = long.MinValue, long max = long.MaxValue)
    {
        if (Scalar(name) is not { } scalar)
        {
            return null;
        }

        var value = scalar.Value;
        if (value.Kind == ValueKind.Number && value.Number == Math.Floor(value.Number) && Math.Abs(value.Number) < 1e15)
        {
            var number = (long)value.Number;
            if (number >= min && number <= max)
            {
                return number;
            }
        }

        var bounds = Bounds(min, max, long.MinValue, long.MaxValue);
        _diagnostics.Error(scalar, $"'{name}' is {scalar.Description}; a whole number{bounds} is expected");
        return null;
    }

    /// <summary>A size in bytes, such as 16MiB.</summary>
    public long? Bytes(string name, long min = 0, long max = long.MaxValue)
    {
        if (Scalar(name) is not { } scalar)
        {
            return null;
        }

        if (ByteSizes.TryParse(scalar.Text, out var bytes) && bytes >= min && bytes <= max)
        {
            return bytes;
        }

        var most = max == long.MaxValue ? "" : $" and at most {ByteSizes.Format(max)}";
        _diagnostics.Error(
            scalar,
            $"'{name}' is {scalar.Description}; a size such as 512MiB or 10GiB is expected, at least {ByteSizes.Format(min)}{most}"
        );
        return null;
    }

    /// <summary>A duration; 0 s is wrong unless it may be.</summary>
    public TimeSpan? Duration(string name, bool zero = true)
    {
        if (Scalar(name) is not { } scalar)
        {
            return null;
        }

        if (Durations.TryParse(scalar.Text, out var value))
        {
            if (zero || value != TimeSpan.Zero)
            {
                return value;
            }

            _diagnostics.Error(scalar, $"'{name}' is 0s; more is expected");
            return null;
        }

        _diagnostics.Error(scalar, $"'{name}' is {scalar.Description}; a duration such as 30s or 1h30m is expected");
        return null;
    }

    public Timestamp? Instant(string name)
    {
        if (Scalar(name) is not { } scalar)
        {
            return null;
        }

        if (Timestamp.TryParse(scalar.Text, out var value))
        {
            return value;
        }

        _diagnostics.Error(
            scalar,
            $"'{name}' is {scalar.Description}; an instant such as 2026-03-01T08:00:00Z is expected"
        );
        return null;
    }

    /// <summary>One of a few words; the index of it.</summary>
    public int? Choice(string name, params ReadOnlySpan<string> words)
    {
        if (Scalar(name) is not { } scalar)
        {
            return null;
        }

        var found = words.IndexOf(scalar.Text);
        if (found >= 0)
        {
            return found;
        }

        var all = words.ToArray();
        _diagnostics.Error(
            scalar,
            $"'{name}' is {scalar.Description}; expected is {OneOf(all)}{Nearest.Suggestion(scalar.Text, all)}"
        );
        return null;
    }

    /// <summary>The items of a list; a single value stands for a list of one. Empty when absent.</summary>
    public IReadOnlyList<YamlNode> List(string name) =>
        Get(name) switch
        {
            null => [],
            YamlSequence list => list.Items,
            var one => [one],
        };

    /// <summary>The single values of a list; what else it holds is an error.</summary>
    public IReadOnlyList<YamlScalar> Scalars(string name) =>
        [.. List(name).Select(item => AsScalar(item, name)).OfType<YamlScalar>()];

    /// <summary>A mapping below this one, itself to be read and closed; null when absent.</summary>
    public YamlFields? Fields(string name, string what) =>
        Get(name) is { } node ? new YamlFields(node, what, _diagnostics) : null;

    /// <summary>The entries of a mapping whose keys are free, such as labels. Empty when absent.</summary>
    public IReadOnlyList<YamlEntry> Entries(string name)
    {
        switch (Get(name))
        {
            case null:
                return [];
            case YamlMapping mapping:
                return mapping.Entries;
            case var other:
                _diagnostics.Error(other, $"'{name}' is {other.Description}; a mapping of names to values is expected");
                return [];
        }
    }

    /// <summary>The entries of such a mapping as texts; what is no single value is an error.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Texts(string name) =>
        [.. Entries(name).Select(e => KeyValuePair.Create(e.Key.Text, AsScalar(e.Value, e.Key.Text)?.Text ?? ""))];

    /// <summary>Reports every entry that nobody has asked for.</summary>
    public void Close()
    {
        foreach (var entry in _mapping?.Entries ?? [])
        {
            if (!_known.Contains(entry.Key.Text, StringComparer.Ordinal))
            {
                var hint = Nearest.Suggestion(entry.Key.Text, _known);
                var known = hint.Length > 0 ? hint : $"; known are {string.Join(", ", _known)}";
                _diagnostics.Error(entry.Key, $"{_what} has no entry '{entry.Key.Text}'{known}");
            }
        }
    }

    private YamlScalar? AsScalar(YamlNode? node, string name)
    {
        switch (node)
        {
            case null:
                return null;
            case YamlScalar scalar:
                return scalar;
            default:
                _diagnostics.Error(node, $"'{name}' is {node.Description}; a single value is expected");
                return null;
        }
    }

    private static string Bounds<T>(T min, T max, T lowest, T highest)
        where T : IComparable<T> =>
        (min.CompareTo(lowest) > 0, max.CompareTo(highest) < 0) switch
        {
            (true, true) => FormattableString.Invariant($" from {min} to {max}"),
            (true, false) => FormattableString.Invariant($" of at least {min}"),
            (false, true) => FormattableString.Invariant($" of at most {max}"),
            _ => "",
        };

    private static string OneOf(string[] words) =>
        words.Length == 1 ? words[0] : $"{string.Join(", ", words[..^1])} or {words[^1]}";
}
