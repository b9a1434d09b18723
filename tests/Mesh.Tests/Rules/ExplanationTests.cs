using System.Text.Json;
using Mesh.Contracts;
using Mesh.Rules;
using Mesh.Rules.Testing;
using Mesh.Rules.Yaml;
using Mesh.Tests.Law;
using Xunit;

namespace Mesh.Tests.Rules;

/// <summary>The files under <c>explanations/</c> hold what a person is told, word for word.</summary>
public class ExplanationTests
{
    private static readonly string Folder = Path.Combine(Checkout.Root, "tests", "Mesh.Tests", "Rules", "explanations");

    public static TheoryData<string, string> Cases()
    {
        var data = new TheoryData<string, string>();
        foreach (var file in Directory.EnumerateFiles(Folder).Order(StringComparer.Ordinal))
        {
            foreach (var item in Items(file))
            {
                data.Add(Path.GetFileName(file), Text(item, "name"));
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_person_is_told_why(string file, string name)
    {
        var item = Items(Path.Combine(Folder, file)).Single(i => Text(i, "name") == name);
        var explanation = Explain(item);
        Assert.Equal(
            Text(item, "expect").Trim(),
            ExplanationText.Of(explanation).Trim(),
            ignoreLineEndingDifferences: true
        );
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_same_is_there_as_json(string file, string name)
    {
        var item = Items(Path.Combine(Folder, file)).Single(i => Text(i, "name") == name);
        var explanation = Explain(item);
        using var json = JsonDocument.Parse(ExplanationJson.Text(explanation));
        Assert.Equal(explanation.Answer, json.RootElement.GetProperty("answer").GetString());
        Assert.Equal(explanation.Clauses.Count, json.RootElement.GetProperty("clauses").GetArrayLength());
        Assert.Equal(explanation.History.Count, json.RootElement.GetProperty("history").GetArrayLength());
    }

    [Fact]
    public void A_failure_is_explained_with_readings_that_an_index_would_not_bring()
    {
        var read = RuleTestFile.Parse(
            "f.cases.yaml",
            """
            rules: [{id: a, each: t, where: value > 5}]
            tests:
            - name: too cold
              feed: [{t: {}, at: {0s: 4}}]
              expect: [{at: 0s, match: {}}]
            """,
            _ => null,
            new Diagnostics()
        );
        Assert.Contains(
            "did not match, because value > 5 is false",
            TestReport.Text(RuleTestRun.Run(Assert.Single(read.Tests))),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void What_came_before_the_rule_began_is_only_what_it_found()
    {
        var rules = RuleTexts.Compile("- id: cold\n  by: room\n  when: temperature < 5\n  for: 10s\n");
        var readings = RuleCase.ReadFeed("0s r1 temperature=4\n60s r1 temperature=3");
        var options = new ExplainOptions
        {
            Rule = "cold",
            Key = [KeyValuePair.Create("room", "r1")],
            Started = RuleTexts.Start + TimeSpan.FromSeconds(30),
            At = RuleTexts.Start + TimeSpan.FromSeconds(35),
        };
        var pending = RuleExplainer.Explain(rules, readings, options);
        Assert.Equal("pending", pending.State);
        Assert.Equal(options.Started, pending.Since);

        options = new ExplainOptions
        {
            Rule = "cold",
            Key = options.Key,
            Started = options.Started,
            At = RuleTexts.Start + TimeSpan.FromSeconds(20),
        };
        var early = RuleExplainer.Explain(rules, readings, options);
        Assert.StartsWith("The rule as it is began at 2026-03-01T08:00:30Z", early.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_that_is_not_there_is_named_with_the_nearest()
    {
        var rules = RuleTexts.Compile("- id: cold\n  by: room\n  when: temperature < 5\n");
        var wrongRule = Assert.Throws<ArgumentException>(() =>
            RuleExplainer.Explain(rules, [], new ExplainOptions { Rule = "cald" })
        );
        Assert.Contains("there is no rule 'cald' (did you mean 'cold'?)", wrongRule.Message, StringComparison.Ordinal);
        var wrongKey = Assert.Throws<ArgumentException>(() =>
            RuleExplainer.Explain(rules, [], new ExplainOptions { Rule = "cold" })
        );
        Assert.Contains("is asked about with room=…", wrongKey.Message, StringComparison.Ordinal);
    }

    private static Explanation Explain(YamlMapping item)
    {
        var key = (YamlMapping?)item.Find("key");
        Assert.True(Durations.TryParse(Text(item, "at"), out var at));
        return RuleExplainer.Explain(
            RuleTexts.Compile(Text(item, "rules")),
            RuleCase.ReadFeed(Text(item, "feed")),
            new ExplainOptions
            {
                Rule = Text(item, "rule"),
                Key =
                [
                    .. (key?.Entries ?? []).Select(e => KeyValuePair.Create(e.Key.Text, ((YamlScalar)e.Value).Text)),
                ],
                At = RuleTexts.Start + at,
            }
        );
    }

    private static IEnumerable<YamlMapping> Items(string file)
    {
        var root = YamlTree.Parse(file, File.ReadAllText(file), new Diagnostics());
        return ((YamlSequence)root!).Items.Cast<YamlMapping>();
    }

    private static string Text(YamlMapping item, string name) => ((YamlScalar)item.Find(name)!).Text;
}
