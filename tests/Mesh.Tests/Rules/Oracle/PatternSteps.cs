namespace Mesh.Tests.Rules.Oracle;

/// <summary>What one partial match does with one reading, or with one instant.</summary>
internal sealed class PatternSteps
{
    private readonly Pattern _pattern;
    private readonly IReadOnlyList<Applied> _readings;
    private readonly List<Step> _steps = [];

    /// <summary>The gap before each step; the last is the one behind all.</summary>
    private readonly List<List<Never>> _gaps =
    [
        [],
    ];

    public PatternSteps(Pattern pattern, IReadOnlyList<Applied> readings)
    {
        _pattern = pattern;
        _readings = readings;
        foreach (var step in pattern.Steps)
        {
            if (step is Never { For: null } never)
            {
                _gaps[^1].Add(never);
            }
            else
            {
                _steps.Add(step);
                _gaps.Add([]);
            }
        }
    }

    public bool BeginsWithTimer => _steps[0] is not Take && (IsTimer(_steps[0]) || Parts(_steps[0]).Any(IsTimer));

    private static bool IsTimer(Step step) => step is Wait or Quiet or Never { For: not null };

    private static IReadOnlyList<Step> Parts(Step step) =>
        step switch
        {
            AnyOf any => any.Parts,
            AllOf all => all.Parts,
            _ => [step],
        };

    // Time --------------------------------------------------------------------------------------------------------

    private long? PatternEnd(PatternRun run) =>
        _pattern.Within is { } within && run.Bound.Count > 0 ? run.Bound[0].Applied.Time + within : null;

    private long? StepEnd(PatternRun run) =>
        run.At < _steps.Count && _steps[run.At] is Take { Within: { } w } && run.BeforeStep is { } from
            ? from + w
            : null;

    private static long? PartEnd(Step part, PatternRun run) =>
        part switch
        {
            Wait wait => run.Entered + wait.For,
            Never never => run.Entered + never.For,
            Quiet quiet => run.QuietSince + quiet.For,
            Take { Until: { Quiet: not null } until } => run.QuietSince + until.For,
            Take { Until: { Of: null } until } => run.Entered + until.For,
            _ => null,
        };

    private IEnumerable<(long At, int Part)> PartEnds(PatternRun run) =>
        run.At == _steps.Count
            ? []
            : Parts(_steps[run.At])
                .Select((p, i) => (At: run.Done.Contains(i) ? null : PartEnd(p, run), Part: i))
                .Where(p => p.At is not null)
                .Select(p => (p.At!.Value, p.Part));

    /// <summary>The next instant at which the clock alone moves it.</summary>
    public long? Deadline(PatternRun run)
    {
        long?[] all = [PatternEnd(run), OwnEnd(run), run.Beyond is { } beyond ? Deadline(beyond) : null];
        return all.Min();
    }

    private long? OwnEnd(PatternRun run)
    {
        long?[] all = [StepEnd(run), .. PartEnds(run).Select(p => (long?)p.At)];
        return all.Min();
    }

    /// <summary>What becomes of it at its deadline; null: nothing.</summary>
    public PatternRun? Pass(PatternRun run, long at, int place)
    {
        if (PatternEnd(run) == at)
        {
            return EndsWell(run) ? run with { Matched = true } : null;
        }

        // What ends the repetition comes before what may go on from it.
        if (OwnEnd(run) == at)
        {
            return PassOwn(run, at, place);
        }

        if (run.Beyond is { } beyond && Deadline(beyond) == at)
        {
            var passed = Pass(beyond, at, place);
            if (passed is not null && passed.At != beyond.At)
            {
                return passed;
            }

            run = run with { Beyond = passed };
        }

        return run;
    }

