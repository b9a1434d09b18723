using Mesh.Rules.Compiled;
using Mesh.Rules.Expressions;
using Mesh.Rules.Yaml;

namespace Mesh.Rules.Checking;

/// <summary>Rules that say the same as another, or nothing that another does not say.</summary>
internal static class SameRules
{
    /// <summary>Rules of one shape that are compared with one another; of further ones only equals are found.</summary>
    private const int MostCompared = 200;

    public static void Check(IReadOnlyList<CompiledRule> rules, Diagnostics diagnostics)
    {
        foreach (
            var group in rules.GroupBy(r => $"{r.Hash} {Tables(r)}", StringComparer.Ordinal).Where(g => g.Count() > 1)
        )
        {
            var first = group.First();
            foreach (var rule in group.Skip(1))
            {
                diagnostics.Warning(
                    rule.Definition.Node,
                    $"'{rule.Id}' says the same as '{first.Id}' ({first.Definition.File}, line {first.Definition.Node.At.Line})"
                );
            }
        }

        foreach (var group in rules.Where(IsPlain).GroupBy(Shape, StringComparer.Ordinal))
        {
            Subsumed([.. group.DistinctBy(r => r.Hash, StringComparer.Ordinal).Take(MostCompared)], diagnostics);
        }
    }

    // Whenever the one is true so is the other, and nothing but the condition differs: the one adds nothing.
    private static void Subsumed(IReadOnlyList<CompiledRule> rules, Diagnostics diagnostics)
    {
        var others = rules.Select(r => (Rule: r, Not: Alternatives.Not(When(r)))).ToList();
        foreach (var rule in rules.Where(r => r.Definition is { Then.Count: 0, ClearThen.Count: 0 }))
        {
            var own = Alternatives.Of(When(rule));
            if (others.Find(o => o.Rule != rule && !own.And(o.Not).IsPossible).Rule is { } wider)
            {
                diagnostics.Warning(
                    rule.Definition.Node,
                    $"'{rule.Id}' adds nothing: whenever it is true, '{wider.Id}' is, with the same severity and key"
                );
            }
        }
    }

    private static Syntax When(CompiledRule rule) => ((ConditionDefinition)rule.Definition.Body).When.Syntax;

    private static bool IsPlain(CompiledRule rule) =>
        rule.Definition
            is {
                Body: ConditionDefinition,
                Inputs.Count: 0,
                ClearWhen: null,
                Throttle: null,
                StartsOnEdge: false,
                Active.Count: 0
            }
        && Alternatives.Of(When(rule)).IsPossible;

    // Equal expressions over different files do not say the same; the hash does not know the files.
    private static string Tables(CompiledRule rule) =>
        string.Join(' ', rule.Definition.Lookups.Select(l => $"{l.Name.Text}: {l.Path}"));

    private static string Shape(CompiledRule rule) =>
        string.Join(
            '\n',
            [
                .. rule.Definition.By,
                "",
                .. rule.Sensors.Order(StringComparer.Ordinal),
                Tables(rule),
                $"{rule.Severity} {RuleHash.Duration(rule.Definition.For)} {RuleHash.Duration(rule.Definition.ClearFor)} {rule.Lateness}",
            ]
        );
}
