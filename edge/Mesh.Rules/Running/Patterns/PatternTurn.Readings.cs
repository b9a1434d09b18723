using Mesh.Contracts;
using Mesh.Rules.Compiled;

namespace Mesh.Rules.Running.Patterns;

// A reading and the partial matches of its key, the one that started first first. What forbids or ends sees the reading
// before what takes it.
internal sealed partial class PatternTurn
{
    private Reading _reading = null!;

    public void Take(Reading reading, SensorPlan sensor)
    {
        _reading = reading;
        _state.Ordinal++;
        Evaluation.Begin(new Timestamp(rule.Time), _key, reading, sensor.Index);
        foreach (var attempt in _state.Attempts)
        {
            if (attempt.StartedAt <= rule.Time)
            {
                Offer(attempt);
            }
        }

        _resume = 0;
        if (_matches.Count > 0)
        {
            // Whether the reading may start one too is looked at when the matches have dropped what they cover.
            Join();
            Say();
            Evaluation.Begin(new Timestamp(rule.Time), _key, reading, sensor.Index);
        }

        TryStart();
        Finish();
    }

    private void TryStart()
    {
        if (
            _plan.StartsWithTimer
            || _state.Ordinal < _resume
            || (_plan.Start == PatternStart.Once && _state.HasStarted)
            || (_plan.Start == PatternStart.Idle && (_branches.Count > 0 || _state.IsOpen))
            || !CanStart()
        )
        {
            return;
        }

        if (Open(_state.Ordinal, rule.Time) is { } attempt)
        {
            Start(attempt);
        }
    }

    // Whether the reading fits one of the steps that can be the first; the rest is only looked at if so.
    private bool CanStart()
    {
        Evaluation.Bound = null;
        for (var k = 0; k < _plan.FirstSteps; k++)
        {
            foreach (var part in _plan.Steps[k].Parts)
            {
                if (part.Kind == StepPartKind.Reading && part.Reading!.Fits(Evaluation))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private Attempt? Open(long start, long at)
    {
        _attempt = _scraps.Attempt(start, at, DueItem.NotDue);
        _attempt.First = Enter(0, null, at);
        return _attempt.First is null ? null : _attempt;
    }

    // What forbids sees even the first reading first.
    private void Start(Attempt attempt)
    {
        if (!(_plan.CanForbid && Forbids(attempt)) && Takes(attempt, isStart: true))
        {
            _branches.Add(attempt);
            _state.HasStarted = true;
        }
    }

    private void Offer(Attempt attempt)
    {
        _attempt = attempt;
        if (
            attempt.First is not null
            && !(_plan.CanForbid && Forbids(attempt))
            && !Takes(attempt, isStart: false)
            && _plan.CanBreak
        )
        {
            KeepStrict(attempt);
        }
    }

    // Whether the reading ended the partial match, or the step it was at.
    private bool Forbids(Attempt attempt)
    {
        Head? before = null;
        for (var head = attempt.First; head is not null; head = head.Next)
        {
            var step = _plan.Steps[head.Step];
            Evaluation.Bound = head.Bound;
            if (step.Until is { } until && Ends(until, head))
            {
                Touch();
                if (head.Count >= step.Min && !step.EveryPrefix)
                {
                    Tell(TraceKind.Advanced, _reading, "'until' ends step {0}", step);
                    if (head.Complete is null && until.Slot >= 0 && !Limit(attempt))
                    {
                        return true;
                    }

                    attempt.First = Enter(step.Index + 1, Bind(head.Complete, until.Slot), rule.Time);
                    return true;
                }

                Tell(TraceKind.Cancelled, _reading, "'until' ends the wait for step {0}", step);
            }
            else if (!IsForbidden(head, step))
            {
                before = head;
                continue;
            }

            Touch();
            Remove(attempt, before, head);
        }

        return attempt.First is null;
    }

    private bool Ends(StepPart until, Head head)
    {
        if (until.Reading is null || !until.Reading.Fits(Evaluation))
        {
            return false;
        }

        if (until.Kind == StepPartKind.Reading)
        {
            return true;
        }

        // Quiet: it begins again. A time that has become unknown never comes.
        head.Until = Deadline(until, head.Bound, rule.Time) ?? DueItem.NotDue;
        Touch();
        return false;
    }

    private bool IsForbidden(Head head, StepPlan step)
    {
        if (head.Count == 0)
        {
            for (var k = head.GuardsFrom; k <= head.Step; k++)
            {
                foreach (var guard in _plan.Steps[k].Guards)
                {
                    if (!(guard.Strict && head.GapSeen) && guard.Reading.Fits(Evaluation))
                    {
                        Tell(TraceKind.Cancelled, _reading, "a 'not' forbids going on to step {0}", step);
                        return true;
                    }
                }
            }

            head.GapSeen = true;
        }

        if (head.Parts is not { } parts || !step.HasTimer)
        {
            return false;
        }

        for (var i = 0; i < parts.Length; i++)
        {
            var part = step.Parts[i];
            if (
                parts[i].Over
                || part.Kind is not (StepPartKind.Not or StepPartKind.Quiet)
                || !part.Reading!.Fits(Evaluation)
            )
            {
                continue;
            }

            Touch();
            if (part.Kind == StepPartKind.Quiet)
            {
                parts[i].Deadline = Deadline(part, head.Bound, rule.Time) ?? DueItem.NotDue;
                Tell(TraceKind.Advanced, _reading, "the silence of step {0} begins again", step);
                continue;
            }

            (parts[i].Over, parts[i].Deadline) = (true, DueItem.NotDue);
            if (parts[i].Count < part.Min && (step.All || Array.TrueForAll(parts, p => p.Over && p.Count == 0)))
            {
                Tell(TraceKind.Cancelled, _reading, "what step {0} forbids has come", step);
                return true;
            }
        }

        return false;
    }

    // A reading that nothing took breaks what must follow at once.
    private void KeepStrict(Attempt attempt)
    {
        Head? before = null;
        for (var head = attempt.First; head is not null; head = head.Next)
        {
            var step = _plan.Steps[head.Step];
            if (
                Reached(head, step) != Contiguity.Strict
                || !step.HasReading
                || head.Closed
                || (head.Step == 0 && head.Count == 0)
            )
            {
                before = head;
                continue;
            }

            Touch();
            if (head.IsSatisfied(_plan))
            {
                (head.Closed, before) = (true, head);
                continue;
            }

            if (StillRuns(head, step))
            {
                before = head;
                continue;
            }

            Tell(
                TraceKind.Cancelled,
                _reading,
                "step {0} must be the next reading: the partial match cannot go on to it",
                step
            );
            Remove(attempt, before, head);
            _scraps.Put(head);
        }
    }

    // An `any` in which a time still runs: only its readings are out of the question.
    private static bool StillRuns(Head head, StepPlan step)
    {
        if (step.All || head.Parts is not { } parts)
        {
            return false;
        }

        var runs = false;
        for (var i = 0; i < parts.Length; i++)
        {
            var isReading = step.Parts[i].Kind == StepPartKind.Reading;
            runs |= !isReading && !parts[i].Over;
            parts[i].Over |= isReading;
        }

        return runs;
    }

    private StepLink? Bind(StepLink? last, int slot) =>
        slot < 0 ? last : new StepLink(last, slot, _reading, _state.Ordinal);

    private void Touch() => _touched = true;
}
