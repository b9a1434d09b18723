using Mesh.Contracts;
using Mesh.Rules.Compiled;

namespace Mesh.Rules.Running.Patterns;

// Time and the partial matches of a key: every instant that is due, the earliest first, each with its matches.
internal sealed partial class PatternTurn
{
    public void Pass()
    {
        while (_state.Due <= rule.Time)
        {
            var at = _state.Due;
            Evaluation.Begin(new Timestamp(rule.Time), _key);
            _touched = true;
            foreach (var attempt in _state.Attempts)
            {
                if (attempt.Due <= at)
                {
                    _attempt = attempt;
                    Pass(attempt, at);
                }
            }

            Finish();
        }
    }

    /// <summary>Where a time comes first, the key itself begins, and again when nothing is left of what it began.</summary>
    public void StartWithTimer(long at)
    {
        if (
            !_plan.StartsWithTimer
            || !_state.Attempts.IsEmpty
            || (_plan.Start == PatternStart.Once && _state.HasStarted)
        )
        {
            return;
        }

        Evaluation.Begin(new Timestamp(at), _key);
        if (Open(++_state.Ordinal, at) is { } attempt)
        {
            Tell(TraceKind.Began, null, "a partial match begins with the key");
            _state.Add(attempt);
            Join();
            _state.HasStarted = true;
            _state.Settle();
        }
    }

    /// <summary>The node was down: the silences under way end later, or begin again after too long an outage.</summary>
    public void Restarted()
    {
        Evaluation.Begin(new Timestamp(rule.Time), _key);
        foreach (var attempt in _state.Attempts)
        {
            for (var head = attempt.First; head is not null; head = head.Next)
            {
                var step = _plan.Steps[head.Step];
                if (step.Until is { Kind: StepPartKind.Quiet } until)
                {
                    head.Until = Moved(until, head, head.Until);
                }

                for (var i = 0; i < (head.Parts?.Length ?? 0); i++)
                {
                    if (step.Parts[i].Kind is StepPartKind.Not or StepPartKind.Quiet)
                    {
                        head.Parts![i].Deadline = Moved(step.Parts[i], head, head.Parts[i].Deadline);
                    }
                }
            }
        }

        _state.Settle();
    }

    private long Moved(StepPart part, Head head, long deadline) =>
        deadline == DueItem.NotDue ? deadline
        : rule.Outage.StartsOver ? Deadline(part.For, head.Complete, rule.Outage.To) ?? deadline
        : rule.Outage.Moved(deadline);

    private void Pass(Attempt attempt, long at)
    {
        if (attempt.Ends <= at)
        {
            End(attempt, attempt.Satisfied(_plan), attempt.First);
            return;
        }

        // What ends a repetition comes before what its end would begin.
        while (FirstDue(attempt, at) is { } head)
        {
            var step = _plan.Steps[head.Step];
            if (head.Expires <= at)
            {
                if (head.IsSatisfied(_plan) || (attempt.First == head && head.Next is null))
                {
                    End(attempt, head.IsSatisfied(_plan) ? head : null, head);
                    return;
                }

                // The repetition is over; the way on behind it is another head.
                Remove(attempt, head);
            }
            else if (head.Until <= at)
            {
                if (head.Count >= step.Min && !step.EveryPrefix)
                {
                    Tell(TraceKind.Advanced, null, "'until' ends step {0}", step);
                    attempt.First = Enter(step.Index + 1, head.Complete, at);
                    return;
                }

                Tell(TraceKind.Cancelled, null, "'until' ends the wait for step {0}", step);
                Remove(attempt, head);
            }
            else
            {
                Ripen(head, step, at);
                if (IsComplete(step, head.Parts!))
                {
                    Tell(TraceKind.Advanced, null, "step {0} is complete", step);
                    attempt.First = Taken(head, head.Bound, at);
                    return;
                }
            }
        }
    }

    // Of those whose time is up, the one at the first step.
    private static Head? FirstDue(Attempt attempt, long at)
    {
        Head? first = null;
        for (var head = attempt.First; head is not null; head = head.Next)
        {
            if (head.Due <= at && (first is null || head.Step < first.Step))
            {
                first = head;
            }
        }

        return first;
    }

    private static void Remove(Attempt attempt, Head head)
    {
        Head? before = null;
        for (var other = attempt.First; other != head; other = other!.Next)
        {
            before = other;
        }

        Remove(attempt, before, head);
    }

    private static void Remove(Attempt attempt, Head? before, Head head)
    {
        if (before is null)
        {
            attempt.First = head.Next;
        }
        else
        {
            before.Next = head.Next;
        }
    }

    private void End(Attempt attempt, Head? satisfied, Head? last)
    {
        attempt.First = null;
        if (satisfied is not null)
        {
            Found(satisfied.Complete);
            return;
        }

        if (last is not null && _plan.Steps[last.Step] is { EveryPrefix: true } step && last.Count >= step.Min)
        {
            // Every length of its repetition has gone on already, by itself.
            return;
        }

        Tell(
            TraceKind.Cancelled,
            null,
            "the time of the partial match is over at step {0}",
            last is null ? null : _plan.Steps[last.Step]
        );
        if (_plan.ReportsTimeout)
        {
            _matches.Add(new FoundMatch(attempt.Start, last?.Bound, IsTimeout: true));
        }
    }

    // The times of its parts that are up.
    private void Ripen(Head head, StepPlan step, long at)
    {
        for (var i = 0; i < head.Parts!.Length; i++)
        {
            ref var state = ref head.Parts[i];
            if (state.Deadline > at)
            {
                continue;
            }

            state.Count++;
            state.Over = state.Count >= step.Parts[i].Max;
            state.Deadline = state.Over
                ? DueItem.NotDue
                : Deadline(step.Parts[i], head.Bound, state.Deadline) ?? DueItem.NotDue;
        }
    }
}
