using System.Globalization;
using Mesh.World;
using Xunit;

namespace Mesh.Tests.World;

/// <summary>The whole mesh in virtual time, under seeds that are always the same.</summary>
public sealed class WorldTests
{
    private static readonly WorldOptions Short = new() { Duration = TimeSpan.FromMinutes(3) };

    [Fact]
    public void A_world_without_faults_delivers_everything() => AssertKept(Short with { Faults = Faults.None });

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Whatever_goes_wrong_every_promise_is_kept(int seed) => AssertKept(Short with { Seed = seed });

    [Fact]
    public void The_same_seed_gives_the_same_run_line_by_line()
    {
        using var first = new WorldRun(Short with { Seed = 5 });
        using var second = new WorldRun(Short with { Seed = 5 });
        Assert.Equal(first.Run().TraceHash, second.Run().TraceHash);
        using var other = new WorldRun(Short with { Seed = 6 });
        Assert.NotEqual(first.Run().TraceHash, other.Run().TraceHash);
    }

    [Theory]
    [InlineData(Mutant.AcknowledgeEarly, Faults.None, "S5 acknowledged only what is durable")]
    [InlineData(Mutant.ForwardEarly, Faults.Cut, "R1/R2 nothing durable is lost")]
    [InlineData(Mutant.FogForgetsMarks, Faults.None, "R4 once in effect")]
    [InlineData(Mutant.CloudTakesGaps, Faults.Network, "S7 forgotten only what the next tier holds")]
    [InlineData(Mutant.CloudTakesTwice, Faults.Network, "R4 once in effect")]
    [InlineData(Mutant.StaleAcknowledgement, Faults.Network | Faults.Replace, "R16/L2 the backlog drains")]
    [InlineData(Mutant.EpochAgain, Faults.Replace, "R4 numbers are given once")]
    public void A_defect_beside_the_nodes_is_found(Mutant mutant, Faults faults, string promise)
    {
        var found = new List<string?>();
        for (var seed = 1; seed <= 30 && !found.Contains(promise); seed++)
        {
            using var world = new WorldRun(
                Short with
                {
                    Seed = seed,
                    Mutant = mutant,
                    Faults = faults,
                    Between = TimeSpan.FromSeconds(6),
                    Calm = TimeSpan.FromMinutes(3),
                }
            );
            found.Add(world.Run().Promise);
        }

        Assert.True(found.Contains(promise), $"{found.Count} seeds found {string.Join(", ", found.Distinct())}");
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 10)];

    private static void AssertKept(WorldOptions options)
    {
        using var world = new WorldRun(options);
        var report = world.Run();
        Assert.True(
            report.Violation is null,
            string.Create(
                CultureInfo.InvariantCulture,
                $"seed {options.Seed}: {report.Violation}\n{string.Join('\n', report.Trace.TakeLast(60))}"
            )
        );
        Assert.True(report.Applied > 100);
    }
}
