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