    private PatternRun? PassOwn(PatternRun run, long at, int place)
    {
        if (_steps[run.At] is Take take)
        {
            // With every prefix, all that have enough have gone on already.
            if (run.Taken < take.Min || take.EveryPrefix)
            {
                return null;
            }

            return StepEnd(run) != at ? Advance(run, at, place)
                : run.Beyond is { } next && next.At == _steps.Count && _gaps[^1].Count == 0
                    ? next with
                    {
                        Matched = true,
                    }
                : run.Beyond is { } beyond && Deadline(beyond) == at ? Pass(beyond, at, place)
                : run.Beyond;
        }

        foreach (var (_, part) in PartEnds(run).Where(p => p.At == at))
        {
            run = run with { Done = [.. run.Done, part] };
        }

        return _steps[run.At] is AllOf all && run.Done.Count < all.Parts.Count ? run : Advance(run, at, place);
    }

    /// <summary>
    /// Whether a partial match that ends here ran out of time, rather than being killed by an <c>until</c>. With every
    /// prefix, those that went on speak for themselves.
    /// </summary>
    public bool TimesOut(PatternRun run, long at) =>
        (PatternEnd(run) == at || StepEnd(run) == at)
        && !(run.At < _steps.Count && _steps[run.At] is Take { EveryPrefix: true } take && run.Taken >= take.Min);

    /// <summary>At the end of <c>within</c>: it has all, or would have if the repetition ended here.</summary>
    private bool EndsWell(PatternRun run) => run.At == _steps.Count || (run.Beyond is { } beyond && EndsWell(beyond));

    private PatternRun Enter(PatternRun run, int step, long at, int place)
    {
        var entered = run.Enter(step, at, place);
        return step < _steps.Count && _steps[step] is Take { Min: 0 }
            ? entered with
            {
                Beyond = Enter(entered, step + 1, at, place),
            }
            : entered;
    }

    private PatternRun Advance(PatternRun run, long at, int place)
    {
        var next = Enter(run, run.At + 1, at, place);
        return next.At == _steps.Count && _gaps[^1].Count == 0 ? next with { Matched = true } : next;
    }

    // Readings ----------------------------------------------------------------------------------------------------

    private bool Fits(Source source, PatternRun run, int place)
    {
        var fed = _readings[place].Fed;
        return source.Sensor == fed.Reading.Sensor
            && (
                source.Where is null
                || source
                    .Where.Judge(new PatternSight(run, fed, [.. _readings.Take(place + 1).Select(r => r.Fed)]))
                    .IsTrue
            );
    }

    /// <summary>All that becomes of it: nothing, itself, or several.</summary>
    public IEnumerable<PatternRun> Show(PatternRun run, int place)
    {
        var time = _readings[place].Time;
        if (Killed(run, place))
        {
            return [];
        }

        if (run.At == _steps.Count)
        {
            return [run];
        }

        if (_steps[run.At] is not Take take)
        {
            return ShowParts(run, place);
        }

        if (take.Until?.Of is { } until && Fits(until, run, place))
        {
            if (run.Taken < take.Min || take.EveryPrefix)
            {
                return [];
            }

            var ended = take.Until.Name is { } name ? run.Binding(new Take(name, until), place, _readings[place]) : run;
            return [Advance(ended, time, place + 1)];
        }

        if (take.Until?.Quiet is { } quiet && Fits(quiet, run, place))
        {
            run = run with { QuietSince = time };
        }

        return ShowTake(take, run, place);
    }

    private bool Killed(PatternRun run, int place)
    {
        bool Kills(Never never) =>
            Fits(never.Of, run, place)
            && ((never.Contiguity ?? _pattern.Contiguity) != Contiguity.Strict || place == run.EnteredPlace);
        var taken = run.At < _steps.Count && _steps[run.At] is Take && run.Bound.Count > run.BoundBefore;
        if (!taken && run.At > 0 && _gaps[run.At].Any(Kills))
        {
            return true;
        }

        return run.At < _steps.Count
            && Parts(_steps[run.At])
                .Where(
                    (p, i) => p is Never { For: not null } never && !run.Done.Contains(i) && Fits(never.Of, run, place)
                )
                .Any();
    }

