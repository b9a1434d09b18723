using System.Globalization;
using Mesh.Contracts;

namespace Mesh.Benchmarks.Rules;

/// <summary>
/// Readings/s through the rule host, from decoded readings to checked outputs: duplicates, index, watermark, rule.
/// Counted per second of processor time, that is per core.
/// </summary>
internal static class RuleHostFigures
{
    private const int Readings = 500_000;
    private const double FilterTarget = 1_000_000;
    private const double OpenDoorTarget = 300_000;
    private static readonly int[] Sources = [1, 10, 1_000];

    public static Task<IReadOnlyList<Figure>> MeasureAsync()
    {
        var figures = new List<Figure>();
        foreach (var sources in Sources)
        {
            var arrivals = Arrivals.OfTemperature(Readings, sources);
            if (sources == 1)
            {
                figures.Add(Filter(arrivals, "0s", 1, "Rx Where on a Subject", FilterLoop.WithRx));
            }

            figures.Add(Filter(arrivals, "0s", sources, "hand-written loop", FilterLoop.ByHand));
            figures.Add(Filter(arrivals, "2s", sources, "hand-written loop", FilterLoop.ByHand));
        }

        foreach (var sources in Sources)
        {
            var arrivals = Arrivals.OfHomes(Readings, sources);
            figures.Add(OpenDoor(arrivals, "0s", sources, "hand-written loop", OpenDoorLoop.InOrderOfArrival));
            figures.Add(OpenDoor(arrivals, "2s", sources, "sort all, then a loop", OpenDoorLoop.InOrderOfEvents));
        }

        return Task.FromResult<IReadOnlyList<Figure>>(figures);
    }

    private static Figure Filter(
        Arrival[] arrivals,
        string lateness,
        int sources,
        string alternative,
        Func<Arrival[], List<ReadingId>> loop
    )
    {
        var host = new RuleHost($"  - {{id: hot, each: temperature, where: value > 99, lateness: {lateness}, max_delay: 10m}}", arrivals);
        var took = Measured.Best(() => host.Run(arrivals));
        List<ReadingId> expected = [];
        var other = Measured.Best(() => expected = loop(arrivals));
        var found = host.Outputs.SelectMany(o => ((Detection)o.Event).Bindings).SelectMany(b => b.Readings);
        WrongOutputException.Unless(expected.Count, host.Outputs.Count, "matches");
        var same = found.Select(b => new ReadingId(b.Device, b.Boot, b.Seq)).ToHashSet().SetEquals(expected);
        WrongOutputException.Unless(true, same, "the same readings matched");
        return Row($"one filter, lateness {lateness}, {sources} sources", took, alternative, other, FilterTarget);
    }

    private static Figure OpenDoor(
        Arrival[] arrivals,
        string lateness,
        int sources,
        string alternative,
        Func<Arrival[], List<Alarm>> loop
    )
    {
        var host = new RuleHost(
            $$"""
              - id: door-left-open
                inputs:
                  door: {latest: door}
                  indoor: {latest: motion, where: 'value and location != "Entry"'}
                by: [home, room]
                lateness: {{lateness}}
                max_delay: 10m
                when: door == "open" and age(indoor) >= 300s
                clear_when: door == "closed"
                severity: warning
            """,
            arrivals
        );
        var took = Measured.Best(() => host.Run(arrivals));
        List<Alarm> expected = [];
        var other = Measured.Best(() => expected = loop(arrivals));
        var (said, must) = (Sorted(host.Alarms()), Sorted(expected));
        WrongOutputException.Unless(must.Count, said.Count, "alarms and their ends");
        for (var i = 0; i < must.Count; i++)
        {
            WrongOutputException.Unless(must[i], said[i], "alarm");
        }

        return Row($"open door, lateness {lateness}, {sources} sources", took, alternative, other, OpenDoorTarget);
    }

    private static List<Alarm> Sorted(IEnumerable<Alarm> alarms) =>
        [.. alarms.OrderBy(a => a.At).ThenBy(a => a.Room, StringComparer.Ordinal).ThenBy(a => a.Kind)];

    private static Figure Row(string name, Measured took, string alternative, Measured other, double target)
    {
        var note = string.Create(
            CultureInfo.InvariantCulture,
            $"{(double)took.Allocated / Readings:0} bytes/reading (its: {(double)other.Allocated / Readings:0}); "
                + $"by the clock on the wall {Readings / took.Wall.TotalSeconds:#,0}/s"
        );
        var (rate, otherRate) = (Readings / took.Processor.TotalSeconds, Readings / other.Processor.TotalSeconds);
        return new Figure(name, rate, "readings/s", alternative, otherRate, target, note);
    }
}
