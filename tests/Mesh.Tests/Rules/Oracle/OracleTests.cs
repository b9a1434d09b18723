using CsCheck;
using Xunit;

namespace Mesh.Tests.Rules.Oracle;

/// <summary>The engine says of random rules over random feeds exactly what the slow reading of RULES says.</summary>
public class OracleTests
{
    [Theory]
    [MemberData(nameof(RuleMaker.All), MemberType = typeof(RuleMaker))]
    public void The_engine_agrees_with_the_oracle(string kind) =>
        Soak.Run(
            Gen.Select(Dice.Gen, Feeds.Gen, Gen.Int[0, 15]),
            made =>
            {
                var (dice, feed, more) = made;
                var rule = new RuleMaker(dice).Make(kind);
                var until = feed.Max(f => f.Received) + (more * Times.Second);
                if (Disagreement.Of(rule, feed, until) is { } text)
                {
                    Assert.Fail(text);
                }
            },
            cases: 400
        );
}