    private IEnumerable<PatternRun> ShowParts(PatternRun run, int place)
    {
        var parts = Parts(_steps[run.At]);
        var taken = Enumerable
            .Range(0, parts.Count)
            .Where(i => !run.Done.Contains(i) && parts[i] is Take take && Fits(take.Of, run, place))
            .Cast<int?>()
            .FirstOrDefault();
        // A silence is the negative part: it sees the reading first, which may then be taken.
        if (parts.OfType<Quiet>().Any(q => Fits(q.Of, run, place)))
        {
            run = run with { QuietSince = _readings[place].Time };
        }

        if (taken is not { } part)
        {
            if (_pattern.Contiguity != Contiguity.Strict || run.Bound.Count == 0 || parts.All(IsTimer))
            {
                return [run];
            }

            // Of an `any` the times go on; its readings would not be the next any more.
            var readings = Enumerable.Range(0, parts.Count).Where(i => parts[i] is Take).ToList();
            return _steps[run.At] is AnyOf && parts.Any(IsTimer)
                ? [run with { Done = [.. run.Done, .. readings] }]
                : [];
        }

        var after = run.Binding((Take)parts[part], place, _readings[place]) with { Done = [.. run.Done, part] };
        after =
            _steps[run.At] is AllOf && after.Done.Count < parts.Count
                ? after
                : Advance(after, _readings[place].Time, place + 1);
        return _pattern.Contiguity == Contiguity.Any && run.Bound.Count > 0 ? [after, run] : [after];
    }

    private List<PatternRun> ShowTake(Take take, PatternRun run, int place)
    {
        var beyond = run.Beyond is null ? [] : Show(run.Beyond, place).ToList();
        // What took the reading beyond has left the repetition; what only watched it waits on.
        var left = beyond.Where(r => r.Bound.Count > run.Bound.Count).ToList();
        var still = run with { Beyond = beyond.Find(r => r.Bound.Count == run.Bound.Count) };
        var more = !run.Closed && (take.Max is null || run.Taken < take.Max) && Fits(take.Of, run, place);
        var skips = run.At == 0 && run.Taken == 0 ? Contiguity.Next : Reached(take, run.Taken);
        if (more && (left.Count == 0 || !take.Reluctant))
        {
            // Whoever lets the repetition skip it may give it to the next step.
            return skips == Contiguity.Any ? [.. Takes(take, run, place), .. left, still] : Takes(take, run, place);
        }

        if (left.Count > 0)
        {
            return still.Beyond is not { } on ? left : [.. left, skips == Contiguity.Strict ? on : still];
        }

        // A broken strict repetition grows no more; if it is the last step it still has to wait for its end.
        return skips != Contiguity.Strict || run.Closed ? [still]
            : still.Beyond is not { } next ? []
            : next.At == _steps.Count ? [still with { Closed = true }]
            : [next];
    }

    private Contiguity Reached(Take take, int taken) =>
        taken == 0 ? take.Contiguity ?? _pattern.Contiguity : take.Between ?? _pattern.Contiguity;

    /// <summary>The step takes the reading, and goes on where it is full or may be.</summary>
    private List<PatternRun> Takes(Take take, PatternRun run, int place)
    {
        var time = _readings[place].Time;
        var after = run.Binding(take, place, _readings[place]) with { Taken = run.Taken + 1, EnteredPlace = place + 1 };
        var last = run.At + 1 == _steps.Count;
        if (after.Taken == take.Max || (after.Taken >= take.Min && take.Reluctant && last))
        {
            return [Advance(after, time, place + 1)];
        }

        if (after.Taken < take.Min)
        {
            return [after with { Beyond = null }];
        }

        // With every prefix, one goes on from here while another goes on repeating.
        return take.EveryPrefix
            ? [Advance(after, time, place + 1), after]
            : [after with { Beyond = Enter(after, run.At + 1, time, place + 1) }];
    }
}
