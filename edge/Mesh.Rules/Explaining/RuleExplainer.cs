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

    /// <summary>
    /// When the rule began at the node, with the latest values it found then; null: with the first reading.
    /// </summary>
    public Timestamp? Started { get; init; }

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
        if (options is { At: { } at, Started: { } started } && at < started)
        {
            return TooEarly(options, at, started);
        }

        var engine = new RuleEngine(new RuleEngineOptions { Clock = ClockKind.Recorded, BringsAll = true });
        using var left = readings.GetEnumerator();
        var more = Before(engine, rules, left, options);
        engine.Load(rules);
        var rule = engine.Running(options.Rule)!;
        var told = new TraceMemory(rule, options);
        Run(engine, rule, more ? left : null, options.At, told);
        return new Teller(rule, options, told).Tell(options.At ?? new Timestamp(rule.CurrentTime));
    }

    private static Explanation TooEarly(ExplainOptions options, Timestamp at, Timestamp started) =>
        new()
        {
            Rule = options.Rule,
            Body = "rule",
            Key = options.Key,
            At = at,
            State = "unseen",
            Answer = $"The rule as it is began at {Teller.Clock(started)}; at that instant another one, or none, ran.",
        };

    // Feeds what came before the rule began to the others; false when that was all.
    private static bool Before(
        RuleEngine engine,
        IReadOnlyList<CompiledRule> rules,
        IEnumerator<Reading> readings,
        ExplainOptions options
    )
    {
        if (!readings.MoveNext())
        {
            return false;
        }

        if (options.Started is not { } started || readings.Current.ReceivedOrAt >= started)
        {
            return true;
        }

        engine.Load([.. rules.Where(r => r.Id != options.Rule)]);
        var (more, outputs) = (true, new List<RuleOutput>());
        while (more && readings.Current.ReceivedOrAt < started)
        {
            engine.Offer(Source, readings.Current);
            outputs.Clear();
            engine.DrainOutputs(outputs);
            more = readings.MoveNext();
        }

        engine.Mark(Source, Timestamp.Max(engine.Clock, started), final: false);
        return more;
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
        IEnumerator<Reading>? readings,
        Timestamp? at,
        TraceMemory told
    )
    {
        var outputs = new List<RuleOutput>();
        var late = rule.Rule.Lateness > 0 ? rule.Rule.Definition.MaxDelay + OneMicro : TimeSpan.Zero;
        for (var more = readings is not null; more; more = readings!.MoveNext())
        {
            var reading = readings!.Current;
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
