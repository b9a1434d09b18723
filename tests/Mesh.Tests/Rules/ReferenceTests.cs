using System.Text.RegularExpressions;
using Mesh.Rules;
using Mesh.Rules.Yaml;
using Mesh.Tests.Law;
using Xunit;

namespace Mesh.Tests.Rules;

/// <summary>Every rule that the documentation shows is one that the product takes.</summary>
public sealed partial class ReferenceTests
{
    public static TheoryData<string> Pages =>
        [
            "edge/Mesh.Rules/reference/README.md",
            "edge/Mesh.Rules/reference/pattern.md",
            "edge/Mesh.Rules/reference/tests.md",
            "README.md",
        ];

    public static TheoryData<string> Files =>
        [
            "deploy/examples/casas/casas.rules.yaml",
            "deploy/examples/uci-occupancy/uci.rules.yaml",
            "deploy/Mesh.Cli/Init/first.rules.yaml",
        ];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_example_of_a_page_is_right(string page)
    {
        var examples = Block().Matches(File.ReadAllText(Path.Combine(Checkout.Root, page)));
        Assert.NotEmpty(examples);
        Assert.All(examples, example => AssertRight(page, example.Groups["yaml"].Value));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_example_file_is_right(string file) =>
        AssertRight(file, File.ReadAllText(Path.Combine(Checkout.Root, file)));

    private static void AssertRight(string name, string text)
    {
        var diagnostics = new Diagnostics();
        var rules = RuleCompiler.CompileAll([(name, text)], diagnostics);
        Assert.Empty(diagnostics.Items.Select(d => d.ToString()));
        Assert.NotEmpty(rules);
    }

    [GeneratedRegex("```yaml\n(?<yaml>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Block();
}
