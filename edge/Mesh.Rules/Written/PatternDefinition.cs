using Mesh.Rules.Yaml;

namespace Mesh.Rules;

/// <summary>How a step is reached from the one before it.</summary>
public enum Contiguity : byte
{
    /// <summary>By the next reading that fits; others are passed over.</summary>
    SkipTillNext,

    /// <summary>By the very next reading of the key among the sensors that the rule names, or not at all.</summary>
    Strict,

    /// <summary>By each reading that fits: one partial match takes it, another goes on waiting.</summary>
    SkipTillAny,
}

/// <summary>Which readings may start a partial match.</summary>
public enum PatternStart : byte
{
    Each,

    /// <summary>Only while no partial match of the key is open.</summary>
    Idle,

    /// <summary>Only the first possible one of the key.</summary>
    Once,
}

/// <summary>From where matching goes on after a match: what started before is dropped.</summary>
public enum AfterMatch : byte
{
    PastLast,
    None,
    ToNext,
    ToFirst,
    ToLast,
}

/// <summary>What a part of a step waits for.</summary>
public enum StepPartKind : byte
{
    /// <summary>A reading.</summary>
    Reading,

    /// <summary>A time.</summary>
    Wait,

    /// <summary>A time without a reading; each one restarts it.</summary>
    Quiet,

    /// <summary>A time without a reading; one kills. Without <c>for</c>: until the next step is taken.</summary>
    Not,
}

/// <summary>How often; <paramref name="Max"/> is null for no limit.</summary>
public sealed record TimesDefinition(int Min, int? Max);

/// <summary>One thing a step waits for.</summary>
public sealed record StepPartDefinition
{
    public required YamlNode Node { get; init; }

    public StepPartKind Kind { get; init; }

    /// <summary>The name of what a reading is bound to; null for the others.</summary>
    public YamlScalar? Name { get; init; }

    public SensorDefinition? Sensor { get; init; }

    /// <summary>How long; null for readings and for a <c>not</c> that only guards a gap.</summary>
    public DurationDefinition? For { get; init; }

    /// <summary>Inside <c>any</c> and <c>all</c>; a step by itself has them in its <see cref="StepDefinition"/>.</summary>
    public TimesDefinition Times { get; init; } = new(1, 1);
}

/// <summary>An entry of <c>pattern:</c>.</summary>
public sealed class StepDefinition
{
    public required YamlNode Node { get; init; }

    /// <summary>One, or those of <c>any</c> or <c>all</c>.</summary>
    public required IReadOnlyList<StepPartDefinition> Parts { get; init; }

    /// <summary><c>all</c>: every part is needed.</summary>
    public bool All { get; init; }

    public TimesDefinition Times { get; init; } = new(1, 1);

    /// <summary>A reading that fits the repetition and the next step goes to the repetition.</summary>
    public bool Greedy { get; init; } = true;

    public bool EveryPrefix { get; init; }

    public Contiguity? Contiguity { get; init; }

    /// <summary>Between repetitions; the rule's unless given.</summary>
    public Contiguity? Between { get; init; }

    public DurationDefinition? Within { get; init; }

    public StepPartDefinition? Until { get; init; }

    /// <summary>A <c>not</c> that guards the gap before the next step.</summary>
    public bool IsGuard => Parts is [{ Kind: StepPartKind.Not, For: null }];
}

/// <summary><c>pattern:</c> steps over readings.</summary>
public sealed class PatternDefinition : BodyDefinition
{
    /// <summary>Partial matches of a key, unless given.</summary>
    public const int DefaultMaxPartial = 1000;

    public required IReadOnlyList<StepDefinition> Steps { get; init; }

    public DurationDefinition? Within { get; init; }

    public Contiguity Contiguity { get; init; }

    public PatternStart Start { get; init; }

    public AfterMatch AfterMatch { get; init; }

    /// <summary>The step of <c>to_first(step)</c> and <c>to_last(step)</c>.</summary>
    public YamlScalar? ResumeAt { get; init; }

    /// <summary>The step's name in it.</summary>
    public string? ResumeStep { get; init; }

    public bool ReportsTimeout { get; init; }

    public int MaxPartial { get; init; } = DefaultMaxPartial;

    /// <summary>Further sensors whose readings <c>strict</c> counts.</summary>
    public IReadOnlyList<string> Streams { get; init; } = [];
}
