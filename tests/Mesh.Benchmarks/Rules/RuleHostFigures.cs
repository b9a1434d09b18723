using System.Globalization;
using Mesh.Contracts;
using Mesh.Rules;

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

    private static readonly Setting[] Settings =
    [
        new("0s", 1),
        new("2s", 1),
        new("0s", 10),
        new("2s", 10),
        new("0s", 1_000),
        new("2s", 1_000),
        new("2s", 1_000, InRounds: true),
        new("0s", 1, Clock: ClockKind.Recorded),
        new("0s", 1_000, Clock: ClockKind.Recorded),
        new("2s", 1_000, Clock: ClockKind.Recorded),
        new("0s", 1_000, InRounds: true, ClockKind.Recorded),
        new("2s", 1_000, InRounds: true, ClockKind.Recorded),
    ];

    public static Task<IReadOnlyList<Figure>> MeasureAsync()
    {
        var figures = new List<Figure> { Filter(Settings[0], "Rx Where on a Subject", FilterLoop.WithRx) };
        figures.AddRange(Settings.Select(setting => Filter(setting, "hand-written loop", FilterLoop.ByHand)));
        figures.AddRange(Settings.Select(OpenDoor));
        return Task.FromResult<IReadOnlyList<Figure>>(figures);
    }

    private static Figure Filter(Setting setting, string alternative, Func<Arrival[], List<ReadingId>> loop)
    {
        var arrivals = Arrivals.OfTemperature(Readings, setting.Sources, setting.InRounds);
        var rule =
            $"  - {{id: hot, each: temperature, where: value > 99, lateness: {setting.Lateness}, max_delay: 10m}}";
        var host = new RuleHost(rule, setting.Clock, arrivals);
        var took = Measured.Best(() => host.Run(arrivals));
        List<ReadingId> expected = [];
        var other = Measured.Best(() => expected = loop(arrivals));
        var found = host.Outputs.SelectMany(o => ((Detection)o.Event).Bindings).SelectMany(b => b.Readings);
        WrongOutputException.Unless(expected.Count, host.Outputs.Count, "matches");
        var same = found.Select(b => new ReadingId(b.Device, b.Boot, b.Seq)).ToHashSet().SetEquals(expected);
        WrongOutputException.Unless(true, same, "the same readings matched");
        return Row($"one filter, {setting}", took, alternative, other, FilterTarget);
    }

    private static Figure OpenDoor(Setting setting)
    {
        var arrivals = Arrivals.OfHomes(Readings, setting.Sources, setting.InRounds);
        var host = new RuleHost(
            $$"""
              - id: door-left-open
                inputs:
                  door: {latest: door}
                  indoor: {latest: motion, where: 'value and location != "Entry"'}
                by: [home, room]
                lateness: {{setting.Lateness}}
                max_delay: 10m
                when: door == "open" and age(indoor) >= 300s
                clear_when: door == "closed"
                severity: warning
            """,
            setting.Clock,
            arrivals
        );
        var took = Measured.Best(() => host.Run(arrivals));
        var perInstant = RuleHost.ReadingsPerInstant(setting.Clock);
        List<Alarm> expected = [];
        var (alternative, loop) = setting.Waits
            ? ("sort all, then a loop", (Action)(() => expected = OpenDoorLoop.InOrderOfEvents(arrivals)))
            : ("hand-written loop", () => expected = OpenDoorLoop.InOrderOfArrival(arrivals, perInstant));
        var other = Measured.Best(loop);
        var (said, must) = (Sorted(host.Alarms()), Sorted(expected));
        WrongOutputException.Unless(must.Count, said.Count, "alarms and their ends");
        for (var i = 0; i < must.Count; i++)
        {
            WrongOutputException.Unless(must[i], said[i], "alarm");
        }

        return Row($"open door, {setting}", took, alternative, other, OpenDoorTarget);
    }

    private static List<Alarm> Sorted(IEnumerable<Alarm> alarms) =>
        [.. alarms.OrderBy(a => a.At).ThenBy(a => a.Room, StringComparer.Ordinal).ThenBy(a => a.Kind)];

    private static Figure Row(string name, Measured took, string alternative, Measured other, double target)
    {
        var note = string.Create(
            CultureInfo.InvariantCulture,
            $"{(double)took.Allocated / Readings:0} bytes/reading; on the wall {Readings / took.Wall.TotalSeconds:#,0}/s"
        );
        var (rate, otherRate) = (Readings / took.Processor.TotalSeconds, Readings / other.Processor.TotalSeconds);
        return new Figure(name, rate, "readings/s", alternative, otherRate, target, note);
    }

    /// <summary>How readings come and how the rule waits for late ones.</summary>
    private sealed record Setting(string Lateness, int Sources, bool InRounds = false, ClockKind Clock = ClockKind.Live)
    {
        public bool Waits => Lateness != "0s";

        public override string ToString()
        {
            var sources = Sources == 1 ? "1 source" : $"{Sources} sources";
            var order = InRounds ? " in rounds" : "";
            var clock = Clock == ClockKind.Recorded ? ", recorded" : "";
            return $"lateness {Lateness}, {sources}{order}{clock}";
        }
    }
}
