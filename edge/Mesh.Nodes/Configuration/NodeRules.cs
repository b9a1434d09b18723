using Mesh.Rules;
using Mesh.Rules.Yaml;

namespace Mesh.Nodes;

/// <summary>The rules of a node: those of its files, and beside them those in code of the assemblies they are listed with.</summary>
public static class NodeRules
{
    /// <param name="files">Rule files, tables, and entries of assemblies.</param>
    /// <param name="assemblies">What was loaded.</param>
    /// <param name="diagnostics">Receives what is wrong, ids that are used twice included.</param>
    /// <param name="absent">Receives the entries whose assembly was not loaded; their rules do not run.</param>
    /// <param name="known">What they gave before.</param>
    public static IReadOnlyList<CompiledRule> Compile(
        IReadOnlyList<NamedText> files,
        IReadOnlyList<RuleAssembly> assemblies,
        Diagnostics diagnostics,
        ICollection<NamedText>? absent = null,
        CompiledFiles? known = null
    )
    {
        var written = (known ?? new CompiledFiles()).Compile(
            files.Where(f => !RuleAssembly.IsEntry(f)).Select(f => (f.Name, f.Text)),
            diagnostics
        );
        var rules = new List<CompiledRule>(written);
        var ids = written.Select(r => r.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var entry in files.Where(RuleAssembly.IsEntry))
        {
            var hash = RuleAssembly.HashOf(entry);
            if (assemblies.FirstOrDefault(a => a.Sha256 == hash) is not { } assembly)
            {
                absent?.Add(entry);
                continue;
            }

            foreach (var rule in assembly.Rules)
            {
                if (ids.Add(rule.Id))
                {
                    rules.Add(rule);
                }
                else
                {
                    diagnostics.Error(
                        entry.Name,
                        default,
                        $"the id '{rule.Id}' of its rule is used by another rule too"
                    );
                }
            }
        }

        return rules;
    }
}
