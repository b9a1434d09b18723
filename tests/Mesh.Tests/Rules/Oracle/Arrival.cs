namespace Mesh.Tests.Rules.Oracle;

/// <summary>What a rule gets to see, and when: row 10 (lateness), 11 (late readings) and 12 (duplicates) of the rules.</summary>
internal sealed record Arrival(IReadOnlyList<Applied> Readings, long Start, long End)
{
    /// <param name="rule">Whose lateness counts.</param>
    /// <param name="feed">One source, in order of arrival.</param>
    /// <param name="until">The final mark.</param>
    public static Arrival Of(Rule rule, IReadOnlyList<Fed> feed, long until)
    {
        var once = new List<(Fed Fed, long Clock)>();
        var seen = new HashSet<(string, long, long)>();
        var clock = long.MinValue;
        foreach (var fed in feed)
        {
            clock = Math.Max(clock, fed.Received);
            if (seen.Add((fed.Reading.Device, fed.Reading.Boot, fed.Reading.Seq)))
            {
                once.Add((fed, clock));
            }
        }

        return rule.Lateness == 0
            ? new Arrival([.. once.Select(o => new Applied(o.Clock, o.Fed))], feed[0].Received, until)
            : Ordered(rule, once, feed[0].Received, until);
    }

    private static Arrival Ordered(Rule rule, List<(Fed Fed, long Clock)> once, long start, long until)
    {
        var accepted = new List<Fed>();
        var highest = long.MinValue / 2;
        var watermark = long.MinValue;
        foreach (var (fed, clock) in once)
        {
            watermark = Math.Max(watermark, Math.Max(highest - rule.Lateness, clock - rule.MaxDelayOrDefault));
            if (fed.At >= watermark)
            {
                accepted.Add(fed);
            }

            highest = Math.Max(highest, fed.At);
            watermark = Math.Max(watermark, highest - rule.Lateness);
        }

        var ordered = accepted
            .OrderBy(f => f.At)
            .ThenBy(f => f.Reading.Device, StringComparer.Ordinal)
            .ThenBy(f => f.Reading.Boot)
            .ThenBy(f => f.Reading.Seq)
            .Where(f => f.At <= until || f.At < watermark);
        return new Arrival([.. ordered.Select(f => new Applied(f.At, f))], start, Math.Max(until, watermark));
    }

    /// <summary>The readings of each key, in the order in which the keys appear; the global key is always there.</summary>
    public IEnumerable<(string Key, List<Applied> Readings)> ByKey(Rule rule, IReadOnlySet<string> sensors)
    {
        var keys = new Dictionary<string, List<Applied>>();
        if (rule.By is null)
        {
            keys["-"] = [];
        }

        foreach (var applied in Readings.Where(r => sensors.Contains(r.Fed.Reading.Sensor)))
        {
            if (KeyOf(rule, applied.Fed) is { } key)
            {
                if (!keys.TryGetValue(key, out var list))
                {
                    keys[key] = list = [];
                }

                list.Add(applied);
            }
        }

        return keys.Select(k => (k.Key, k.Value));
    }

    private static string? KeyOf(Rule rule, Fed fed) =>
        rule.By switch
        {
            null => "-",
            "device" => fed.Reading.Device,
            _ => fed.Label(rule.By),
        };
}
