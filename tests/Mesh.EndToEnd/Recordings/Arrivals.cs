namespace Mesh.EndToEnd.Recordings;

/// <summary>A home's event as it came in: <c>arrival TAB line</c>.</summary>
public sealed record Arrival(DateTime Received, HomeEvent Event)
{
    public override string ToString() => $"{HomeEvent.TimeText(Received)}\t{Event}";

    public static Arrival Parse(string line)
    {
        var parts = line.Split('\t');
        return new(HomeEvent.ParseTime(parts[0]), HomeEvent.Parse(parts[1]));
    }
}

/// <summary>Sends a home's log over a bad network: delays, one in ten overtaken, some twice, a few minutes late.</summary>
public static class ArrivalsGenerator
{
    public static IReadOnlyList<Arrival> Send(int seed, IReadOnlyList<HomeEvent> events)
    {
        var random = new Random(seed);
        double Seconds(double from, double to) => from + (random.NextDouble() * (to - from));
        DateTime After(DateTime t, double seconds) => t.AddTicks((long)(seconds * 1_000_000) * 10);
        var arrivals = new List<Arrival>();
        foreach (var e in events)
        {
            var delay = random.Next(1000) switch
            {
                < 6 => Seconds(31, 600), // late, or not, by what came in meanwhile
                < 20 => Seconds(25, 35), // close to the limit
                < 120 => Seconds(1, 25), // overtaken
                _ => Seconds(0.05, 0.9),
            };
            arrivals.Add(new Arrival(After(e.Local, delay), e));
            if (random.Next(100) < 2)
            {
                arrivals.Add(new Arrival(After(e.Local, delay + Seconds(0.01, 90)), e));
            }
        }

        return [.. arrivals.OrderBy(a => a.Received)];
    }
}

/// <summary>What arrivals come to under a lateness of 30 s, by two watermarks.</summary>
public static class ArrivalsOracle
{
    private static readonly TimeSpan Lateness = TimeSpan.FromSeconds(30);

    public sealed record Outcome(int Duplicates, IReadOnlyList<HomeEvent> Late, IReadOnlyList<HomeEvent> Kept);

    /// <summary>The watermark follows the newest event only: highest time seen − 30 s.</summary>
    public static Outcome ByEvents(IEnumerable<Arrival> arrivals) => Judge(arrivals, clockCounts: false);

    /// <summary>The watermark follows the clock, too: the later of that and arrival − 30 s.</summary>
    public static Outcome ByEventsAndClock(IEnumerable<Arrival> arrivals) => Judge(arrivals, clockCounts: true);

    private static Outcome Judge(IEnumerable<Arrival> arrivals, bool clockCounts)
    {
        var seen = new HashSet<HomeEvent>();
        var duplicates = 0;
        var newest = DateTime.MinValue;
        var late = new List<HomeEvent>();
        var kept = new List<HomeEvent>();
        foreach (var (received, e) in arrivals)
        {
            newest = e.Local > newest ? e.Local : newest;
            newest = clockCounts && received > newest ? received : newest;
            if (!seen.Add(e))
            {
                duplicates++;
            }
            else
            {
                (e.Local < newest - Lateness ? late : kept).Add(e);
            }
        }

        return new Outcome(duplicates, late, kept);
    }
}
