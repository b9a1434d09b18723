using System.Globalization;
using Mesh.Contracts;
using Mesh.World;
using Xunit;

namespace Mesh.Tests.World;

/// <summary>Backlogs and overload, in virtual time.</summary>
public sealed class LivenessTests(ITestOutputHelper output)
{
    [Fact]
    public void After_seven_days_without_an_uplink_the_backlog_drains_five_times_as_fast_as_it_grows_while_live_data_stays_live()
    {
        var ledger = new Ledger();
        using var world = ledger.Watch(
            new WorldOptions
            {
                Faults = Faults.None,
                Edges = 1,
                Fogs = 1,
                Every = TimeSpan.FromMinutes(1),
                Tick = TimeSpan.FromSeconds(20),
            }
        );
        var wire = world.Network["fog-1", "cloud"];
        world.Begin();
        wire.Cut = true;
        world.Advance(TimeSpan.FromDays(7));
        Assert.Empty(ledger.Cloud);

        // What was thinned out is made up for: the uplink carries ten times what is measured, and no more.
        wire.Cut = false;
        wire.BytesPerSecond = 10 * 3 * BytesOfReading / 60.0;
        var joined = world.Agenda.Now;
        world.Advance(TimeSpan.FromHours(6));
        var drained = ledger.Since<Reading>(joined).Count();
        var live = ledger.Fog.Count(f => f.At >= joined);
        var p99 = ledger.P99(joined);
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"drains {drained / (double)live:0.0} times the live rate, live acknowledgements p99 {p99.TotalMilliseconds:0} ms"
            )
        );
        Assert.True(drained >= 5 * live, $"{drained} drained, {live} live");
        Assert.True(p99 < TimeSpan.FromMilliseconds(250), $"p99 {p99}");
        world.Finish();
    }

    [Fact]
    public void Ten_times_overload_is_held_back_at_the_senders_and_is_over_within_a_minute()
    {
        var ledger = new Ledger();
        using var world = ledger.Watch(
            new WorldOptions
            {
                Faults = Faults.None,
                Fogs = 1,
                Devices = 20,
            }
        );
        world.Begin();
        foreach (var edge in world.Edges)
        {
            world.Network[edge.Name, "fog-1"].BytesPerSecond = 5 * 20 * BytesOfReading;
        }

        world.Advance(TimeSpan.FromSeconds(20));
        world.Edges.ToList().ForEach(e => e.Load = 10);
        world.Advance(TimeSpan.FromMinutes(1));
        Assert.True(ledger.P99(TimeSpan.FromSeconds(60)) > TimeSpan.FromSeconds(5));
        world.Edges.ToList().ForEach(e => e.Load = 1);
        world.Advance(TimeSpan.FromMinutes(1));
        var now = world.Agenda.Now;
        world.Advance(TimeSpan.FromSeconds(30));
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"at most {world.Fogs[0].MostWaiting} readings waited in the fog; p99 {ledger.P99(now).TotalMilliseconds:0} ms afterwards"
            )
        );
        Assert.True(world.Fogs[0].MostWaiting <= world.Edges.Count * 8 * Limits.BatchReadings);
        Assert.True(ledger.P99(now) < TimeSpan.FromSeconds(1));
        world.Finish();
    }

    /// <summary>About what a reading takes on a wire.</summary>
    private const int BytesOfReading = 130;
}
