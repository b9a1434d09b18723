using Xunit;

namespace Mesh.EndToEnd.Proofs;

/// <summary>A home's log as fast as possible through edge, MQTT, fog, HTTP and cloud, in separate processes.</summary>
public sealed class HomeProof
{
    [Theory]
    [InlineData("generated")]
    [InlineData("real")]
    public async Task Every_reading_is_counted_once_stored_once_and_every_alarm_comes_at_its_instant(string source)
    {
        var home = HomeCase.Of(source);
        if (source == "real")
        {
            Assert.Equal(39_768, home.Events.Count);
            Assert.Equal(58, Recordings.HomeOracle.Alarms(home.Events).Count);
        }

        await using var fleet = home.Fleet();
        await fleet.RunAll();
        await home.AssertArrived(fleet);
    }

    [Fact]
    public async Task Without_raw_readings_the_cloud_has_the_aggregates_and_no_rows()
    {
        var home = HomeCase.Generated(7, 2_000);
        await using var fleet = home.Fleet(raw: false);
        await fleet.RunAll();
        await home.AssertArrived(fleet, raw: false);
        Assert.Empty(await fleet.Readings());
    }

    [Fact]
    public async Task Processes_that_are_asked_to_end_do_so_and_go_on_where_they_were()
    {
        var home = HomeCase.Generated(8, 12_000);
        await using var fleet = home.Fleet();
        await fleet.RunAll();
        await fleet.Acknowledged(2_000);
        await fleet.Stop("edge");
        await fleet.Stop("fog");
        await fleet.Stop("cloud");
        await fleet.RunAll();
        await home.AssertArrived(fleet);
    }
}
