using System.Globalization;
using Mesh.Contracts;
using Mesh.Rules.Yaml;

namespace Mesh.Rules.Testing;

/// <summary>An entry of <c>expect:</c>. Of an output only what the entry names is compared, but every output needs an entry.</summary>
internal sealed class ExpectedOutput
{
    public required Timestamp At { get; init; }

    /// <summary><c>fire clear match timeout aggregate</c>.</summary>
    public required string Kind { get; init; }

    public required string Rule { get; init; }

    public IReadOnlyList<YamlEntry> Key { get; init; } = [];

    /// <summary>Of an aggregate: its start.</summary>
    public Timestamp? Since { get; init; }

    public Timestamp? Emitted { get; init; }

    public string? Reason { get; init; }

    public string? Severity { get; init; }

    public long? Count { get; init; }

    public IReadOnlyList<YamlEntry> Values { get; init; } = [];

    public IReadOnlyList<ExpectedBinding> Bindings { get; init; } = [];

    /// <summary>Null: not compared.</summary>
    public IReadOnlyList<ExpectedAction>? Actions { get; init; }

    /// <summary>Orders what one instant may bring in any order: rule, then key.</summary>
    public string Group =>
        $"{Rule} {string.Join(' ', Key.Select(k => $"{k.Key.Text}={Canonical(k.Value)}").Order(StringComparer.Ordinal))}";

    public bool Matches(RuleOutput output, Timestamp start)
    {
        var same = output.Event switch
        {
            Detection d => Kind == EventJson.KindName(d.Kind)
                && At == d.At
                && Rule == d.Rule
                && SameKey(d.Key, start)
                && (Since is null || Since == d.Since)
                && (Emitted is null || Emitted == d.Emitted)
                && (Reason is null || Reason == d.Reason)
                && (Severity is null || Severity == EventJson.SeverityName(d.Severity))
                && Count is null
                && SameValues(d.Values, start)
                && Bindings.All(b => b.Matches(d.Bindings, start)),
            Aggregate a => Kind == "aggregate"
                && At == a.End
                && Rule == a.Rule
                && SameKey(a.Key, start)
                && (Since is null || Since == a.Start)
                && (Emitted is null || Emitted == a.Emitted)
                && (Count is null || Count == a.Count)
                && SameValues(a.Values, start),
            _ => false,
        };
        return same && SameActions(output.Actions, start);
    }

    /// <summary>One line, as the author would write it.</summary>
    public string Text(Timestamp start, bool named)
    {
        var parts = new List<string>
        {
            TestTimes.Format(At, start),
            Kind,
            named ? Rule : "",
            OutputText.Parts(Key.Select(k => (k.Key.Text, Written(k.Value)))),
            Since is { } since ? $"since {TestTimes.Format(since, start)}" : "",
            Emitted is { } emitted ? $"emitted {TestTimes.Format(emitted, start)}" : "",
            Reason is null ? "" : $"({Reason})",
            Severity ?? "",
            Count is { } count ? string.Create(CultureInfo.InvariantCulture, $"count={count}") : "",
            OutputText.Parts(Values.Select(v => (v.Key.Text, Written(v.Value)))),
        };
        parts.AddRange(Bindings.Select(b => b.Text(start)));
        parts.AddRange(Actions?.Select(a => $"-> {a.Text}") ?? []);
        return string.Join(' ', parts.Where(p => p.Length > 0));
    }

    /// <summary>Whether a value is what a test says. A number may differ by a rounding in its tenth digit.</summary>
    public static bool Same(YamlNode expected, Value actual, Timestamp start) =>
        expected is YamlSequence list ? Written(list) == actual.ToString()
        : expected is not YamlScalar scalar ? false
        : actual.Kind switch
        {
            ValueKind.Unknown => scalar.IsNull,
            ValueKind.Text => scalar.Text == actual.Text && !scalar.IsNull,
            ValueKind.Number => scalar.Value.Kind == ValueKind.Number && Near(scalar.Value.Number, actual.Number),
            ValueKind.Duration => Durations.TryParse(scalar.Text, out var duration) && duration == actual.AsTimeSpan,
            ValueKind.Instant => TestTimes.Parse(scalar.Text, start) == actual.AsTimestamp,
            _ => scalar.Value == actual,
        };

