using CsCheck;
using Xunit;

namespace Mesh.Tests.Rules.Oracle;

/// <summary>The engine says of random rules over random feeds exactly what the slow reading of RULES says.</summary>
public class OracleTests
{
    /// <summary><c>MESH_ORACLE</c> multiplies the cases: 100 makes a soak of some minutes.</summary>
    internal static readonly int Times = int.TryParse(Environment.GetEnvironmentVariable("MESH_ORACLE"), out var n) ? n : 1;

    [Theory]
    [MemberData(nameof(RuleMaker.All), MemberType = typeof(RuleMaker))]
    public void The_engine_agrees_with_the_oracle(string kind) =>
        Gen.Select(Dice.Gen, Feeds.Gen, Gen.Int[0, 15])
            .Sample(
                (dice, feed, more) =>
                {
                    var rule = new RuleMaker(dice).Make(kind);
                    var until = feed.Max(f => f.Received) + (more * Oracle.Times.Second);
                    if (Disagreement.Of(rule, feed, until) is { } text)
                    {
                        Assert.Fail(text);
                    }
                },
                iter: 400 * Times,
                print: _ => ""
            );
}
