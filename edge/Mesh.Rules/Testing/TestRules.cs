using Mesh.Rules.Yaml;

namespace Mesh.Rules.Testing;

/// <summary>The rules that tests of one file can name: inline, or of other files; each set is compiled once.</summary>
internal sealed class TestRules
{
    private readonly string _file;
    private readonly Func<string, string?> _open;
    private readonly Diagnostics _diagnostics;

    private TestRules(string file, Func<string, string?> open, Diagnostics diagnostics)
    {
        (_file, _open, _diagnostics) = (file, open, diagnostics);
    }

    public IReadOnlyList<CompiledRule> Rules { get; private set; } = [];

    /// <param name="file">The file of the tests, to which paths are relative.</param>
    /// <param name="rules">A path, a list of paths, or a list of rules.</param>
    /// <param name="open">The text of a file, null when there is none.</param>
    /// <param name="diagnostics">Receives what is wrong with any of them.</param>
    public static TestRules Read(string file, YamlNode? rules, Func<string, string?> open, Diagnostics diagnostics)
    {
        var read = new TestRules(file, open, diagnostics);
        read.Rules = read.Compile(rules);
        return read;
    }

    /// <summary>Rules over those of the file, for one test.</summary>
    public TestRules Own(YamlNode rules) => Read(_file, rules, _open, _diagnostics);

    /// <summary>Compiles what another <c>rules:</c> says; null when it is wrong.</summary>
    public IReadOnlyList<CompiledRule>? Reload(YamlNode? node)
    {
        var before = _diagnostics.Errors;
        var rules = Compile(node);
        return _diagnostics.Errors == before ? rules : null;
    }

    /// <summary>Whether the test is for rules that are there, whatever is wrong with others.</summary>
    public bool Have(YamlNode test) =>
        test is YamlMapping fields
        && fields.Find("rules") is null
        && fields.Find("rule") is YamlScalar id
        && Rules.Any(r => r.Id == id.Text);

    // Those that are right.
    private IReadOnlyList<CompiledRule> Compile(YamlNode? node) =>
        node switch
        {
            null => [],
            YamlSequence { Items: [YamlScalar, ..] } paths => Files(paths.Items),
            YamlScalar path => Files([path]),
            _ => RuleCompiler.CompileDefinitions(RuleFile.ReadRules(node, _diagnostics), _diagnostics, _open),
        };

    /// <summary>The text of a file that the tests name.</summary>
    public string? Open(YamlScalar path)
    {
        var text = _open(Resolve(path.Text));
        if (text is null)
        {
            _diagnostics.Error(path, $"there is no file {path.Description}");
        }

        return text;
    }

    /// <summary>Ids of rules; one that there is not is an error.</summary>
    public List<string> Ids(IReadOnlyList<YamlNode> items)
    {
        var ids = new List<string>();
        foreach (var item in items)
        {
            if (item is YamlScalar id && Rules.Any(r => r.Id == id.Text))
            {
                ids.Add(id.Text);
            }
            else
            {
                var hint = item is YamlScalar text ? Nearest.Suggestion(text.Text, Rules.Select(r => r.Id)) : "";
                _diagnostics.Error(item, $"there is no rule {item.Description}{hint}");
            }
        }

        return ids;
    }

    /// <summary>Those named and, as far as they read derived readings, the rules that make them.</summary>
    public static List<CompiledRule> Needed(IReadOnlyList<CompiledRule> rules, IReadOnlyCollection<string> ids)
    {
        var needed = rules.Where(r => ids.Contains(r.Id, StringComparer.Ordinal)).ToHashSet();
        var found = true;
        while (found)
        {
            var read = needed.SelectMany(r => r.Sensors).ToHashSet(StringComparer.Ordinal);
            found = false;
            foreach (var producer in rules.Where(r => r.Produces.Any(read.Contains)))
            {
                found |= needed.Add(producer);
            }
        }

        return [.. rules.Where(needed.Contains)];
    }

    private IReadOnlyList<CompiledRule> Files(IReadOnlyList<YamlNode> paths)
    {
        var files = new List<(string, string)>();
        foreach (var node in paths)
        {
            if (node is not YamlScalar path)
            {
                _diagnostics.Error(node, $"'rules' has {node.Description} among paths; a path is expected");
            }
            else if (Open(path) is { } text)
            {
                files.Add((Resolve(path.Text), text));
            }
        }

        return RuleCompiler.CompileAll(files, _diagnostics, _open);
    }

    private string Resolve(string path) => Path.Combine(Path.GetDirectoryName(_file) ?? "", path);
}