    internal static string Canonical(YamlNode node) =>
        node is YamlScalar scalar ? CoreSchema.Resolve(scalar.Text).ToString() : node.Description;

    internal static string Written(YamlNode node) =>
        node switch
        {
            YamlScalar { IsNull: true } => "unknown",
            YamlScalar scalar => scalar.Text,
            YamlSequence list => $"[{string.Join(", ", list.Items.Select(Written))}]",
            _ => node.Description,
        };

    private static bool Near(double a, double b) =>
        a == b || Math.Abs(a - b) <= 1e-9 * Math.Max(Math.Abs(a), Math.Abs(b));

    private bool SameKey(IReadOnlyList<KeyPart> key, Timestamp start)
    {
        if (key.Count != Key.Count)
        {
            return false;
        }

        foreach (var part in key)
        {
            if (!Key.Any(e => e.Key.Text == part.Name && Same(e.Value, part.Value, start)))
            {
                return false;
            }
        }

        return true;
    }

    private bool SameValues(IReadOnlyList<KeyValuePair<string, Value>> actual, Timestamp start)
    {
        foreach (var (name, value) in Values)
        {
            var found = actual.FirstOrDefault(v => v.Key == name.Text).Value;
            if (!Same(value, found, start))
            {
                return false;
            }
        }

        return true;
    }

    private bool SameActions(IReadOnlyList<RuleAction> actual, Timestamp start) =>
        Actions is null
        || (Actions.Count == actual.Count && Actions.Zip(actual).All(p => p.First.Matches(p.Second, start)));
}

/// <summary>What a test says of a named step: its readings, by instant or by more.</summary>
internal sealed record ExpectedBinding(string Name, IReadOnlyList<ExpectedReading> Readings)
{
    public bool Matches(IReadOnlyList<NamedBinding> bindings, Timestamp start)
    {
        var found = bindings.FirstOrDefault(b => b.Name == Name);
        return found is null
            ? Readings.Count == 0
            : found.Readings.Count == Readings.Count
                && Readings.Zip(found.Readings).All(p => p.First.Matches(p.Second, start));
    }

    public string Text(Timestamp start) => $"{Name}=[{string.Join(", ", Readings.Select(r => r.Text(start)))}]";
}

/// <summary>A bound reading; what is null is not compared.</summary>
internal sealed record ExpectedReading(Timestamp? At, string? Device, long? Seq, YamlNode? Value)
{
    public bool Matches(Binding reading, Timestamp start) =>
        (At is null || At == reading.At)
        && (Device is null || Device == reading.Device)
        && (Seq is null || Seq == reading.Seq)
        && (Value is null || ExpectedOutput.Same(Value, reading.Value, start));

    public string Text(Timestamp start) =>
        string.Join(
            ' ',
            new[]
            {
                Device,
                At is { } at ? TestTimes.Format(at, start) : null,
                Value is null ? null : ExpectedOutput.Written(Value),
            }.Where(p => p is not null)
        );
}

/// <summary>An action as a test writes it; what it does not name is not compared.</summary>
internal sealed record ExpectedAction(string Kind, IReadOnlyList<YamlEntry> Parts)
{
    public string Text =>
        $"{Kind} {OutputText.Parts(Parts.Select(p => (p.Key.Text, ExpectedOutput.Written(p.Value))))}";

    public bool Matches(RuleAction action, Timestamp start)
    {
        var (kind, parts) = OutputText.Of(action);
        return kind == Kind
            && Parts.All(p =>
                parts.FirstOrDefault(a => a.Name == p.Key.Text) is { Name: not null } found
                && ExpectedOutput.Same(p.Value, found.Value, start)
            );
    }
}
