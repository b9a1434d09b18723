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

        TryStart();
        Finish();
    }

    private void TryStart()
    {
        if (
            _plan.StartsWithTimer
            || (_plan.Start == PatternStart.Once && _state.HasStarted)
            || (
                _plan.Start == PatternStart.Idle
                && (_branches.Count > 0 || _state.Attempts.Exists(a => a.First is not null))
            )
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
        _attempt = new Attempt(start, at, DueItem.NotDue);
        _attempt.First = Enter(0, null, at);
        return _attempt.First is null ? null : _attempt;
    }

    // What forbids sees even the first reading first.
    private void Start(Attempt attempt)
    {
        if (!Forbids(attempt) && Takes(attempt, isStart: true))
        {
            _branches.Add(attempt);
            _state.HasStarted = true;
        }
    }

    private void Offer(Attempt attempt)
    {
        _attempt = attempt;
        if (attempt.First is not null && !Forbids(attempt) && !Takes(attempt, isStart: false))
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
            if (before is null)
            {
                attempt.First = head.Next;
            }
            else
            {
                before.Next = head.Next;
            }
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

    // The first way on that the reading fits takes it; with skip_till_any a copy takes it, and the others are asked too.
    private bool Takes(Attempt attempt, bool isStart)
    {
        for (var head = attempt.First; head is not null; head = head.Next)
        {
            var step = _plan.Steps[head.Step];
            Evaluation.Bound = head.Bound;
            if (head.Closed || Fitting(head, step) is not (>= 0 and var part))
            {
                continue;
            }

            Touch();
            var ends = attempt.Ends;
            if (head.Bound is null && !Limit(attempt))
            {
                return !isStart;
            }

            var bound = Bind(head.Bound, step.Parts[part].Slot);
            if (bound!.Length > Written.StepReader.MaxTimes)
            {
                rule.DropPartial();
                attempt.First = null;
                return true;
            }

            Tell(
                isStart ? TraceKind.Began : TraceKind.Advanced,
                _reading,
                isStart ? "a partial match begins with step {0}" : "step {0} takes the reading",
                step
            );
            var how = head.Count == 0 ? step.Reach : step.Between;
            if (how == Contiguity.SkipTillAny && !isStart)
            {
                var copy = head.Copy();
                Branch(Completes(copy, step, part, bound) ? Taken(copy, bound, rule.Time) : copy);
                attempt.Ends = ends;
                continue;
            }

            if (!Completes(head, step, part, bound))
            {
                // The repetitions before it are over; what may come instead of the step stays possible until it is complete.
                LeaveBefore(attempt, head.Step);
                return true;
            }

            attempt.First = Taken(head, bound, rule.Time);
            return true;
        }

        return false;
    }

    private static void LeaveBefore(Attempt attempt, int step)
    {
        Head? before = null;
        for (var head = attempt.First; head is not null; head = head.Next)
        {
            if (head.Step >= step)
            {
                before = head;
            }
            else
            {
                Remove(attempt, before, head);
            }
        }
    }

    // The pattern's time counts from its first reading. One that is unknown lets nothing begin.
    private bool Limit(Attempt attempt)
    {
        if (Deadline(_plan.Within, null, rule.Time) is { } ends)
        {
            attempt.Ends = ends;
            return true;
        }

        attempt.First = null;
        return false;
    }

    private int Fitting(Head head, StepPlan step)
    {
        for (var i = 0; i < step.Parts.Length; i++)
        {
            var part = step.Parts[i];
            if (part.Kind == StepPartKind.Reading && head.Parts?[i].Over != true && part.Reading!.Fits(Evaluation))
            {
                return i;
            }
        }

        return -1;
    }

    // One reading more; whether that completes the step. What it has bound so far stays with it.
    private static bool Completes(Head head, StepPlan step, int part, StepLink bound)
    {
        if (head.Parts is not { } parts)
        {
            return true;
        }

        parts[part].Count++;
        parts[part].Over = parts[part].Count >= step.Parts[part].Max;
        head.Bound = bound;
        return IsComplete(step, parts);
    }

    private static bool IsComplete(StepPlan step, PartState[] parts)
    {
        for (var i = 0; i < parts.Length; i++)
        {
            var done = parts[i].Count >= Math.Max(step.Parts[i].Min, step.All ? 0 : 1);
            if (done != step.All)
            {
                return done;
            }
        }

        return step.All;
    }

    // A reading that nothing took breaks what must follow at once.
    private void KeepStrict(Attempt attempt)
    {
        Head? before = null;
        for (var head = attempt.First; head is not null; head = head.Next)
        {
            var step = _plan.Steps[head.Step];
            var how = head.Count == 0 ? step.Reach : step.Between;
            if (how != Contiguity.Strict || !step.HasReading || head.Closed || (head.Step == 0 && head.Count == 0))
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
            if (before is null)
            {
                attempt.First = head.Next;
            }
            else
            {
                before.Next = head.Next;
            }
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
