namespace Mesh.Contracts;

/// <summary>What a rule says.</summary>
public enum DetectionKind : byte
{
    /// <summary>A condition became true (and stayed so for its <c>for</c>), or a sensor fell silent.</summary>
    Fire,

    /// <summary>The end of an episode that fired.</summary>
    Clear,

    /// <summary>One reading, pattern or window that satisfied the rule.</summary>
    Match,

    /// <summary>A pattern that ran out of time, where the rule asks for it.</summary>
    Timeout,
}

/// <summary>How urgent a detection is. Warnings and critical ones travel in the alarms lane, before everything else.</summary>
public enum Severity : byte
{
    Info,
    Warning,
    Critical,
}

/// <summary>One part of a key: <c>room=101</c>.</summary>
public readonly record struct KeyPart(string Name, Value Value);

/// <summary>A reading that took part in an output, under the name the rule gave it.</summary>
public sealed record Binding(string Device, long Boot, long Seq, Timestamp At, Value Value)
{
    public static Binding Of(Reading reading) =>
        new(reading.Device, reading.Boot, reading.Seq, reading.At, reading.Value);
}

/// <summary>A named list of bound readings; <paramref name="Repeated"/> steps are lists even with one entry.</summary>
public sealed record NamedBinding(string Name, bool Repeated, IReadOnlyList<Binding> Readings);

/// <summary>
/// An output of a rule. <see cref="Id"/> is a hash of rule, key, kind, event time and bound readings, so that the same
/// journal gives the same id on any node (RULES row 19).
/// </summary>
public sealed class Detection : MeshEvent
{
    private string? _id;

    /// <summary>
    /// 32 lower-case hexadecimal digits. One that came from elsewhere brings its id; that of a new one follows from the
    /// rest and is worked out when it is first read.
    /// </summary>
    public string Id
    {
        get => _id ??= OutputId.Of(this);
        init => _id = value;
    }

    /// <summary>How many that are equal in all that makes the id the rule has said before at the instant.</summary>
    public int Ordinal { get; init; }

    public required string Rule { get; init; }

    /// <summary>Hash of the stateful part of the rule, 16 hexadecimal digits.</summary>
    public required string RuleHash { get; init; }

    public IReadOnlyList<KeyPart> Key { get; init; } = [];

    public DetectionKind Kind { get; init; }

    public Severity Severity { get; init; }

    /// <summary>Event time of the output.</summary>
    public Timestamp At { get; init; }

    /// <summary>The clock when it was emitted.</summary>
    public Timestamp Emitted { get; init; }

    /// <summary>Where it begins: since when the condition has been true or the silence lasts, the first reading of a match, the
    /// start of its window; absent for matches without a reading.</summary>
    public Timestamp? Since { get; init; }

    /// <summary>Why, where it was not the rule itself: <c>reload</c>.</summary>
    public string? Reason { get; init; }

    /// <summary>The rule's <c>let</c> names and what it suppressed.</summary>
    public IReadOnlyList<KeyValuePair<string, Value>> Values { get; init; } = [];

    public IReadOnlyList<NamedBinding> Bindings { get; init; } = [];

    public Labels Labels { get; init; } = Labels.Empty;

    /// <summary>The node whose rule host said it; set when the node journals it.</summary>
    public string? Node { get; init; }

    /// <summary>The same detection with the node that said it.</summary>
    public Detection From(string node) => Copy(node, Values);

    /// <summary>The same detection with other values.</summary>
    public Detection With(IReadOnlyList<KeyValuePair<string, Value>> values) => Copy(Node, values);

    private Detection Copy(string? node, IReadOnlyList<KeyValuePair<string, Value>> values) =>
        new()
        {
            Id = Id,
            Ordinal = Ordinal,
            Rule = Rule,
            RuleHash = RuleHash,
            Key = Key,
            Kind = Kind,
            Severity = Severity,
            At = At,
            Emitted = Emitted,
            Since = Since,
            Reason = Reason,
            Values = values,
            Bindings = Bindings,
            Labels = Labels,
            Node = node,
        };

    public override string ToString() => $"{Rule} {Kind} {string.Join(',', Key)} at {At}";
}
