namespace Mesh.Tests.Rules.Oracle;

/// <summary>Patterns (§5, rows 1, 13 to 16): all partial matches of a key are kept, and each reading is shown to each.</summary>
internal static class PatternOracle
{
    public static IEnumerable<Said> Say(Rule rule, Pattern pattern, Arrival arrival)
    {
        foreach (var (key, readings) in arrival.ByKey(rule, pattern.Sensors.ToHashSet()))
        {
            var begin = rule.By is null ? arrival.Start : readings[0].Time;
            var said = new PatternKey(rule, pattern, readings).Run(begin, arrival.End);
            foreach (var s in Throttling.Of(rule, said))
            {
                yield return s with
                {
                    Key = key,
                };
            }
        }
    }
}

internal sealed class PatternKey(Rule rule, Pattern pattern, List<Applied> readings)
{
    private readonly PatternSteps _steps = new(pattern, readings);
    private readonly List<Said> _said = [];
    private readonly List<(int From, int To)> _skipped = [];
    private List<PatternRun> _open = [];
    private readonly List<string> _names = [.. pattern.Steps.SelectMany(NamesOf)];
    private bool _started;

    public List<Said> Run(long begin, long end)
    {
        StartByTimer(begin, 0);
        for (var place = 0; place < readings.Count; place++)
        {
            RunTimers(readings[place].Time, place);
            Show(place);
        }

        RunTimers(end, readings.Count);
        return _said;
    }

    private void StartByTimer(long now, int place)
    {
        if (_steps.BeginsWithTimer && _open.Count == 0 && !(pattern.Start == "once" && _started))
        {
            _started = true;
            // It starts before the first reading that it could see.
            _open.Add(new PatternRun([], place - 1).Enter(0, now, place));
        }
    }

    private void RunTimers(long now, int place)
    {
        while (true)
        {
            var due = _open
                .Select(r => (Run: r, Due: _steps.Deadline(r)))
                .Where(d => d.Due is { } t && t <= now)
                .ToList();
            if (due.Count == 0)
            {
                return;
            }

            // Everything due at one instant is decided together, as with readings.
            var at = due.Min(d => d.Due!.Value);
            Settle(
                [
                    .. _open.Select(run =>
                        _steps.Deadline(run) != at ? run : _steps.Pass(run, at, place) ?? run with { Over = true }
                    ),
                ],
                at
            );
            StartByTimer(at, place);
        }
    }

    private void Show(int place)
    {
        var time = readings[place].Time;
        _skipped.Clear();
        Settle([.. _open.SelectMany(r => _steps.Show(r, place))], time);
        var may =
            !_steps.BeginsWithTimer
            && pattern.Start switch
            {
                "once" => !_started,
                "idle" => _open.Count == 0,
                _ => true,
            };
        if (may && !_skipped.Any(s => place >= s.From && place < s.To))
        {
            // The latest start comes last, so what it matches comes after all others.
            var born = new PatternRun([], place).Enter(0, time, place);
            var fresh = _steps.Show(born, place).Where(r => r.Bound.Count > 0).ToList();
            _started |= fresh.Count > 0;
            Settle([.. _open, .. fresh], time);
        }

        StartByTimer(time, place + 1);
    }

    /// <summary>Says the matches among them, earliest first, each of which may drop others; then whose time is over.</summary>
    private void Settle(List<PatternRun> runs, long at)
    {
        runs = [.. runs.Order(Comparer<PatternRun>.Create(PatternRun.Earlier))];
        while (runs.FirstOrDefault(r => r.Matched) is { } match)
        {
            _said.Add(Output("match", at, match));
            runs.Remove(match);
            var resume = Resume(match);
            _skipped.Add((match.StartPlace, resume));
            runs.RemoveAll(r => r.StartPlace >= match.StartPlace && r.StartPlace < resume);
        }

        foreach (var run in runs.Where(r => r.Over && pattern.Report && _steps.TimesOut(r, at)))
        {
            _said.Add(Output("timeout", at, run));
        }

        _open = [.. runs.Where(r => !r.Over)];
    }

    /// <summary>The place of the first reading at which partial matches survive.</summary>
    private int Resume(PatternRun match)
    {
        int Of(string name, Func<IEnumerable<Bind>, Bind?> which) =>
            which(match.Bound.Where(b => $"{name}({b.Name})" == pattern.After))?.Place ?? match.StartPlace;
        return pattern.After switch
        {
            "none" => match.StartPlace,
            "to_next" => match.StartPlace + 1,
            "past_last" => match.Bound.Count > 0 ? match.Bound.Max(b => b.Place) + 1 : match.StartPlace,
            var x when x.StartsWith("to_first", StringComparison.Ordinal) => Of("to_first", b => b.FirstOrDefault()),
            _ => Of("to_last", b => b.LastOrDefault()),
        };
    }

    private static IEnumerable<string> NamesOf(Step step) =>
        step switch
        {
            Take { Until.Name: { } end } take => [take.Name, end],
            Take take => [take.Name],
            AnyOf any => any.Parts.SelectMany(NamesOf),
            AllOf all => all.Parts.SelectMany(NamesOf),
            _ => [],
        };

    private Said Output(string kind, long at, PatternRun run)
    {
        var sight = new PatternSight(run, null, []);
        var bound = run
            .Bound.GroupBy(b => b.Name)
            .OrderBy(g => _names.IndexOf(g.Key))
            .Select(g =>
            {
                var ids = string.Join(", ", g.Select(b => Bound.Text(b.Applied.Fed)));
                return g.First().Repeats ? $"{g.Key}: [{ids}]" : $"{g.Key}: {ids}";
            });
        return new Said("", kind, at)
        {
            Values = [.. rule.Let.Select(l => KeyValuePair.Create(l.Name, l.Term.Judge(sight)))],
            Bound = string.Join("; ", bound),
        };
    }
}
