using Mesh.EndToEnd.Processes;
using Xunit;

namespace Mesh.EndToEnd.Proofs;

/// <summary>The site goes on while its cloud is away, answers for itself, and catches up afterwards.</summary>
public sealed class CloudAwayProof
{
    [Theory]
    [InlineData("generated", true)]
    [InlineData("real", false)]
    public async Task The_cloud_is_away_for_a_while(string source, bool killed)
    {
        var home = HomeCase.Of(source, 12_000);
        await using var fleet = home.Fleet();
        await fleet.RunAll();
        await fleet.Acknowledged(2_000);
        await (killed ? fleet.Kill("cloud") : fleet.Stop("cloud"));

        // Without a cloud everything is still acknowledged, and the fog answers queries from its own store.
        await fleet.Acknowledged(Fleet.Everything);
        Assert.NotEmpty((await fleet.Fog.Get("/v1/latest?device=FrontDoor")).GetProperty("items").EnumerateArray());
        await Until.True(
            async () =>
                (await fleet.Fog.Get($"/v1/detections?rule={HomeCase.Alarm}&limit=10"))
                    .GetProperty("items")
                    .GetArrayLength() > 0,
            TimeSpan.FromSeconds(15),
            () => "the fog tells of no detection"
        );
        Assert.True((await fleet.Fog.Status()).Backlog > 0, "nothing waits for the cloud: it was away too late");

        await fleet.Run("cloud");
        await home.AssertArrived(fleet);
    }
}
