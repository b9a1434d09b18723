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
}
