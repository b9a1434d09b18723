using Mesh.Contracts;
using Mesh.World;
using Xunit;

namespace Mesh.Tests.World;

/// <summary>What the configuration lets a mesh give up, and that it gives up nothing else.</summary>
public sealed class GivenUpTests
{
    [Fact]
    public void Readings_that_outlive_their_time_are_declared_expired_and_detections_arrive_all_the_same()
    {
        using var world = new WorldRun(new WorldOptions { Faults = Faults.None, Ttl = TimeSpan.FromMinutes(5) });
        world.Begin();
        foreach (var fog in world.Fogs)
        {
            world.Network[fog.Name, "cloud"].Cut = true;
        }

        world.Advance(TimeSpan.FromMinutes(20));
        var report = world.Finish();
        var expired = report.GivenUp[SkipReasons.Expired];
        Assert.Equal(report.Readings * 3 / 4.0, expired, report.Readings * 0.05);
        Assert.Equal([SkipReasons.Expired], report.GivenUp.Keys);
        Assert.Equal(expired, report.Declared);
    }
}
