using Mesh.EndToEnd.Processes;
using Mesh.EndToEnd.Recordings;
using Xunit;

namespace Mesh.EndToEnd.Proofs;

/// <summary>A room's log: transitions, single readings above a limit, and an alarm with hysteresis.</summary>
public sealed class RoomProof
{
    private const string Zone = "Europe/Brussels";

    private const string Rules = """
        version: 1
        rules:
        - id: occupancy-changed
          each: occupancy
          where: changed(value)
          let: {occupied: value}
        - id: co2-above-1000
          each: co2
          where: value > 1000
        - id: co2-high
          when: co2 > 1000
          clear_when: co2 < 900
          severity: warning
        """;

    [Theory]
    [InlineData("generated")]
    [InlineData("real")]
    public async Task Transitions_rows_above_a_limit_and_hysteresis_are_as_computed_by_hand(string source)
    {
        var rows = source == "real" ? RealRecordings.RoomRows() : RoomGenerator.Rows(2026, 1_500);
        if (source == "real")
        {
            Assert.Equal(40, RoomOracle.Transitions(rows).Count);
            Assert.Equal(974, RoomOracle.Above1000(rows).Count);
        }

        await using var fleet = new Fleet(
            rows.Select(r => r.ToString()).Prepend(RoomRow.Header),
            Checkout.Example("uci-occupancy/uci.mapping.yaml"),
            Rules
        );
        await fleet.RunAll();
        await fleet.Finish(rows.Count * RoomRow.Columns);
        Assert.Equal(rows.Count * RoomRow.Columns, (await fleet.SensorMinutes()).Values.Sum());
        Assert.Equal(
            RoomOracle.Transitions(rows).Select(t => $"{Instant(t.Local)} {t.Occupied}"),
            (await fleet.Detections("occupancy-changed", "match")).Select(d =>
                $"{d.GetProperty("at")} {d.GetProperty("values").GetProperty("occupied")}"
            )
        );
        Assert.Equal(RoomOracle.Above1000(rows).Select(Instant), await fleet.Instants("co2-above-1000", "match"));
        var alarms = RoomOracle.Hysteresis(rows);
        Assert.Equal(alarms.Select(a => Instant(a.Raised)), await fleet.Instants("co2-high", "fire"));
        Assert.Equal(
            alarms.Where(a => a.Cleared is not null).Select(a => Instant(a.Cleared!.Value)),
            await fleet.Instants("co2-high", "clear")
        );
    }

    private static string Instant(DateTime local) => Fleet.Instant(local, Zone);
}
