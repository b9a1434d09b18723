using Mesh.Rules.Compiled;
using Mesh.Rules.Yaml;

namespace Mesh.Rules;

/// <summary>Makes a definition a rule that can run, or says everything that is wrong with it.</summary>
public static class RuleCompiler
{
    /// <summary>How many rules a derived reading may pass through.</summary>
    public const int MaxDerivedDepth = 8;

    /// <summary>Null when the definition has an error, which <paramref name="diagnostics"/> then holds.</summary>
    public static CompiledRule? Compile(
        RuleDefinition definition,
        Diagnostics diagnostics,
        Func<string, string?>? open = null
    )
    {
        var before = diagnostics.Errors;
        var rule = new Compilation(definition, diagnostics).Run(open);
        return diagnostics.Errors == before ? rule : null;
    }

    /// <summary>
    /// Reads and compiles rule files; rules with <c>enabled: false</c> are checked and left out. What concerns several
    /// rules (equal ids, cycles of derived readings) is checked too.
    /// </summary>
    /// <param name="files">Names and contents of rule files and, ending in <c>.csv</c>, of the tables they look up.</param>
    /// <param name="diagnostics">Receives everything that is wrong with any of them.</param>
    /// <param name="open">The text of a further table (path beside its rule file); null when there is none.</param>
    public static IReadOnlyList<CompiledRule> CompileAll(
        IEnumerable<(string Name, string Text)> files,
        Diagnostics diagnostics,
        Func<string, string?>? open = null
    )
    {
        var definitions = new List<RuleDefinition>();
        var tables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, text) in files)
        {
            if (name.EndsWith(".csv", StringComparison.OrdinalIgnoreCase))
            {
                tables[name] = text;
                continue;
            }

            var result = RuleFile.Parse(name, text);
            diagnostics.AddAll(result.Diagnostics);
            definitions.AddRange(result.Definitions);
        }

        return CompileDefinitions(
            definitions,
            diagnostics,
            path => tables.GetValueOrDefault(path) ?? open?.Invoke(path)
        );
    }

    /// <summary>As <see cref="CompileAll"/>, from what has been read.</summary>
    internal static IReadOnlyList<CompiledRule> CompileDefinitions(
        IReadOnlyList<RuleDefinition> definitions,
        Diagnostics diagnostics,
        Func<string, string?>? open = null
    )
    {
        var rules = new List<CompiledRule>();
        var ids = new Dictionary<string, RuleDefinition>(StringComparer.Ordinal);
        foreach (var definition in definitions)
        {
            if (!ids.TryAdd(definition.Id, definition))
            {
                var first = ids[definition.Id].Node;
                diagnostics.Error(
                    definition.Node,
                    $"the id '{definition.Id}' is used twice; the first is in {first.File}, line {first.At.Line}"
                );
            }
            else if (Compile(definition, diagnostics, open) is { } rule && definition.Enabled)
            {
                rules.Add(rule);
            }
        }

        DerivedOrder.Check(rules, diagnostics);
        return rules;
    }
}
