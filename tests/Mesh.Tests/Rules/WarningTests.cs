using Mesh.Rules;
using Mesh.Rules.Devices;
using Mesh.Rules.Yaml;
using Xunit;

namespace Mesh.Tests.Rules;

/// <summary>What <c>check</c> warns of, word for word; <c>warnings.txt</c> has the rules and the warnings.</summary>
public class WarningTests
{
    private const string Devices = """
        devices:
          t-1: {labels: {room: "1"}, sensors: {temperature: {every: 1m, min: -40, max: 85}, occupancy: {every: 5s}}}
          lock-1: {labels: {room: "1"}, sensors: {lock: }}
          lock-2: {labels: {room: "2"}, sensors: {lock: }}
        """;

    private static readonly AnswerFile Answers = new("warnings.txt");

    public static TheoryData<string> Cases => Answers.Rules;

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_rule_that_cannot_mean_what_it_says_is_warned_of(string rules)
    {
        var expected = Answers.Of(rules);
        var diagnostics = new Diagnostics();
        var compiled = RuleCompiler.CompileAll(
            [("f.yaml", "version: 1\nrules:\n" + rules), ("warm.csv", "room,max\n1,30"), ("hot.csv", "room,max\n1,40")],
            diagnostics
        );
        RuleChecker.Check(compiled, DeviceRegistry.Parse("devices.yaml", Devices, diagnostics), diagnostics);
        Assert.Equal(expected, diagnostics.Items.Select(d => d.ToString()));
    }
}
