using Mesh.Contracts;

namespace Mesh.Tests.Rules.Oracle;

/// <summary>Windows of every kind: which readings each held and when it spoke, found from the whole history of a key.</summary>
internal static class WindowOracle
{
    /// <summary>One look at a window.</summary>
    /// <param name="At">The instant it spoke, which is its end.</param>
    /// <param name="Start">Its begin.</param>
    /// <param name="Held">The readings in it.</param>
    /// <param name="Before">Readings of the key applied before this look, which decides who comes first at an instant.</param>
    private sealed record Look(long At, long Start, IReadOnlyList<Applied> Held, int Before)
    {
        /// <summary>A sliding window that has run empty speaks to its condition alone.</summary>
        public bool Silent { get; init; }
    }

    public static IEnumerable<Said> Say(Rule rule, Window window, Arrival arrival)
    {
        foreach (var (key, readings) in arrival.ByKey(rule, new HashSet<string> { window.Of.Sensor }))
        {
            var held = readings.Where((r, i) => AbsentOracle.Holds(window.Of, readings, i)).ToList();
            var begin = rule.By is null ? arrival.Start : readings[0].Time;
            var looks = Looks(window, held, readings, begin, arrival.End)
                .Where(l => l.At <= arrival.End)
                .OrderBy(l => l.At)
                .ThenBy(l => l.Before)
                .ToList();
            foreach (var said in Throttling.Of(rule, Key(rule, window, looks, arrival.End)))
            {
                yield return said with
                {
                    Key = key,
                };
            }
        }
    }

    private static IEnumerable<Look> Looks(
        Window window,
        List<Applied> held,
        List<Applied> readings,
        long begin,
        long end
    ) =>
        window.Kind switch
        {
            WindowKind.Tumbling => Tumbling(window, held, begin, end),
            WindowKind.Hopping => Hopping(window, held, end),
            WindowKind.Sliding => Arrivals(window, held).Concat(Leavings(window, held)),
            WindowKind.SlidingAtReadings => Arrivals(window, held),
            WindowKind.Session => Sessions(window, held),
            WindowKind.Count => Counts(window, held),
            WindowKind.State => States(window, held),
            _ => Changes(held, readings),
        };

    private static long Phase(Window window, List<Applied> held) =>
        window.Align switch
        {
            null => -RuleTexts.Start.Micros,
            -1 => held.Count > 0 ? held[0].Time : 0,
            { } offset => offset - RuleTexts.Start.Micros,
        };

    private static long Floor(long value, long step) => value - (((value % step) + step) % step);

    private static IEnumerable<Look> Tumbling(Window window, List<Applied> held, long begin, long end)
    {
        var phase = Phase(window, held);
        if (held.Count == 0 && (!window.EmitEmpty || window.Align == -1))
        {
            yield break;
        }

        var from = window.EmitEmpty ? begin : held[0].Time;
        from =
            window.Align == -1 ? held[0].Time
            : held.Count > 0 ? Math.Min(from, held[0].Time)
            : from;
        for (var a = Floor(from - phase, window.Size) + phase; a + window.Size <= end; a += window.Size)
        {
            var b = a + window.Size;
            var inside = held.Where(r => r.Time >= a && r.Time < b).ToList();
            if (inside.Count > 0 || window.EmitEmpty)
            {
                yield return new Look(b, a, inside, held.Count(r => r.Time < b));
            }
        }
    }

    private static IEnumerable<Look> Hopping(Window window, List<Applied> held, long end)
    {
        if (held.Count == 0)
        {
            yield break;
        }

        var phase = Phase(window, held);
        for (var at = Floor(held[0].Time - phase, window.Every) + phase; at <= end; at += window.Every)
        {
            var inside = held.Where(r => r.Time >= at - window.Size && r.Time < at).ToList();
            if (inside.Count > 0)
            {
                yield return new Look(at, at - window.Size, inside, held.Count(r => r.Time < at));
            }
        }
    }

    private static IEnumerable<Look> Arrivals(Window window, List<Applied> held) =>
        held.Select(
            (r, i) =>
                new Look(
                    r.Time,
                    r.Time - window.Size,
                    [.. held.Take(i + 1).Where(h => h.Time > r.Time - window.Size)],
                    i + 1
                )
        );

    private static IEnumerable<Look> Leavings(Window window, List<Applied> held)
    {
        foreach (var at in held.Select(r => r.Time + window.Size).Distinct())
        {
            var inside = held.Where(r => r.Time < at && r.Time + window.Size > at).ToList();
            yield return new Look(at, at - window.Size, inside, held.Count(r => r.Time < at))
            {
                Silent = inside.Count == 0 && !window.EmitEmpty,
            };
        }
    }

    private static IEnumerable<Look> Sessions(Window window, List<Applied> held)
    {
        var open = new List<Applied>();
        for (var i = 0; i < held.Count; i++)
        {
            open.Add(held[i]);
            var end = held[i].Time + window.Size;
            if (i + 1 == held.Count || held[i + 1].Time >= end)
            {
                yield return new Look(end, open[0].Time, open, i + 1);
                open = [];
            }
        }
    }

    private static IEnumerable<Look> Counts(Window window, List<Applied> held)
    {
        for (var k = window.Count; k <= held.Count; k++)
        {
            if (k % (window.EveryCount ?? window.Count) == 0)
            {
                var last = held.GetRange(k - window.Count, window.Count);
                yield return new Look(last[^1].Time, last[0].Time, last, k);
            }
        }
    }

