using Mesh.Rules.Yaml;

namespace Mesh.Rules.Compiled;

/// <summary>
/// Derived readings go from rule to rule within one instant, so the rules must not form a circle, nor a chain longer
/// than <see cref="RuleCompiler.MaxDerivedDepth"/>.
/// </summary>
internal static class DerivedOrder
{
    public static void Check(IReadOnlyList<CompiledRule> rules, Diagnostics diagnostics)
    {
        var derived = rules.Where(r => r.IsProducer).SelectMany(r => r.Produces).ToHashSet(StringComparer.Ordinal);
        if (derived.Count == 0)
        {
            return;
        }

        var readers = rules
            .SelectMany(r => r.Sensors.Where(derived.Contains).Select(s => (Sensor: s, Rule: r)))
            .ToLookup(p => p.Sensor, p => p.Rule, StringComparer.Ordinal);
        var depths = new Dictionary<CompiledRule, int>();
        foreach (var rule in rules.Where(r => r.IsProducer))
        {
            var path = new List<CompiledRule>();
            if (Depth(rule, readers, depths, path) > RuleCompiler.MaxDerivedDepth && path.Count == 0)
            {
                diagnostics.Error(
                    rule.Definition.Node,
                    $"readings derived from '{rule.Id}' pass through more than {RuleCompiler.MaxDerivedDepth} rules"
                );
            }
            else if (path.Count > 0)
            {
                var circle = string.Join(" → ", path.Select(r => r.Id));
                diagnostics.Error(rule.Definition.Node, $"'set' makes the rules go in a circle: {circle}");
                return;
            }
        }
    }

    // The longest chain of derivations from the rule; path is left non-empty when there is a circle.
    private static int Depth(
        CompiledRule rule,
        ILookup<string, CompiledRule> readers,
        Dictionary<CompiledRule, int> depths,
        List<CompiledRule> path
    )
    {
        if (depths.TryGetValue(rule, out var known))
        {
            return known;
        }

        var at = path.IndexOf(rule);
        path.Add(rule);
        if (at >= 0)
        {
            path.RemoveRange(0, at);
            return int.MaxValue;
        }

        var depth = 0;
        foreach (var next in rule.Produces.SelectMany(s => readers[s]))
        {
            var below = Depth(next, readers, depths, path);
            if (below == int.MaxValue)
            {
                return below;
            }

            depth = Math.Max(depth, below + 1);
        }

        path.RemoveAt(path.Count - 1);
        depths[rule] = depth;
        return depth;
    }
}
