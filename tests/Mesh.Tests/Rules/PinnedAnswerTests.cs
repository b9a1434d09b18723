using Xunit;

namespace Mesh.Tests.Rules;

public class PinnedAnswerTests
{
    public static TheoryData<string, string> Cases()
    {
        var data = new TheoryData<string, string>();
        foreach (var file in RuleCase.Files)
        {
            foreach (var one in RuleCase.Read(file))
            {
                data.Add(file, one.Name);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_rule_says_what_is_written(string file, string name)
    {
        var one = RuleCase.Read(file).Single(c => c.Name == name);
        Assert.Equal(one.Expected, one.Run());
    }
}