    private static IEnumerable<Look> States(Window window, List<Applied> held)
    {
        List<Applied>? open = null;
        for (var i = 0; i < held.Count; i++)
        {
            bool Is(Term term) => term.Judge(new ReadingSight(held[i].Fed, [], null)).IsTrue;
            var begins = Is(window.Begin!);
            if (window.End is not null)
            {
                open?.Add(held[i]);
                if (open is not null && Is(window.End))
                {
                    yield return new Look(held[i].Time, open[0].Time, open, i + 1);
                    open = null;
                }

                if (open is null && begins)
                {
                    open = [held[i]];
                }
            }
            else if (begins)
            {
                if (open is not null)
                {
                    yield return new Look(held[i].Time, open[0].Time, open, i + 1);
                }

                open = [held[i]];
            }
            else
            {
                open?.Add(held[i]);
            }
        }
    }

    /// <summary>
    /// The first known value opens; each change, against the reading of the sensor before it whatever the filter says
    /// of that one, closes a window and opens the next.
    /// </summary>
    private static IEnumerable<Look> Changes(List<Applied> held, List<Applied> readings)
    {
        List<Applied>? open = null;
        for (var i = 0; i < held.Count; i++)
        {
            var before = readings.Take(readings.IndexOf(held[i]) + 1).Select(r => r.Fed).ToList();
            var changed = new Changed("value").Judge(new ReadingSight(held[i].Fed, before, null)).IsTrue;
            if (open is not null && changed)
            {
                yield return new Look(held[i].Time, open[0].Time, open, i + 1);
                open = null;
            }

            if (open is not null || !held[i].Fed.Value.IsUnknown)
            {
                open ??= [];
                open.Add(held[i]);
            }
        }
    }

    private static List<Said> Key(Rule rule, Window window, List<Look> looks, long end)
    {
        var past = new List<Dictionary<string, Value>>();
        IReadOnlyList<KeyValuePair<string, Value>> values = [];
        var episode = new Episode(window.Level ?? new Level(0, 0, null, false), _ => values);
        var said = new List<Said>();
        foreach (var look in looks)
        {
            episode.Run(look.At);
            if (look.Silent && (window.Condition is null || window.EmitEach))
            {
                continue;
            }

            var sight = new WindowSight(look.Held, past);
            var names = new Dictionary<string, Value>();
            past.Insert(0, names);
            values = [.. rule.Let.Select(l => KeyValuePair.Create(l.Name, names[l.Name] = l.Term.Judge(sight)))];
            if (window.Condition is null)
            {
                said.Add(
                    new Said("", "aggregate", look.At)
                    {
                        Values = values,
                        Start = look.Start,
                        Count = look.Held.Count,
                    }
                );
            }
            else if (!window.EmitEach)
            {
                var clear = window.Level!.ClearWhen?.Judge(sight) ?? Value.Unknown;
                episode.Observe(look.At, window.Condition.Judge(sight), clear);
            }
            else if (window.Condition.Judge(sight).IsTrue)
            {
                said.Add(new Said("", "match", look.At) { Values = values });
            }
        }

        episode.Run(end);
        said.AddRange(episode.Said.Select(s => new Said("", s.Kind, s.At) { Since = s.Since, Values = s.Values }));
        return said;
    }
}

/// <summary>What a window's <c>let</c> and <c>when</c> see: aggregates, the names above, and the windows before.</summary>
/// <param name="held">The readings of the window.</param>
/// <param name="windows">The <c>let</c> values of this window and those before it, newest first.</param>
internal sealed class WindowSight(IReadOnlyList<Applied> held, List<Dictionary<string, Value>> windows) : Sight
{
    public override Value Named(string name) => windows[0][name];

    public override IReadOnlyList<Value> Newest(string name) =>
        [.. windows.Where(w => w.ContainsKey(name)).Select(w => w[name])];

    public override Value Aggregate(string function, Term? of) =>
        Aggregates.Of(function, [.. held.Select(h => h.Fed)], of);
}

internal static class Aggregates
{
    public static Value Of(string function, IReadOnlyList<Fed> readings, Term? of)
    {
        if (of is null)
        {
            return Value.Of((double)readings.Count);
        }

        var known = readings.Select(r => of.Judge(new ReadingSight(r, [], null))).Where(v => !v.IsUnknown).ToList();
        var numbers = known.Where(v => v.Kind == ValueKind.Number).Select(v => v.Number).ToList();
        return function switch
        {
            "count" => Value.Of((double)known.Count),
            "distinct" => Value.Of((double)known.Distinct().Count()),
            _ when known.Count == 0 => Value.Unknown,
            "first" => known[0],
            "last" => known[^1],
            _ when numbers.Count == 0 => Value.Unknown,
            "sum" => Value.Of(numbers.Sum()),
            "avg" => Value.Of(numbers.Sum() / numbers.Count),
            "min" => Value.Of(numbers.Min()),
            "max" => Value.Of(numbers.Max()),
            "stddev" => Value.Of(Math.Sqrt(numbers.Sum(n => Math.Pow(n - numbers.Average(), 2)) / numbers.Count)),
            _ => Value.Of(numbers.Order().ElementAt(Rank(function, numbers.Count) - 1)),
        };
    }

    /// <summary>Nearest rank: the smallest number that at least so many percent do not exceed.</summary>
    private static int Rank(string function, int count) =>
        Math.Max(1, (int)Math.Ceiling(int.Parse(function[1..], null) * count / 100m));
}
