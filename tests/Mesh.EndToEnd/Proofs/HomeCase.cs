using Mesh.EndToEnd.Processes;
using Mesh.EndToEnd.Recordings;
using Xunit;

namespace Mesh.EndToEnd.Proofs;

/// <summary>A home's log to send through the mesh, with what must come out at the other end.</summary>
public sealed class HomeCase
{
    public const string Zone = "America/Los_Angeles";
    public const string Alarm = "door-open-nobody-home";

    public const string Rules = """
        version: 1
        rules:
        - id: door-open-nobody-home
          description: The front door is open and nobody has moved indoors for five minutes; once per opening.
          inputs:
            door: {latest: door}
            indoor: {latest: motion, where: 'value and location != "Entry"'}
          when: door == "open" and age(indoor) >= 300s
          clear_when: door == "closed"
          severity: warning
        """;

    private HomeCase(IReadOnlyList<HomeEvent> events) => Events = events;

    public IReadOnlyList<HomeEvent> Events { get; }

    public static HomeCase Generated(int seed, int count) => new(HomeGenerator.Events(seed, count));

    public static HomeCase Real() => new(RealRecordings.HomeEvents());

    public static HomeCase Of(string source, int count = 8_000) => source == "real" ? Real() : Generated(2026, count);

    /// <summary>A fleet that will replay the log; nothing runs yet.</summary>
    public Fleet Fleet(bool raw = true) => new(Events, Checkout.Example("casas/casas.mapping.yaml"), Rules, raw);

    /// <summary>The fleet is through: every reading counted once, every row there once, every alarm at its instant.</summary>
    public async Task AssertArrived(Fleet fleet, bool raw = true)
    {
        await fleet.Finish(Events.Count);
        var minutes = await fleet.SensorMinutes();
        Assert.Equal(Events.Count, minutes.Values.Sum());
        Assert.Equal(
            HomeOracle
                .Minutes(Events)
                .ToDictionary(m => (m.Key.Location, Processes.Fleet.Instant(m.Key.Minute, Zone)), m => (long)m.Value),
            minutes.GroupBy(m => (m.Key.Device, m.Key.Start)).ToDictionary(g => g.Key, g => g.Sum(m => m.Value))
        );
        if (raw)
        {
            await AssertRows(fleet);
        }

        Assert.Equal(
            HomeOracle.Alarms(Events).Select(a => Processes.Fleet.Instant(a, Zone)),
            await fleet.Instants(Alarm, "fire")
        );
        // Every alarm is cleared when the door shuts, and by nothing else.
        var alarms = HomeOracle.Alarms(Events);
        Assert.Equal(
            HomeOracle
                .Openings(Events)
                .Where(o => o.Close is not null && alarms.Any(a => a >= o.Open && a < o.Close))
                .Select(o => Processes.Fleet.Instant(o.Close!.Value, Zone)),
            await fleet.Instants(Alarm, "clear")
        );
    }

    private async Task AssertRows(Fleet fleet)
    {
        var rows = await fleet.Readings();
        Assert.Equal(Events.Count, rows.Count);
        Assert.Equal(
            rows.Count,
            rows.Select(r =>
                    (
                        r.GetProperty("device").GetString(),
                        r.GetProperty("boot").GetInt64(),
                        r.GetProperty("seq").GetInt64()
                    )
                )
                .Distinct()
                .Count()
        );
        Assert.Equal(
            Events
                .Select(e => $"{e.Location} {Said(e)} {Processes.Fleet.Instant(e.Local, Zone)}")
                .Order(StringComparer.Ordinal),
            rows.Select(r => $"{r.GetProperty("device")} {r.GetProperty("value")} {r.GetProperty("at")}")
                .Order(StringComparer.Ordinal)
        );
    }

    private static string Said(HomeEvent e) =>
        e.Value switch
        {
            "ON" => "True",
            "OFF" => "False",
            "OPEN" => "open",
            _ => "closed",
        };
}
