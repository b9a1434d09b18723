using System.Globalization;
using Mesh.Contracts;
using Mesh.World;
using Xunit;

namespace Mesh.Tests.World;

/// <summary>
/// The fallacies of distributed computing, each as a scenario. The referee watches all of them: whatever is said here, no
/// acknowledged reading is lost, none takes effect twice, and everything has arrived at the end.
/// </summary>
public sealed class FallacyTests(ITestOutputHelper output)
{
    private static readonly WorldOptions Quiet = new() { Faults = Faults.None };

    [Fact]
    public void The_network_is_not_reliable_and_nothing_is_lost_over_cut_half_open_and_one_way_links()
    {
        using var world = new WorldRun(Quiet);
        world.Begin();
        Pass(world, 30);
        world.Network["edge-1", "fog-1"].Cut = true;
        Pass(world, 90);
        world.Network["edge-1", "fog-1"].Cut = false;
        world.Network["fog-2", "edge-2"].Cut = true;
        Pass(world, 90);
        world.Network["fog-2", "edge-2"].Cut = false;
        world.Network["fog-1", "cloud"].Cut = world.Network["cloud", "fog-2"].Cut = true;
        foreach (var wire in world.Network.Wires.Where(w => !w.Cut))
        {
            (wire.Loss, wire.Twice, wire.Disorder) = (0.4, 0.4, true);
        }

        Pass(world, 90);
        var report = world.Finish();
        Assert.True(report.Lost > 100);
        Assert.True(report.Doubled > 100);
        Assert.True(report.Applied >= report.Readings);
    }

    [Fact]
    public void Bandwidth_is_not_infinite_and_at_64_kbit_a_second_detections_go_before_readings()
    {
        using var ledger = new Ledger();
        using var world = ledger.Watch(Quiet with { Fogs = 1 });
        var wire = world.Network["fog-1", "cloud"];
        world.Begin();
        wire.Cut = true;
        Load(world, 5);
        Pass(world, 200);
        Load(world, 1);
        Assert.Empty(ledger.Cloud);
        (wire.Cut, wire.BytesPerSecond) = (false, 8_000);
        var joined = world.Agenda.Now;
        Pass(world, 120);
        var upTo = ledger.Cloud.FindLastIndex(c =>
            c.Item is Detection d && d.At < world.Truth - TimeSpan.FromSeconds(130)
        );
        Assert.True(upTo > 0);
        var before = ledger.Cloud.Take(upTo).Count(c => c.Item is Reading);
        output.WriteLine(
            $"{upTo} detections in {(ledger.Cloud[upTo].At - joined).TotalSeconds:0.0} s, {before} readings before the last of them"
        );
        Assert.True(before <= Limits.RangeItems);
        world.Finish();
    }

    [Fact]
    public void The_network_is_not_secure_and_replayed_or_mangled_messages_change_nothing()
    {
        using var world = new WorldRun(Quiet);
        world.Begin();
        Pass(world, 5);
        foreach (var wire in world.Network.Wires)
        {
            (wire.Twice, wire.Late, wire.Disorder) = (1, TimeSpan.FromMinutes(10), true);
        }

        foreach (var edge in world.Edges)
        {
            world.Network[edge.Name, "fog-1"].Tampered = world.Network["fog-2", edge.Name].Tampered = 0.2;
        }

        for (var i = 0; i < 4; i++)
        {
            Pass(world, 60);
            world.Fogs[i % 2].Crash(kill: false, 0);
            Pass(world, 60);
            world.Fogs[i % 2].ReplaceDisk();
            world.Edges[i % 3].End();
        }

        var report = world.Finish();
        Assert.True(report.NotUnderstood > 10);
        Assert.True(report.Doubled > 1_000);
    }

    [Fact]
    public void Topology_changes_and_a_fog_that_returns_with_an_old_backlog_brings_each_reading_once()
    {
        using var ledger = new Ledger();
        using var world = ledger.Watch(Quiet);
        world.Begin();
        Pass(world, 30);
        var (up, down) = (world.Network["fog-1", "cloud"], world.Network["cloud", "fog-1"]);
        up.Cut = true;
        Pass(world, 120);
        down.Cut = true;
        var fog = world.Fogs[0];
        fog.DownUntil = world.Agenda.Now + TimeSpan.FromMinutes(15);
        fog.Crash(kill: false, 0);
        Pass(world, 600);
        world.Edges[1].Move();
        up.Cut = down.Cut = false;
        var died = world.Agenda.Now;
        Pass(world, 420);
        Assert.True(fog.IsUp);
        Assert.Contains(ledger.Since<Reading>(died), r => world.Truth - r.At > TimeSpan.FromMinutes(17));
        Assert.True(world.Finish().Applied > 0);
    }

    [Fact]
    public void Administrators_differ_and_clocks_that_are_years_apart_and_jump_lose_nothing()
    {
        using var world = new WorldRun(Quiet);
        var errors = new[] { 3652, -3652, 0.04, -0.04, 1, 0 };
        world.Begin();
        for (var round = 0; round < 5; round++)
        {
            for (var i = 0; i < world.Hosts.Count; i++)
            {
                world.Hosts[i].Clock.Error = TimeSpan.FromDays(errors[(i + round) % errors.Length]);
            }

            world.Edges[round % 3].End();
            world.Fogs[round % 2].Crash(kill: true, 3);
            Pass(world, 60);
        }

        var report = world.Finish();
        Assert.True(report.Applied >= report.Readings);
    }

    [Fact]
    public void Transport_is_not_free_and_a_hundred_agents_do_not_come_back_all_at_once()
    {
        using var trace = new StringWriter(CultureInfo.InvariantCulture);
        using var world = new WorldRun(
            Quiet with
            {
                Edges = 100,
                Fogs = 1,
                Devices = 1,
                Every = TimeSpan.FromSeconds(10),
                Trace = trace,
            }
        );
        world.Begin();
        Pass(world, 20);
        world.Fogs[0].DownUntil = world.Agenda.Now + TimeSpan.FromMinutes(2);
        world.Fogs[0].Crash(kill: true, 0);
        Pass(world, 119);
        trace.GetStringBuilder().Clear();
        Pass(world, 60);
        var seconds = trace
            .ToString()
            .Split('\n')
            .Where(l => l.Contains("connects to", StringComparison.Ordinal))
            .Select(l => (int)double.Parse(l[..12], CultureInfo.InvariantCulture))
            .CountBy(s => s)
            .ToDictionary();
        var report = world.Finish();
        output.WriteLine(
            $"agents that came back, by second: {string.Join(' ', seconds.Values)}; {world.Network.Bytes / report.Readings} bytes on all wires a reading"
        );
        Assert.Equal(100, seconds.Values.Sum());
        Assert.True(seconds.Keys.Max() - seconds.Keys.Min() <= 30);
        Assert.True(seconds.Values.Max() <= 35);
    }

    private static void Load(WorldRun world, int times) => world.Edges.ToList().ForEach(e => e.Load = times);

    private static void Pass(WorldRun world, int seconds) => world.Advance(TimeSpan.FromSeconds(seconds));
}
