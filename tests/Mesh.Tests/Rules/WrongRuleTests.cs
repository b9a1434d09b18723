using Mesh.Rules;
using Mesh.Rules.Testing;
using Mesh.Rules.Yaml;
using Xunit;

namespace Mesh.Tests.Rules;

/// <summary>Every sentence that an author can read, with its place. <c>wrong.txt</c> holds the files and the answers.</summary>
public class WrongRuleTests
{
    private static readonly AnswerFile Answers = new("wrong.txt");

    public static TheoryData<string> Cases => Answers.Rules;

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_wrong_rule_is_answered_as_written(string rules)
    {
        var expected = Answers.Of(rules);
        Assert.NotEmpty(expected);
        Assert.Equal(expected, RuleTexts.Check("version: 1\nrules:\n" + rules));
    }

    [Theory]
    [InlineData("", "f.yaml: error: the file is empty; 'version: 1' and 'rules:' are expected")]
    [InlineData("version: 2\nrules: []", "f.yaml:1:10: error: 'version' is 2; 1 is expected")]
    [InlineData("rules: []", "f.yaml:1:1: error: a rule file has no 'version'")]
    [InlineData("version: 1\nrules: {}", "f.yaml:2:8: error: 'rules' is a mapping; a list of rules is expected")]
    [InlineData(
        "version: 1\nruels: []",
        "f.yaml:1:1: error: a rule file has no 'rules'",
        "f.yaml:2:1: error: a rule file has no entry 'ruels' (did you mean 'rules'?)"
    )]
    [InlineData(
        "version: 1\nrules:\n- {id: a, by: r\uFFFDum, when: t > 1}",
        "f.yaml:3:16: error: a character here is not UTF-8; save the file as UTF-8"
    )]
    public void A_wrong_file_is_answered_as_a_whole(string text, params string[] expected) =>
        Assert.Equal(expected, RuleTexts.Check(text));

    [Fact]
    public void An_expression_cannot_exhaust_the_stack()
    {
        var deep = new string('(', 10_000) + "t" + new string(')', 10_000);
        var found = RuleTexts.Check($"version: 1\nrules:\n- {{id: a, when: \"{deep}\"}}");
        Assert.Contains("nested deeper than 64 levels", Assert.Single(found), StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_expression_cannot_exhaust_the_stack_either()
    {
        var text = string.Join(" and ", Enumerable.Range(0, 20_000).Select(i => $"t != {i}"));
        var found = RuleTexts.Check($"version: 1\nrules:\n- {{id: a, when: {text}}}");
        Assert.Contains("joins more than 1000 parts", Assert.Single(found), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_has_room_for_a_hundred_thousand_rules_and_says_when_there_are_more()
    {
        var many = string.Concat(Enumerable.Repeat("\n- 1", RuleFile.MaxRules + 1));
        Assert.Equal(
            [
                "f.yaml:3:1: error: there are 100001 rules in the file; at most 100000 are expected: make several files of it",
            ],
            RuleTexts.Check($"version: 1\nrules:{many}")
        );
        Assert.Equal(
            [
                "f.yaml: error: the file has 33554433 characters; at most 33554432 are expected: make several files of it",
            ],
            RuleTexts.Check(new string('#', (32 * 1024 * 1024) + 1))
        );
    }

    [Fact]
    public void Mistakes_in_tests_are_said_together_with_those_in_rules()
    {
        const string Text = """
            version: 1
            rules:
            - {id: a, when: t > 1}
            - {id: b, when: t >> 1}
            tests:
            - {name: one, rule: a, feed: [{t: {}, at: {0s: 1}}], expekt: []}
            - {name: two, rule: b, feed: [{t: {}, at: {0s: 1}}], expect: []}
            """;
        var diagnostics = new Diagnostics();
        RuleTestFile.Parse("f.yaml", Text, _ => null, diagnostics);
        Assert.Equal([4, 6], diagnostics.Items.Select(d => d.Line).Distinct());
    }
}
