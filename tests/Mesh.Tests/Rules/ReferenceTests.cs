using System.Text.Json;
using Mesh.Rules;
using Mesh.Rules.Devices;
using Mesh.Rules.Language;
using Mesh.Rules.Testing;
using Mesh.Rules.Yaml;
using Mesh.Tests.Law;
using Xunit;

namespace Mesh.Tests.Rules;

/// <summary>Every rule that the documentation shows is one that the product takes, and says what the page says it does.</summary>
public sealed class ReferenceTests
{
    public static TheoryData<string> Pages => [.. ReferencePage.All];

    public static TheoryData<string> Files =>
        [
            .. Directory
                .EnumerateFiles(Path.Combine(Checkout.Root, "deploy"), "*.rules.yaml", SearchOption.AllDirectories)
                .Select(f => Path.GetRelativePath(Checkout.Root, f))
                .Order(StringComparer.Ordinal),
        ];

    public static TheoryData<string, string> Tests()
    {
        var rows = new TheoryData<string, string>();
        foreach (var name in ReferencePage.All)
        {
            foreach (var test in ReferencePage.Read(name).RuleFiles.SelectMany(f => f.Tests))
            {
                rows.Add(name, test.Name);
            }
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_example_of_a_page_is_right_and_gives_no_warning(string name)
    {
        var page = ReferencePage.Read(name);
        foreach (var block in page.RuleBlocks)
        {
            AssertRight(block.File, block.Text, page.Open);
        }

        foreach (var block in page.Registries)
        {
            var diagnostics = new Diagnostics();
            Assert.NotNull(DeviceRegistry.Parse(block.File, block.Text, diagnostics));
            AssertNone(diagnostics.Items);
        }

        AssertNone(page.Found);
    }

    [Theory]
    [MemberData(nameof(Tests))]
    public void A_rule_does_what_its_page_says(string name, string test)
    {
        var tests = ReferencePage.Read(name).RuleFiles.SelectMany(f => f.Tests);
        var result = RuleTestRun.Run(tests.Single(t => t.Name == test));
        if (!result.Passed)
        {
            Assert.Fail(TestReport.Text(result));
        }
    }

    [Fact]
    public void Every_key_of_the_language_is_shown_in_an_example()
    {
        using var schema = JsonDocument.Parse(RuleSchema.Text());
        var definitions = schema.RootElement.GetProperty("definitions");
        var shown = new ShownKeys(definitions);
        foreach (var block in ReferencePage.All.SelectMany(p => ReferencePage.Read(p).RuleBlocks))
        {
            shown.Take("file", block.Root);
        }

        var all =
            from definition in definitions.EnumerateObject()
            from key in definition.Value.GetProperty("properties").EnumerateObject()
            select $"{definition.Name}.{key.Name}";
        AssertNone(all.Except(shown.Names));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_example_file_is_right_and_gives_no_warning(string file) => AssertRight(file, Text(file), Text);

    [Fact]
    public void The_gallery_tells_of_every_rule_what_its_file_does()
    {
        const string Gallery = "deploy/examples/rules/";
        var rows = Text(Gallery + "README.md").Split('\n').Where(l => l.StartsWith("| `", StringComparison.Ordinal));
        var rules = Files
            .Select(row => row.Data)
            .Where(f => f.StartsWith(Gallery, StringComparison.Ordinal))
            .SelectMany(f => ((YamlSequence)Root(f).Find("rules")!).Items.Cast<YamlMapping>());
        Assert.Equal(rules.Select(Row).Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));

        static string Row(YamlMapping rule)
        {
            string[] bodies = ["window", "when", "each", "pattern", "absent"];
            return $"| `{Said(rule, "id")}` | {Said(rule, "description")} | `{bodies.First(b => rule.Find(b) is not null)}` |";
        }

        static string Said(YamlMapping rule, string key) => ((YamlScalar)rule.Find(key)!).Text;
        static YamlMapping Root(string file) => (YamlMapping)YamlTree.Parse(file, Text(file), new Diagnostics())!;
    }

    private static string Text(string file) => File.ReadAllText(Path.Combine(Checkout.Root, file));

    private static void AssertRight(string name, string text, Func<string, string?> open)
    {
        var diagnostics = new Diagnostics();
        var rules = RuleCompiler.CompileAll([(name, text)], diagnostics, open);
        if (!diagnostics.HasErrors)
        {
            RuleChecker.Check(rules, null, diagnostics);
        }

        AssertNone(diagnostics.Items);
        Assert.NotEmpty(rules);
    }

    // Unlike Assert.Empty, a failure shows every one of them in full.
    private static void AssertNone<T>(IEnumerable<T> found)
    {
        var all = string.Join('\n', found);
        if (all.Length > 0)
        {
            Assert.Fail(all);
        }
    }
}
