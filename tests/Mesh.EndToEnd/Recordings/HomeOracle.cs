namespace Mesh.EndToEnd.Recordings;

/// <summary>What a home's log must come to, computed the plain way: over the whole list, with no engine and no clock.</summary>
public static class HomeOracle
{
    private static readonly TimeSpan Threshold = TimeSpan.FromSeconds(300);

    /// <summary>An opening of the door, half-open; no end: still open when the log ends.</summary>
    public sealed record Opening(DateTime Open, DateTime? Close);

    /// <summary>From the first OPEN to the next CLOSE; repeated values begin and end nothing.</summary>
    public static IReadOnlyList<Opening> Openings(IReadOnlyList<HomeEvent> events)
    {
        var openings = new List<Opening>();
        DateTime? open = null;
        foreach (var e in events.Where(e => e.IsDoor))
        {
            if (e.Value == "OPEN")
            {
                open ??= e.Local;
            }
            else if (open is { } since)
            {
                openings.Add(new Opening(since, e.Local));
                open = null;
            }
        }

        if (open is { } last)
        {
            openings.Add(new Opening(last, null));
        }

        return openings;
    }

    /// <summary>
    /// "Front door open and no indoor motion for 300 s, one alarm per opening": in each opening the first instant at
    /// which the newest indoor motion is at least 300 s old, if that comes before the door shuts or the log ends.
    /// </summary>
    public static IReadOnlyList<DateTime> Alarms(IReadOnlyList<HomeEvent> events)
    {
        var motion = events.Where(e => e.IsIndoorMotion).Select(e => e.Local).ToList();
        var alarms = new List<DateTime>();
        foreach (var opening in Openings(events))
        {
            // The alarm is due 300 s after the last motion before the opening, or after one during it; the first of
            // these that no further motion forestalls is the one.
            var candidates = motion
                .Where(m => m <= opening.Open)
                .TakeLast(1)
                .Concat(motion.Where(m => m > opening.Open));
            foreach (var m in candidates)
            {
                var due = m + Threshold > opening.Open ? m + Threshold : opening.Open;
                if (opening.Close is { } close ? due >= close : due > events[^1].Local)
                {
                    break;
                }

                if (!motion.Exists(later => later > m && later < due))
                {
                    alarms.Add(due);
                    break;
                }
            }
        }

        return alarms;
    }

    /// <summary>How often each location said each value.</summary>
    public static IReadOnlyDictionary<(string Location, string Value), int> Counts(IEnumerable<HomeEvent> events) =>
        events.GroupBy(e => (e.Location, e.Value)).ToDictionary(g => g.Key, g => g.Count());

    /// <summary>Events per location and minute.</summary>
    public static IReadOnlyDictionary<(string Location, DateTime Minute), int> Minutes(IEnumerable<HomeEvent> events) =>
        events.GroupBy(e => (e.Location, MinuteOf(e.Local))).ToDictionary(g => g.Key, g => g.Count());

    private static DateTime MinuteOf(DateTime t) =>
        new(t.Ticks / TimeSpan.TicksPerMinute * TimeSpan.TicksPerMinute, t.Kind);
}
