using Mesh.Contracts;
using Mesh.Rules.Compiled;
using Mesh.Rules.Expressions;
using Mesh.Rules.Yaml;

namespace Mesh.Rules;

/// <summary>An expression as it stands in a file.</summary>
public sealed class ExpressionDefinition
{
    internal ExpressionDefinition(YamlScalar node, Syntax syntax)
    {
        Node = node;
        Syntax = syntax;
    }

    /// <summary>Where it stands; <see cref="YamlScalar.Text"/> is what the author wrote.</summary>
    public YamlScalar Node { get; }

    internal Syntax Syntax { get; }
}

/// <summary>A duration as it stands in a file: a constant, or an expression of key, tables and earlier steps.</summary>
public sealed record DurationDefinition(YamlScalar Node, TimeSpan? Constant, ExpressionDefinition? Expression);

/// <summary>An entry of <c>inputs:</c>.</summary>
public sealed class InputDefinition
{
    public required YamlScalar Name { get; init; }

    public required string Sensor { get; init; }

    public string? Device { get; init; }

    public ExpressionDefinition? Where { get; init; }

    /// <summary>From this age on a value is unknown; null for never.</summary>
    public DurationDefinition? MaxAge { get; init; }

    public Value Default { get; init; }

    internal Combination Combination { get; init; }
}

/// <summary>An entry of <c>let:</c>.</summary>
public sealed record LetDefinition(YamlScalar Name, ExpressionDefinition Expression);

/// <summary>A sensor whose readings are judged, and what they must satisfy.</summary>
public sealed record SensorDefinition(YamlScalar Node, string Sensor, ExpressionDefinition? Filter);

/// <summary>The one body of a rule.</summary>
public abstract class BodyDefinition
{
    private protected BodyDefinition() { }
}

/// <summary><c>when:</c> — a level condition over the latest values of the key.</summary>
public sealed class ConditionDefinition : BodyDefinition
{
    public required ExpressionDefinition When { get; init; }
}

/// <summary><c>each:</c> — single readings.</summary>
public sealed class EachDefinition : BodyDefinition
{
    public required IReadOnlyList<SensorDefinition> Sensors { get; init; }

    public ExpressionDefinition? Where { get; init; }
}

/// <summary>An entry of <c>lookup:</c> — a reference table in a file beside the rules.</summary>
public sealed record LookupDefinition(YamlScalar Name, YamlScalar File, bool Reactive)
{
    /// <summary>Relative to the rule file, as far as that has a folder.</summary>
    public string Path =>
        System.IO.Path.GetDirectoryName(File.File) is { Length: > 0 } folder
            ? System.IO.Path.Combine(folder, File.Text)
            : File.Text;
}

/// <summary><c>throttle:</c></summary>
public sealed record ThrottleDefinition(DurationDefinition Every, bool Slots);

/// <summary>What becomes of a reading below the watermark.</summary>
public enum LateChoice : byte
{
    Drop,

    /// <summary>Its time is moved up to the watermark.</summary>
    Adjust,

    /// <summary>It is published to a topic, as it came.</summary>
    Side,
}

/// <summary><c>late:</c></summary>
public sealed record LateDefinition(LateChoice Choice, string? Topic)
{
    public static readonly LateDefinition Default = new(LateChoice.Drop, null);
}

/// <summary><c>restart:</c> — what the time that a node was down does to pending waits.</summary>
/// <param name="OutageTolerance">A longer outage makes them begin again; 1 h unless given.</param>
/// <param name="Grace">At least this passes after a start before the rule fires; 0 s unless given.</param>
public sealed record RestartDefinition(TimeSpan OutageTolerance, TimeSpan Grace)
{
    public static readonly RestartDefinition Default = new(TimeSpan.FromHours(1), TimeSpan.Zero);
}

/// <summary>A rule as its author wrote it, with the place of everything that can still turn out wrong.</summary>
public sealed class RuleDefinition
{
    /// <summary>The <c>id</c>, which stands for the rule in messages.</summary>
    public required YamlScalar Node { get; init; }

    public string File => Node.File;

    public required string Id { get; init; }

    public string? Description { get; init; }

    public bool Enabled { get; init; } = true;

    public IReadOnlyList<string> By { get; init; } = [];

    public IReadOnlyList<InputDefinition> Inputs { get; init; } = [];

    public IReadOnlyList<LookupDefinition> Lookups { get; init; } = [];

    public required BodyDefinition Body { get; init; }

    public IReadOnlyList<LetDefinition> Let { get; init; } = [];

    /// <summary>Null for 0 s.</summary>
    public DurationDefinition? For { get; init; }

    /// <summary>Null for 0 s.</summary>
    public DurationDefinition? ClearFor { get; init; }

    public ExpressionDefinition? ClearWhen { get; init; }

    /// <summary>0 for conditions and single readings, 2 s for windows, unless given.</summary>
    public TimeSpan Lateness { get; init; }

    /// <summary>How far the clock lets time pass although a source says nothing; the lateness unless given.</summary>
    public TimeSpan MaxDelay { get; init; }

    public LateDefinition Late { get; init; } = LateDefinition.Default;

    /// <summary>Where the rule runs.</summary>
    public PlaceDefinition Place { get; init; } = PlaceDefinition.Anywhere;

    public ThrottleDefinition? Throttle { get; init; }

    /// <summary>When the rule is active; empty for always.</summary>
    public IReadOnlyList<ActiveRange> Active { get; init; } = [];

    public RestartDefinition Restart { get; init; } = RestartDefinition.Default;

    /// <summary><c>on_start: edge</c>: wait for a known false.</summary>
    public bool StartsOnEdge { get; init; }

    public Severity Severity { get; init; }

    public Labels Labels { get; init; } = Labels.Empty;

    public IReadOnlyList<ActionDefinition> Then { get; init; } = [];

    public IReadOnlyList<ActionDefinition> ClearThen { get; init; } = [];
}
