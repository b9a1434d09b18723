using Xunit;

namespace Mesh.EndToEnd.Proofs;

/// <summary>kill -9 of the fog while readings flow: the numbers at the end are as if nothing had happened.</summary>
public sealed class FogKilledProof
{
    private const int Kills = 5;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Killed_once_in_the_middle_of_a_generated_home(int seed)
    {
        var home = HomeCase.Generated(seed, 12_000);
        await using var fleet = home.Fleet(raw: seed % 2 == 0);
        await fleet.RunAll();
        await KillAfter(home, fleet, new Random(seed).Next(1, home.Events.Count * 6 / 10));
        await home.AssertArrived(fleet, raw: seed % 2 == 0);
    }

    [Fact]
    public async Task Killed_five_times_in_the_real_home()
    {
        var home = HomeCase.Real();
        var random = new Random(20110615);
        var moments = Enumerable
            .Range(0, Kills)
            .Select(_ => random.Next(1, home.Events.Count * 7 / 10))
            .Order()
            .ToList();
        await using var fleet = home.Fleet();
        await fleet.RunAll();
        foreach (var moment in moments)
        {
            await KillAfter(home, fleet, moment);
        }

        await home.AssertArrived(fleet);
    }

    private static async Task KillAfter(HomeCase home, Processes.Fleet fleet, int acknowledgements)
    {
        var acknowledged = await fleet.Acknowledged(acknowledgements);
        await fleet.Kill("fog");
        Assert.True(acknowledged < home.Events.Count, $"the kill after {acknowledgements} came too late");
        await fleet.Run("fog");
    }
}
