using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Mesh.Rules.Testing;
using Mesh.Rules.Yaml;
using Mesh.Tests.Law;

namespace Mesh.Tests.Rules;

/// <summary>A block of a page, with the file and line at which mistakes in it are reported.</summary>
public sealed record ReferenceBlock(string File, string Text, YamlMapping Root)
{
    public bool Has(string key) => Root.Entries.Any(e => e.Key.Text == key);
}

/// <summary>
/// A page of the documentation, read for its examples: blocks of <c>yaml</c> are rules, registries or parts of a node's
/// configuration; a block of <c>csv name.csv</c> or <c>json name.jsonl</c> is a file that they name.
/// </summary>
public sealed partial class ReferencePage
{
    private static readonly ConcurrentDictionary<string, ReferencePage> Cache = [];

    private readonly Dictionary<string, string> _files = [];
    private readonly Diagnostics _diagnostics = new();

    private ReferencePage(string name)
    {
        var text = File.ReadAllText(Path.Combine(Checkout.Root, name));
        foreach (Match block in Block().Matches(text))
        {
            var body = block.Groups["text"];
            if (block.Groups["file"].Success)
            {
                _files.Add(block.Groups["file"].Value, body.Value);
                continue;
            }

            var file = $"{name}:{text.AsSpan(0, body.Index).Count('\n')}";
            if (YamlTree.Parse(file, body.Value, _diagnostics) is YamlMapping root)
            {
                Blocks.Add(new ReferenceBlock(file, body.Value, root));
            }
        }

        RuleFiles = [.. RuleBlocks.Select(b => RuleTestFile.Parse(b.File, b.Text, Open, _diagnostics))];
    }

    /// <summary>The pages, by their paths in the checkout.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "README.md",
        .. Directory
            .EnumerateFiles(Path.Combine(Checkout.Root, "edge/Mesh.Rules/reference"), "*.md")
            .Select(f => Path.GetRelativePath(Checkout.Root, f))
            .Order(StringComparer.Ordinal),
    ];

    public List<ReferenceBlock> Blocks { get; } = [];

    public IEnumerable<ReferenceBlock> RuleBlocks => Blocks.Where(b => b.Has("rules"));

    public IEnumerable<ReferenceBlock> Registries => Blocks.Where(b => b.Has("devices") && !b.Has("rules"));

    /// <summary>The rule blocks with their tests.</summary>
    public IReadOnlyList<RuleTestFile> RuleFiles { get; }

    /// <summary>What is wrong with the page.</summary>
    public IEnumerable<Diagnostic> Found => _diagnostics.Items;

    public static ReferencePage Read(string name) => Cache.GetOrAdd(name, static n => new ReferencePage(n));

    /// <summary>A file of the page, by the path under which a rule or a test names it.</summary>
    public string? Open(string path) => _files.GetValueOrDefault(Path.GetFileName(path));

    [GeneratedRegex(
        "^```(yaml|(csv|json) (?<file>[a-z.]+))\n(?<text>.*?)^```$",
        RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Block();
}
