using Mesh.Contracts;
using Mesh.Rules.Explaining;
using Mesh.Rules.Yaml;

namespace Mesh.Rules;

/// <summary>Whose state is explained, and as of when.</summary>
public sealed class ExplainOptions
{
    public required string Rule { get; init; }

    /// <summary>Every name of the rule's <c>by</c> with its value as text; empty for a rule without a key.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Key { get; init; } = [];

    /// <summary>Event time; absent: the last reading.</summary>
    public Timestamp? At { get; init; }

    /// <summary>How many steps of the key's history are kept.</summary>
    public int Steps { get; init; } = 12;
}

/// <summary>
/// Answers "why" and "why not" by running the real engine over the readings up to the instant, and looking.
/// </summary>
public static class RuleExplainer
{
    private const string Source = "file";
    private static readonly TimeSpan OneMicro = TimeSpan.FromMicroseconds(1);

    /// <param name="rules">All rules of the node: a rule may read what another one derives.</param>
    /// <param name="readings">In the order in which they arrived, beginning early enough for what the rule remembers.</param>
    /// <param name="options">What to explain.</param>
    /// <exception cref="ArgumentException">There is no such rule, or its key has other parts: the message says which.</exception>
    public static Explanation Explain(
        IReadOnlyList<CompiledRule> rules,
        IEnumerable<Reading> readings,
        ExplainOptions options
    )
    {
        CheckRule(rules, options);
        var engine = new RuleEngine(new RuleEngineOptions { Clock = ClockKind.Recorded, BringsAll = true });
        engine.Load(rules);
        var rule = engine.Running(options.Rule)!;
        var told = new TraceMemory(rule, options);
        Run(engine, rule, readings, options.At, told);
        return new Teller(rule, options, told).Tell(options.At ?? new Timestamp(rule.CurrentTime));
    }

    private static void CheckRule(IReadOnlyList<CompiledRule> rules, ExplainOptions options)
    {
        var rule = rules.FirstOrDefault(r => r.Id == options.Rule);
        if (rule is null)
        {
            var near = Nearest.Suggestion(options.Rule, rules.Select(r => r.Id));
            throw new ArgumentException($"there is no rule '{options.Rule}'{near}", nameof(options));
        }

        var by = rule.Definition.By;
        if (
            !by.Order(StringComparer.Ordinal)
                .SequenceEqual(options.Key.Select(k => k.Key).Order(StringComparer.Ordinal), StringComparer.Ordinal)
        )
        {
            var expected = by.Count == 0 ? "no key" : string.Join(" ", by.Select(b => $"{b}=…"));
            throw new ArgumentException($"the rule '{rule.Id}' is asked about with {expected}", nameof(options));
        }
    }

    // Up to the instant at which the rule's own time has passed `at`: readings that arrived after it, but in time, count.
    private static void Run(
        RuleEngine engine,
        RunningRule rule,
        IEnumerable<Reading> readings,
        Timestamp? at,
        TraceMemory told
    )
    {
        var outputs = new List<RuleOutput>();
        var late = rule.Rule.Lateness > 0 ? rule.Rule.Definition.MaxDelay + OneMicro : TimeSpan.Zero;
        foreach (var reading in readings)
        {
            if (at is { } instant && (rule.Watermark() > instant.Micros * 2 || reading.ReceivedOrAt > instant + late))
            {
                engine.Mark(Source, Timestamp.Max(engine.Clock, instant + late), final: false);
                return;
            }

            told.Current = reading;
            engine.Offer(Source, reading);
            outputs.Clear();
            engine.DrainOutputs(outputs);
        }

        told.Current = null;
        engine.Mark(Source, at is { } end ? Timestamp.Max(engine.Clock, end) : engine.Clock, final: true);
    }
}
