using Mesh.Rules;
using Mesh.Rules.Yaml;

namespace Mesh.Nodes;

/// <summary>
/// Compares the destinations that rules name with those of the node's configuration. A warning: the rules run, and what
/// goes to nobody becomes a dead letter.
/// </summary>
public static class NotifyNames
{
    /// <param name="rules">The node's rules.</param>
    /// <param name="destinations">Those of <c>notify:</c>.</param>
    /// <param name="diagnostics">Receives a warning for each name that leads nowhere.</param>
    public static void Check(
        IReadOnlyList<CompiledRule> rules,
        IReadOnlyList<NotifyDestination> destinations,
        Diagnostics diagnostics
    )
    {
        var names = destinations.Select(d => d.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var rule in rules)
        {
            var actions = rule.Definition.Then.Concat(rule.Definition.ClearThen);
            foreach (var to in actions.OfType<NotifyDefinition>().SelectMany(n => n.To))
            {
                // A name that is filled in with what readings bring is known only then.
                if (!names.Contains(to.Text) && !to.Text.Contains('{', StringComparison.Ordinal))
                {
                    var there = names.Count == 0 ? "has none" : $"has {string.Join(", ", names)}";
                    diagnostics.Warning(
                        to,
                        $"there is no destination '{to.Text}': 'notify' of the node's configuration {there}{Nearest.Suggestion(to.Text, names)}"
                    );
                }
            }
        }
    }
}
