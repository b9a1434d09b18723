using Mesh.Contracts;
using Mesh.Rules.Yaml;

namespace Mesh.Rules.Testing;

/// <summary>One entry of <c>tests:</c>, read and compiled: what happens to the sensors and the node, and what rules must say.</summary>
public sealed class RuleTest
{
    /// <summary>The start of a test that names none.</summary>
    public static readonly Timestamp DefaultStart = Timestamp.Parse("2026-03-01T08:00:00Z");

    internal RuleTest(YamlNode node) => Node = node;

    public string Name { get; internal init; } = "";

    /// <summary>Where the expectation comes from, in the author's words.</summary>
    public string? Source { get; internal init; }

    public string File => Node.File;

    public Position At => Node.At;

    /// <summary>The rules that run: those tested, and the producers of derived readings that they read.</summary>
    public IReadOnlyList<CompiledRule> Rules { get; internal init; } = [];

    /// <summary>Ids of the rules whose outputs are compared.</summary>
    public IReadOnlyList<string> Tested { get; internal init; } = [];

    public Timestamp Start { get; internal init; }

    /// <summary>The final mark: everything up to and including it happens.</summary>
    public Timestamp Until { get; internal init; }

    public ClockKind Clock { get; internal init; }

    internal YamlNode Node { get; }

    internal IReadOnlyList<FedReading> Feed { get; init; } = [];

    internal IReadOnlyList<TestEvent> Events { get; init; } = [];

    internal IReadOnlyList<ExpectedOutput> Expected { get; init; } = [];
}

/// <summary>A reading of a test.</summary>
/// <param name="Reading">The reading; <see cref="Reading.Received"/> is set when it enters the node.</param>
/// <param name="Arrival">When it would arrive if nothing happened to the network or the node.</param>
/// <param name="Via">The source that sends it.</param>
internal sealed record FedReading(Reading Reading, Timestamp Arrival, string Via);

/// <summary>What happens to the node, not to the sensors.</summary>
/// <param name="At">When.</param>
internal abstract record TestEvent(Timestamp At)
{
    /// <summary>When it is over, as far as it lasts.</summary>
    public virtual Timestamp End => At;
}

/// <summary>The node saves its state, is down for a while and goes on from it.</summary>
internal sealed record RestartEvent(Timestamp At, TimeSpan Down, bool Buffered) : TestEvent(At)
{
    public override Timestamp End => At + Down;
}

/// <summary>What would arrive meanwhile arrives at the end of it; never, where it has none.</summary>
internal sealed record CutEvent(Timestamp At, TimeSpan? For, string? Via) : TestEvent(At)
{
    public override Timestamp End => At + (For ?? TimeSpan.Zero);
}

/// <summary>What would arrive from then on arrives later.</summary>
internal sealed record DelayEvent(Timestamp At, TimeSpan Delay, TimeSpan? For, string? Via) : TestEvent(At);

/// <summary>What arrived in the time before arrives again.</summary>
internal sealed record DuplicateEvent(Timestamp At, TimeSpan Back) : TestEvent(At);

/// <summary>The node's clock is set.</summary>
internal sealed record ClockEvent(Timestamp At, TimeSpan By) : TestEvent(At);

/// <summary>Other rules are loaded.</summary>
internal sealed record ReloadEvent(Timestamp At, IReadOnlyList<CompiledRule> Rules) : TestEvent(At);

/// <summary>Rules are taken out.</summary>
internal sealed record DeleteEvent(Timestamp At, IReadOnlyList<string> Rules) : TestEvent(At);

/// <summary>A table has other values in these cells from then on.</summary>
internal sealed record TableEvent(
    Timestamp At,
    string Table,
    IReadOnlyList<(string Key, string Column, Value Value)> Cells
) : TestEvent(At);

/// <summary>A source dies or comes back.</summary>
internal sealed record SourceEvent(Timestamp At, string Via, bool Alive) : TestEvent(At);
