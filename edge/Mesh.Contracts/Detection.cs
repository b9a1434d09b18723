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

/// <summary>What all outputs of a rule about one key have in common: made once, however many they are.</summary>
public sealed class DetectionOrigin
{
    public required string Rule { get; init; }

    /// <summary>Hash of the stateful part of the rule, 16 hexadecimal digits.</summary>
    public required string RuleHash { get; init; }

    public Severity Severity { get; init; }

    public Labels Labels { get; init; } = Labels.Empty;

    public IReadOnlyList<KeyPart> Key { get; init; } = [];
}

/// <summary>
/// An output of a rule. <see cref="Id"/> is a hash of rule, key, kind, event time and bound readings, so that the same
/// journal gives the same id on any node (RULES row 19).
/// </summary>
/// <remarks>One reading may be the match of many rules, so a plain match is kept as small as it can be.</remarks>
public sealed class Detection : MeshEvent
{
    private const long Never = long.MinValue;

    private readonly DetectionOrigin _origin;
    private readonly long _since = Never;
    private Rest? _rest;

    /// <param name="origin">Whose output it is.</param>
    /// <param name="kind">What has happened.</param>
    /// <param name="at">Event time.</param>
    /// <param name="emitted">The clock.</param>
    public Detection(DetectionOrigin origin, DetectionKind kind, Timestamp at, Timestamp emitted)
    {
        (_origin, Kind, At) = (origin, kind, at);
        if (emitted != at)
        {
            More.Emitted = emitted;
        }
    }

    /// <summary>
    /// 32 lower-case hexadecimal digits. One that came from elsewhere brings its id; that of a new one follows from the
    /// rest and is worked out when it is first read.
    /// </summary>
    public string Id
    {
        get => _rest?.Id ?? (More.Id = OutputId.Of(this));
        init => More.Id = value;
    }

    /// <summary>How many that are equal in all that makes the id the rule has said before at the instant.</summary>
    public int Ordinal { get; init; }

    public string Rule => _origin.Rule;

    /// <summary>Hash of the stateful part of the rule, 16 hexadecimal digits.</summary>
    public string RuleHash => _origin.RuleHash;

    public IReadOnlyList<KeyPart> Key => _origin.Key;

    public DetectionKind Kind { get; }

    public Severity Severity => _origin.Severity;

    /// <summary>Event time of the output.</summary>
    public Timestamp At { get; }

    /// <summary>The clock when it was emitted.</summary>
    public Timestamp Emitted => _rest?.Emitted ?? At;

    /// <summary>Where it begins: since when the condition has been true or the silence lasts, the first reading of a match, the
    /// start of its window; absent for matches without a reading.</summary>
    public Timestamp? Since
    {
        get => _since == Never ? null : new Timestamp(_since);
        init => _since = value?.Micros ?? Never;
    }

    /// <summary>Why, where it was not the rule itself: <c>reload</c>.</summary>
    public string? Reason
    {
        get => _rest?.Reason;
        init
        {
            if (value is not null)
            {
                More.Reason = value;
            }
        }
    }

    /// <summary>The rule's <c>let</c> names and what it suppressed.</summary>
    public IReadOnlyList<KeyValuePair<string, Value>> Values
    {
        get => _rest?.Values ?? [];
        init
        {
            if (value.Count > 0)
            {
                More.Values = value;
            }
        }
    }

    public IReadOnlyList<NamedBinding> Bindings
    {
        get => field ?? [];
        init;
    }

    public Labels Labels => _origin.Labels;

    /// <summary>The node whose rule host said it; set when the node journals it.</summary>
    public string? Node
    {
        get => _rest?.Node;
        init
        {
            if (value is not null)
            {
                More.Node = value;
            }
        }
    }

    private Rest More => _rest ??= new Rest();

    /// <summary>The same detection with the node that said it.</summary>
    public Detection From(string node) => Copy(node, Values);

    /// <summary>The same detection with other values.</summary>
    public Detection With(IReadOnlyList<KeyValuePair<string, Value>> values) => Copy(Node, values);

    private Detection Copy(string? node, IReadOnlyList<KeyValuePair<string, Value>> values) =>
        new(_origin, Kind, At, Emitted)
        {
            Id = Id,
            Ordinal = Ordinal,
            Since = Since,
            Reason = Reason,
            Values = values,
            Bindings = Bindings,
            Node = node,
        };

    public override string ToString() => $"{Rule} {Kind} {string.Join(',', Key)} at {At}";

    // What most detections do without, or need only when somebody looks.
    private sealed class Rest
    {
        public string? Id { get; set; }

        public string? Reason { get; set; }

        public string? Node { get; set; }

        public IReadOnlyList<KeyValuePair<string, Value>>? Values { get; set; }

        public Timestamp? Emitted { get; set; }
    }
}
