using Mesh.Contracts;
using Mesh.Rules;
using Xunit;

namespace Mesh.Tests.Rules;

/// <summary>Kleene's tables, as a rule's <c>let</c> sees them. T, F, U: true, false, unknown.</summary>
public class ThreeValuedLogicTests
{
    [Theory]
    [InlineData("x and y", "TTT TFF TUU FTF FFF FUF UTU UFF UUU")]
    [InlineData("x or y", "TTT TFT TUT FTT FFF FUU UTT UFU UUU")]
    [InlineData("not (x and y)", "TTF TFT TUU FTT FFT FUT UTU UFT UUU")]
    [InlineData("x == y", "TTT TFF TUU FTF FFT FUU UTU UFU UUU")]
    [InlineData("x in [y, true]", "TTT TFT TUT FTF FFT FUU UTU UFU UUU")]
    [InlineData("known(x)", "TTT TFT TUT FTT FFT FUT UTF UFF UUF")]
    [InlineData("if(x, y, not y)", "TTT TFF TUU FTF FFT FUU UTU UFU UUU")]
    public void Unknown_is_a_third_value(string expression, string table)
    {
        var text = expression.Replace("y", "value");
        foreach (var row in table.Split(' '))
        {
            var values = new List<Value>();
            RuleRun.Run(
                RuleTexts.Compile($"- {{id: a, inputs: {{x: x}}, each: y, let: {{r: '{text}'}}}}"),
                [RuleTexts.Reading("d", "x", Of(row[0]), 0, 1), RuleTexts.Reading("d", "y", Of(row[1]), 1, 2)],
                new RuleRunOptions(),
                o => values.Add(((Detection)o.Event).Values[0].Value)
            );
            Assert.Equal(Of(row[2]), Assert.Single(values));
        }
    }

    private static Value Of(char letter) =>
        letter switch
        {
            'T' => Value.True,
            'F' => Value.False,
            _ => Value.Unknown,
        };
}
