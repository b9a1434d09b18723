using Mesh.Rules.Written;
using Mesh.Rules.Yaml;

namespace Mesh.Rules;

/// <summary>What a rule file holds, and everything that is wrong with it.</summary>
public sealed record RuleFileResult(IReadOnlyList<RuleDefinition> Definitions, Diagnostics Diagnostics);

/// <summary>Reads <c>*.rules.yaml</c>: from text to definitions, or every error with its line and column.</summary>
public static class RuleFile
{
    /// <summary>Rules in one file; a file with more has an error, and none of its rules runs.</summary>
    public const int MaxRules = 100_000;

    /// <summary>The tables that the rules of a file look up: paths beside the rule file. What is wrong is left out.</summary>
    public static IReadOnlyList<string> Tables(string fileName, string text) =>
        [.. Tables(Parse(fileName, text).Definitions)];

    internal static IEnumerable<string> Tables(IReadOnlyList<RuleDefinition> definitions) =>
        definitions.SelectMany(d => d.Lookups).Select(l => l.Path).Distinct(StringComparer.Ordinal);

    /// <summary>
    /// Definitions are those rules that could be read; a rule with an error is left out, and the errors say so.
    /// Expressions are parsed here; what they mean is checked by <see cref="RuleCompiler"/>.
    /// </summary>
    public static RuleFileResult Parse(string fileName, string text)
    {
        var diagnostics = new Diagnostics();
        var definitions = new List<RuleDefinition>();
        var root = YamlTree.Parse(fileName, text, diagnostics);
        if (root is null)
        {
            if (!diagnostics.HasErrors)
            {
                diagnostics.Error(fileName, default, "the file is empty; 'version: 1' and 'rules:' are expected");
            }

            return new RuleFileResult(definitions, diagnostics);
        }

        var fields = new YamlFields(root, "a rule file", diagnostics);
        fields.Required("version");
        if (fields.Integer("version") is { } version and not 1)
        {
            diagnostics.Error(fields.Get("version")!, $"'version' is {version}; 1 is expected");
        }

        definitions.AddRange(ReadRules(fields.Required("rules"), diagnostics));

        // A node has no use for tests; Testing reads them.
        fields.Get("tests");
        fields.Close();
        return new RuleFileResult(definitions, diagnostics);
    }

    /// <summary>Reads a list of rules.</summary>
    internal static List<RuleDefinition> ReadRules(YamlNode? rules, Diagnostics diagnostics)
    {
        var definitions = new List<RuleDefinition>();
        if (rules is not YamlSequence list)
        {
            if (rules is not null)
            {
                diagnostics.Error(rules, $"'rules' is {rules.Description}; a list of rules is expected");
            }

            return definitions;
        }

        if (list.Items.Count > MaxRules)
        {
            diagnostics.Error(
                list,
                $"there are {list.Items.Count} rules in the file; at most {MaxRules} are expected: make several files of it"
            );
            return definitions;
        }

        var ids = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
        foreach (var item in list.Items)
        {
            var definition = new RuleReader(item, diagnostics).Read();
            if (definition is null)
            {
                continue;
            }

            if (ids.TryGetValue(definition.Id, out var first))
            {
                diagnostics.Error(
                    definition.Node,
                    $"the id '{definition.Id}' is used twice; the first is in line {first.At.Line}"
                );
                continue;
            }

            ids.Add(definition.Id, definition.Node);
            definitions.Add(definition);
        }

        return definitions;
    }
}
