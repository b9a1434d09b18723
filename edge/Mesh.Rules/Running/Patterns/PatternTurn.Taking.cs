using Mesh.Rules.Compiled;

namespace Mesh.Rules.Running.Patterns;

// Which ways on of a partial match take a reading, and which are still there afterwards.
internal sealed partial class PatternTurn
{
    /// <summary>
    /// Whether the reading has been taken for good. It has not where it may also be skipped: then copies have taken it,
    /// and the partial match is left with the ways on that skipped it.
    /// </summary>
    private bool Takes(Attempt attempt, bool isStart)
    {
        if (!FindFitting(attempt))
        {
            return false;
        }

        Touch();
        var skipped = attempt.First!.Next is null ? ChooseOnly(attempt.First, isStart) : Choose(attempt, isStart);
        for (var head = attempt.First; head is not null; head = head.Next)
        {
            if (head.Part < 0)
            {
                continue;
            }

            var ends = attempt.Ends;
            if (head.Bound is null && !Limit(attempt))
            {
                return !isStart;
            }

            var step = _plan.Steps[head.Step];
            var bound = Bind(head.Bound, step.Parts[head.Part].Slot);
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
            if (!skipped)
            {
                TakesAlone(attempt, head, step, bound);
                return true;
            }

            TakesInBranch(attempt, head, step, bound);
            attempt.Ends = ends;
        }

        KeepSkipping(attempt);
        return false;
    }

    // The reading is as yet only looked at.
    private bool FindFitting(Attempt attempt)
    {
        var fits = false;
        for (var head = attempt.First; head is not null; head = head.Next)
        {
            Evaluation.Bound = head.Bound;
            head.Part = head.Closed ? -1 : Fitting(head, _plan.Steps[head.Step]);
            fits |= head.Part >= 0;
        }

        return fits;
    }

    // From the last step to the first: a repetition has the reading before the steps behind it, or after them where it
    // is not greedy. Who takes it rules the others out, unless skip_till_any lets it be skipped as well.
    private bool Choose(Attempt attempt, bool isStart)
    {
        var (taken, skipped) = (false, false);
        for (var head = LastBefore(attempt, int.MaxValue); head is not null; head = LastBefore(attempt, head.Step))
        {
            var step = _plan.Steps[head.Step];
            if (head.Part < 0 || (taken && !step.Greedy))
            {
                head.Part = -1;
                head.Skips = !taken || skipped;
                continue;
            }

            taken = true;
            head.Skips = !isStart && Reached(head, step) == Contiguity.SkipTillAny;
            if (head.Skips)
            {
                skipped = true;
                continue;
            }

            skipped = false;
            for (var other = attempt.First; other is not null; other = other.Next)
            {
                if (other.Step > head.Step)
                {
                    (other.Part, other.Skips) = (-1, false);
                }
            }
        }

        return skipped;
    }

    private bool ChooseOnly(Head head, bool isStart) =>
        head.Skips = !isStart && Reached(head, _plan.Steps[head.Step]) == Contiguity.SkipTillAny;

    private static Head? LastBefore(Attempt attempt, int step)
    {
        Head? last = null;
        for (var head = attempt.First; head is not null; head = head.Next)
        {
            if (head.Step < step && (last is null || head.Step > last.Step))
            {
                last = head;
            }
        }

        return last;
    }

    private static Contiguity Reached(Head head, StepPlan step) => head.Count == 0 ? step.Reach : step.Between;

    private void TakesAlone(Attempt attempt, Head head, StepPlan step, StepLink bound)
    {
        if (Completes(head, step, bound))
        {
            if (attempt.First!.Next is null && head.Count + 1 >= step.Max)
            {
                // It is over, and what comes next may as well be made of it.
                _scraps.Put(head);
            }

            attempt.First = Taken(head, bound, rule.Time);
            return;
        }

        // The repetitions before it are over; what may come instead of the step stays possible until it is complete.
        LeaveBefore(attempt, head.Step);
    }

    // The partial match itself goes on without the reading.
    private void TakesInBranch(Attempt attempt, Head head, StepPlan step, StepLink bound)
    {
        var copy = head.Copy();
        if (Completes(copy, step, bound))
        {
            Branch(Taken(copy, bound, rule.Time));
            return;
        }

        var last = copy;
        for (var other = attempt.First; other is not null && !head.Skips; other = other.Next)
        {
            if (other.Step > head.Step)
            {
                last.Next = other.Copy();
                last = last.Next;
            }
        }

        Branch(copy);
    }

    private static void KeepSkipping(Attempt attempt)
    {
        Head? before = null;
        for (var head = attempt.First; head is not null; head = head.Next)
        {
            if (head.Skips)
            {
                before = head;
            }
            else
            {
                Remove(attempt, before, head);
            }
        }
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
    private static bool Completes(Head head, StepPlan step, StepLink bound)
    {
        if (head.Parts is not { } parts)
        {
            return true;
        }

        parts[head.Part].Count++;
        parts[head.Part].Over = parts[head.Part].Count >= step.Parts[head.Part].Max;
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
}
