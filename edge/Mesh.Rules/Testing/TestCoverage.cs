using Mesh.Contracts;
using Mesh.Rules.Expressions;

namespace Mesh.Rules.Testing;

/// <summary>What no test reached of one rule.</summary>
/// <param name="Rule">Its id.</param>
/// <param name="File">Where it stands.</param>
/// <param name="Line">Where it stands.</param>
/// <param name="Tests">How many tests test it.</param>
/// <param name="Missing">Each a sentence; empty when nothing is missing.</param>
public sealed record UncoveredRule(string Rule, string File, int Line, int Tests, IReadOnlyList<string> Missing);

/// <summary>
/// Measures what tests reach: rules; outputs; parts of conditions (between <c>and</c>, <c>or</c>, <c>if</c>) that were true
/// and were false; steps of patterns that were part of a match. Give it to each run.
/// </summary>
public sealed class TestCoverage
{
    private readonly Dictionary<CompiledRule, Reached> _rules = [];

    /// <summary>Rules that shall be reached, whether or not a test names them.</summary>
    public void Expect(IEnumerable<CompiledRule> rules)
    {
        foreach (var rule in rules)
        {
            _rules.TryAdd(rule, new Reached());
        }
    }

    /// <summary>In the order in which rules were expected or first tested.</summary>
    public IReadOnlyList<UncoveredRule> Rules =>
        [
            .. _rules
                .GroupBy(r => (r.Key.Definition.File, r.Key.Definition.Node.At.Line, r.Key.Id))
                .Select(g => new UncoveredRule(
                    g.Key.Id,
                    g.Key.File,
                    g.Key.Line,
                    g.Sum(r => r.Value.Tests),
                    MissingEverywhere([.. g])
                )),
        ];

    // A rule that several files of cases name is read once for each: together they miss what all of them miss.
    private static List<string> MissingEverywhere(List<KeyValuePair<CompiledRule, Reached>> all)
    {
        var tested = all.Where(r => r.Value.Tests > 0).ToList();
        var missing = (tested.Count == 0 ? all : tested).Select(r => Missing(r.Key, r.Value)).ToList();
        return [.. missing[0].Where(m => missing.TrueForAll(other => other.Contains(m, StringComparer.Ordinal)))];
    }

    internal ClauseWitness? WitnessOf(CompiledRule rule) => _rules.GetValueOrDefault(rule)?.Clauses;

    internal void Begin(RuleTest test)
    {
        var tested = test.Rules.Where(r => test.Tested.Contains(r.Id, StringComparer.Ordinal)).ToList();
        Expect(tested);
        foreach (var rule in tested)
        {
            _rules[rule].Tests++;
        }
    }

    internal void End(RuleTestResult result)
    {
        foreach (var output in result.Outputs)
        {
            var rule = result.Test.Rules.FirstOrDefault(r => r.Id == OutputText.Rule(output));
            if (rule is null || !_rules.TryGetValue(rule, out var reached))
            {
                continue;
            }

            var detection = output.Event as Detection;
            reached.Kinds.Add(detection is null ? "aggregate" : EventJson.KindName(detection.Kind));
            reached.Steps.UnionWith(detection?.Bindings.Select(b => b.Name) ?? []);
        }
    }

    private static List<string> Missing(CompiledRule rule, Reached reached)
    {
        var missing = new List<string>();
        if (reached.Tests == 0)
        {
            missing.Add("no test tests it");
            return missing;
        }

        missing.AddRange(
            Kinds(rule.Definition).Where(k => !reached.Kinds.Contains(k)).Select(k => $"it never said '{k}'")
        );
        foreach (var clause in rule.Layout.Clauses.GroupBy(c => SyntaxText.Of(c.Syntax), StringComparer.Ordinal))
        {
            if (!clause.Any(c => reached.Clauses.HasSeen(c.Node, Truth.True)))
            {
                missing.Add($"'{clause.Key}' was never true");
            }

            if (!clause.Any(c => reached.Clauses.HasSeen(c.Node, Truth.False)))
            {
                missing.Add($"'{clause.Key}' was never false");
            }
        }

        var steps = (rule.Definition.Body as PatternDefinition)
            ?.Steps.SelectMany(s => s.Parts)
            .Select(p => p.Name?.Text);
        missing.AddRange(
            (steps ?? [])
                .OfType<string>()
                .Where(s => !reached.Steps.Contains(s))
                .Select(s => $"the step '{s}' was in no match")
        );
        return missing;
    }

    private static string[] Kinds(RuleDefinition rule) =>
        rule.Body switch
        {
            WindowDefinition { When: null } => ["aggregate"],
            WindowDefinition { EmitEach: true } or EachDefinition => ["match"],
            PatternDefinition { ReportsTimeout: true } => ["match", "timeout"],
            PatternDefinition => ["match"],
            _ => ["fire", "clear"],
        };

    private sealed class Reached
    {
        public int Tests { get; set; }

        public ClauseWitness Clauses { get; } = new();

        public HashSet<string> Kinds { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Steps { get; } = new(StringComparer.Ordinal);
    }
}
