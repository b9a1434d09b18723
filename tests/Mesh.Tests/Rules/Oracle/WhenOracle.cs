using Mesh.Contracts;

namespace Mesh.Tests.Rules.Oracle;

/// <summary>Levels over the latest values of a key, judged from all its readings at every instant that could matter.</summary>
internal static class WhenOracle
{
    public static IEnumerable<Said> Say(Rule rule, When when, Arrival arrival)
    {
        foreach (var (key, readings) in arrival.ByKey(rule, Sensors(rule, when)))
        {
            var from = rule.By is null ? arrival.Start : readings[0].Time;
            foreach (var said in Throttling.Of(rule, Key(rule, when, readings, from, arrival.End)))
            {
                yield return said with
                {
                    Key = key,
                };
            }
        }
    }

    private static HashSet<string> Sensors(Rule rule, When when)
    {
        var names = when
            .Condition.Names.Concat(when.Level.ClearWhen?.Names ?? [])
            .Concat(rule.Let.SelectMany(l => l.Term.Names));
        return [.. names.Where(n => rule.Inputs.All(i => i.Name != n)).Concat(rule.Inputs.Select(i => i.Sensor))];
    }

    private static List<Said> Key(Rule rule, When when, List<Applied> readings, long from, long end)
    {
        var seen = new List<Applied>();
        KeySight Now(long now) => new(rule, seen, now);
        var episode = new Episode(
            when.Level,
            now => [.. rule.Let.Select(l => KeyValuePair.Create(l.Name, l.Term.Judge(Now(now))))]
        );
        void Observe(long now)
        {
            var sight = Now(now);
            episode.Observe(now, when.Condition.Judge(sight), when.Level.ClearWhen?.Judge(sight) ?? Value.Unknown);
        }

        var ages = when
            .Condition.Ages.Concat(when.Level.ClearWhen?.Ages ?? [])
            .Concat(rule.Inputs.Select(i => i.MaxAge).OfType<long>())
            .ToHashSet();
        if (rule.By is null)
        {
            Observe(from);
        }

        var before = from;
        foreach (var next in readings.Append(null))
        {
            var to = next?.Time ?? end;
            foreach (var now in Instants(seen, ages, before, to))
            {
                episode.Run(now);
                Observe(now);
            }

            episode.Run(to);
            if (next is not null)
            {
                seen.Add(next);
                Observe(to);
            }

            before = to;
        }

        return [.. episode.Said.Select(s => new Said("", s.Kind, s.At) { Since = s.Since, Values = s.Values })];
    }

    /// <summary>Where the clock may change a condition: an age reaching a bound, and a microsecond later passing it.</summary>
    private static IEnumerable<long> Instants(List<Applied> seen, HashSet<long> ages, long after, long to) =>
        seen.SelectMany(s => ages.Select(a => s.Fed.At + a))
            .SelectMany(t => new[] { t, t + 1 })
            .Where(t => t > after && t <= to)
            .Distinct()
            .Order();
}

/// <summary>The latest values of a key at an instant, found anew from everything it has seen.</summary>
internal sealed class KeySight(Rule rule, IReadOnlyList<Applied> seen, long now) : Sight
{
    public override Value Named(string name)
    {
        if (rule.Inputs.FirstOrDefault(i => i.Name == name) is not { } input)
        {
            return Latest(new Input(name, "latest", name));
        }

        var value = input.Kind == "latest" ? Latest(input) : Combined(input);
        return value.IsUnknown ? input.Default : value;
    }

    public override long? Age(string name) =>
        History(InputOf(name)) is [var newest, ..] ? Math.Max(0, now - newest.At) : null;

    public override IReadOnlyList<Value> Newest(string name) => [.. History(InputOf(name)).Select(f => f.Value)];

    public override IReadOnlyList<long> NewestAt(string name) => [.. History(InputOf(name)).Select(f => f.At)];

    private Input InputOf(string name) =>
        rule.Inputs.FirstOrDefault(i => i.Name == name) ?? new Input(name, "latest", name);

    private Value Latest(Input input) => History(input) is [var newest, ..] ? Fresh(input, newest) : Value.Unknown;

    private Value Fresh(Input input, Fed fed) =>
        input.MaxAge is { } age && now - fed.At >= age ? Value.Unknown : fed.Value;

    private Value Combined(Input input)
    {
        var values = Current(input)
            .GroupBy(f => f.Reading.Device)
            .Select(g => g.Last())
            .Where(f => Holds(input, f))
            .Select(f => Fresh(input, f))
            .ToList();
        var numbers = values.Where(v => v.Kind == ValueKind.Number).Select(v => v.Number).ToList();
        return input.Kind switch
        {
            "any" => Kleene.Or(values),
            "all" => Kleene.And(values),
            "count" => Value.Of((double)values.Count(v => !v.IsUnknown)),
            _ when numbers.Count == 0 => Value.Unknown,
            "min" => Value.Of(numbers.Min()),
            "max" => Value.Of(numbers.Max()),
            "sum" => Value.Of(numbers.Sum()),
            _ => Value.Of(numbers.Sum() / numbers.Count),
        };
    }

    /// <summary>
    /// Newest first. A reading that was older than the newest when it was applied never was the latest: no look back
    /// meets it.
    /// </summary>
    private List<Fed> History(Input input)
    {
        var history = new List<Fed>();
        foreach (var fed in Current(input).Where(f => Holds(input, f)))
        {
            if (history.Count == 0 || fed.At >= history[0].At)
            {
                history.Insert(0, fed);
            }
        }

        return history;
    }

    /// <summary>The sensor's readings as applied, without those older than their device's current one.</summary>
    private List<Fed> Current(Input input)
    {
        var kept = new List<Fed>();
        foreach (var fed in seen.Select(s => s.Fed).Where(f => f.Reading.Sensor == input.Sensor))
        {
            if (
                (input.Device is null || input.Device == fed.Reading.Device)
                && kept.Where(k => k.Reading.Device == fed.Reading.Device).All(k => k.At <= fed.At)
            )
            {
                kept.Add(fed);
            }
        }

        return kept;
    }

    private static bool Holds(Input input, Fed fed) =>
        input.Where is null || input.Where.Judge(new ReadingSight(fed, [], null)).IsTrue;
}
