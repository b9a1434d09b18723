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
    ) => new CompiledFiles().Compile(files, diagnostics, open);

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
                IsTwice(definition, ids[definition.Id], diagnostics);
            }
            else if (Compile(definition, diagnostics, open) is { } rule && definition.Enabled)
            {
                rules.Add(rule);
            }
        }

        DerivedOrder.Check(rules, diagnostics);
        return rules;
    }

    internal static void IsTwice(RuleDefinition rule, RuleDefinition first, Diagnostics diagnostics) =>
        diagnostics.Error(
            rule.Node,
            $"the id '{rule.Id}' is used twice; the first is in {first.Node.File}, line {first.Node.At.Line}"
        );
}
