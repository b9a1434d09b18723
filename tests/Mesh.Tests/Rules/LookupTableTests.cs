using Mesh.Contracts;
using Mesh.Rules;
using Mesh.Rules.Tables;
using Mesh.Rules.Yaml;
using Xunit;

namespace Mesh.Tests.Rules;

/// <summary>Reference tables as files: what is wrong with them, and how they reach the rules.</summary>
public class LookupTableTests
{
    private const string Rule =
        "version: 1\nrules:\n- id: a\n  lookup: {limits: limits.csv}\n  when: t > limits[\"r1\"].max\n";

    [Theory]
    [InlineData("", "limits.csv: error: the table is empty; a line with the names of its columns is expected")]
    [InlineData("room\nr1", "limits.csv:1:1: error: there are 0 columns beside the key; from 1 to 256 are expected")]
    [InlineData(
        "room,max\nr1,5\n\nr1,6\nr2,1,2\n,3\nr3,\"x",
        "limits.csv:4:1: error: the key 'r1' is used twice",
        "limits.csv:5:1: error: there are 3 cells; 2 are expected, one for each column",
        "limits.csv:6:1: error: the key is empty",
        "limits.csv:7:1: error: a cell in quotes is not closed, or something follows it"
    )]
    [InlineData("room,max,max", "limits.csv:1:1: error: the column 'max' is there twice")]
    [InlineData("room,m ax", "limits.csv:1:1: error: the column 'm ax' has no name that an expression can use")]
    [InlineData("room,min\n", "f.yaml:5:13: error: the table 'limits' has no column 'max'")]
    public void A_wrong_table_is_answered_with_every_line(string table, params string[] expected)
    {
        var diagnostics = new Diagnostics();
        RuleCompiler.CompileAll([("f.yaml", Rule), ("limits.csv", table)], diagnostics);
        Assert.Equal(expected, diagnostics.Items.Select(d => d.ToString()));
    }

    [Fact]
    public void A_table_is_looked_for_beside_its_rule_file()
    {
        var asked = new List<string>();
        var rules = RuleCompiler.CompileAll(
            [("site/x.rules.yaml", Rule)],
            new Diagnostics(),
            path =>
            {
                asked.Add(path);
                return "room,max\nr1,5";
            }
        );
        Assert.Single(rules);
        Assert.Equal([Path.Combine("site", "limits.csv")], asked);
        Assert.Equal(asked, RuleFile.Tables("site/x.rules.yaml", Rule));
    }

    [Fact]
    public void A_changed_file_is_a_reload_that_keeps_the_state()
    {
        var engine = new RuleEngine(new RuleEngineOptions());
        var text =
            Rule.Replace("limits.csv", "{file: limits.csv, reactive: true}", StringComparison.Ordinal) + "  for: 10s\n";
        engine.Load(Compile(text, "r,max\nr1,5"));
        engine.Tick(RuleTexts.Start);
        engine.Offer("s", RuleTexts.Reading("d", "t", Value.Of(4), 0, 1));
        engine.Tick(RuleTexts.Start + TimeSpan.FromSeconds(5));
        Assert.Single(engine.Load(Compile(text, "r,max\nr1,3")).Kept);
        engine.Tick(RuleTexts.Start + TimeSpan.FromSeconds(60));
        var outputs = engine.Drain();
        Assert.Equal("15s fire - since 5s", RuleTexts.Line(Assert.Single(outputs)));
    }

    [Fact]
    public void A_cell_is_changed_without_changing_the_table_before()
    {
        var before = LookupTable.Empty.With("r1", "max", Value.Of(5));
        var after = before.With("r1", "min", Value.Of(1)).With("r2", "max", Value.Of(6));
        Assert.Equal(1, before.Rows);
        Assert.Equal(Value.Unknown, before.Find(Value.Of("r1"), "min"));
        Assert.Equal(Value.Of(5), after.Find(Value.Of("r1"), "max"));
        Assert.Equal(Value.Of(6), after.Find(Value.Of("r2"), "max"));
        Assert.Equal(Value.Unknown, after.Find(Value.Of("r2"), "min"));
    }

    private static IReadOnlyList<CompiledRule> Compile(string rules, string table)
    {
        var diagnostics = new Diagnostics();
        var compiled = RuleCompiler.CompileAll([("f.yaml", rules), ("limits.csv", table)], diagnostics);
        Assert.Empty(diagnostics.Items);
        return compiled;
    }
}
