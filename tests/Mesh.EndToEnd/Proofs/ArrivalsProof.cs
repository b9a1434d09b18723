using Mesh.EndToEnd.Processes;
using Mesh.EndToEnd.Recordings;
using Xunit;

namespace Mesh.EndToEnd.Proofs;

/// <summary>Late, reordered and doubled readings of one source through rules that order them by event time.</summary>
public sealed class ArrivalsProof
{
    private const string Rules = """
        version: 1
        rules:
        - id: by-events
          each: [motion, door, light]
          lateness: 30s
          max_delay: 1d
          let: {said: value}
        - id: by-events-and-clock
          each: [motion, door, light]
          lateness: 30s
          let: {said: value}
        """;

    [Theory]
    [InlineData("generated")]
    [InlineData("real")]
    public async Task Duplicates_count_once_late_readings_are_dropped_and_the_rest_comes_in_order(string source)
    {
        var arrivals =
            source == "real"
                ? RealRecordings.Arrivals()
                : ArrivalsGenerator.Send(2026, HomeGenerator.Events(2026, 3_000));
        var events = ArrivalsOracle.ByEvents(arrivals);
        var clock = ArrivalsOracle.ByEventsAndClock(arrivals);
        if (source == "real")
        {
            Assert.Equal((6_799, 133), (arrivals.Count, events.Duplicates));
            Assert.Equal((13, 6_653, 15), (events.Late.Count, events.Kept.Count, clock.Late.Count));
        }

        await using var fleet = new Fleet(arrivals, Checkout.Example("casas/casas-arrivals.mapping.yaml"), Rules);
        await fleet.RunAll();
        // The mesh's own aggregates drop nothing: every event counts, once.
        await fleet.Finish(arrivals.Count - events.Duplicates);
        Assert.Equal(arrivals.Count - events.Duplicates, (await fleet.SensorMinutes()).Values.Sum());
        Assert.Equal(arrivals.Count - events.Duplicates, (await fleet.Readings()).Count);

        var status = await fleet.Fog.Status();
        // The edge's own node has noticed them; the fog never sees them, whatever the hop sent twice.
        Assert.Contains($" {events.Duplicates} of them repeated", fleet.Process("edge").Text, StringComparison.Ordinal);
        Assert.Equal(0, status.Counter("duplicates"));
        await AssertRule(fleet, status, "by-events", events);
        await AssertRule(fleet, status, "by-events-and-clock", clock);
    }

    private static async Task AssertRule(Fleet fleet, NodeStatus status, string rule, ArrivalsOracle.Outcome expected)
    {
        Assert.Equal(expected.Late.Count, status.Rule(rule, "late"));
        Assert.Equal(
            expected.Kept.OrderBy(e => e.Local).Select(e => $"{Fleet.Instant(e.Local, HomeCase.Zone)} {Said(e.Value)}"),
            (await fleet.Detections(rule, "match")).Select(d =>
                $"{d.GetProperty("at")} {d.GetProperty("values").GetProperty("said")}"
            )
        );
    }

    private static string Said(string value) =>
        value switch
        {
            "ON" => "True",
            "OFF" => "False",
            "OPEN" => "open",
            _ => "closed",
        };
}
