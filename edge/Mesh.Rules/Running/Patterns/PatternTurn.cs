using Mesh.Contracts;
using Mesh.Rules.Compiled;
using Mesh.Rules.Expressions;

namespace Mesh.Rules.Running.Patterns;

/// <summary>
/// One reading, or one instant, as the partial matches of a key see it. Reused from one to the next, so that a reading
/// that begins nothing allocates nothing.
/// </summary>
/// <remarks>
/// <code>
///   Enter(k)      waits at step k; a step that may be left out also waits at k + 1
///   Taken(head)   one repetition is done: stays, goes on, or (between min and max) both, as two ways on
/// </code>
/// <c>PatternTurn.Readings.cs</c> offers readings to partial matches, <c>.Taking.cs</c> decides which ways on take one,
/// <c>.Times.cs</c> lets time pass, <c>.Matches.cs</c> says what has come of it.
/// </remarks>
internal sealed partial class PatternTurn(RunningRule rule)
{
    private readonly List<Attempt> _branches = [];
    private readonly PatternScraps _scraps = new();
    private PatternPlan _plan = null!;
    private KeyState _key = null!;
    private PatternState _state = null!;
    private Attempt _attempt = null!;
    private bool _touched;

    private Evaluation Evaluation => rule.Evaluation;

    public void Begin(PatternPlan plan, KeyState key)
    {
        (_plan, _key, _state) = (plan, key, (PatternState)key.Body!);
        _touched = false;
    }

    // The ways on from the end of step k - 1. Behind the last step that is a match, and no way on.
    private Head? Enter(int k, StepLink? bound, long at, int guardsFrom = -1)
    {
        if (k == _plan.Steps.Length)
        {
            Found(bound);
            return null;
        }

        var step = _plan.Steps[k];
        var from = guardsFrom < 0 ? k : guardsFrom;
        var head = Wait(step, bound, at, from);
        return step.Min > 0 || head is null ? head : GoOn(head, step, bound, at, from);
    }

    // After one more repetition of the head's step.
    private Head? Taken(Head head, StepLink? bound, long at)
    {
        var step = _plan.Steps[head.Step];
        var count = head.Count + 1;
        if (count >= step.Max)
        {
            return Enter(step.Index + 1, bound, at);
        }

        var parts = Parts(step, bound, at);
        if (parts is null && !step.IsSimple)
        {
            return null;
        }

        var stay = new Head
        {
            Step = head.Step,
            GuardsFrom = head.Step,
            Count = count,
            Bound = bound,
            Complete = bound,
            Entered = head.Entered,
            Expires = head.Expires,
            Until = head.Until,
            Parts = parts,
            GapSeen = true,
        };
        return count < step.Min ? stay : GoOn(stay, step, bound, at, head.Step + 1);
    }

    // The step may be over, and may go on.
    private Head? GoOn(Head stay, StepPlan step, StepLink? bound, long at, int guardsFrom)
    {
        var isLast = step.Index == _plan.Steps.Length - 1;
        if (step.EveryPrefix)
        {
            Branch(Enter(step.Index + 1, bound, at, guardsFrom));
            return stay;
        }

        if (isLast && step.Greedy)
        {
            return stay;
        }

        var found = _matches.Count;
        var on = Enter(step.Index + 1, bound, at, guardsFrom);
        if (_matches.Count > found)
        {
            return null;
        }

        return step.Greedy || on is null ? Append(stay, on) : Append(on, stay);
    }

    private static Head Append(Head first, Head? then)
    {
        var last = first;
        while (last.Next is not null)
        {
            last = last.Next;
        }

        last.Next = then;
        return first;
    }

    private void Branch(Head? first)
    {
        if (first is not null)
        {
            var branch = _scraps.Attempt(_attempt.Start, _attempt.StartedAt, _attempt.Ends);
            branch.First = first;
            _branches.Add(branch);
        }
    }

    // Null when one of its times is unknown: then it cannot be waited for.
    private Head? Wait(StepPlan step, StepLink? bound, long at, int guardsFrom)
    {
        var expires = Deadline(step.Within, bound, at);
        var until = Deadline(step.Until, bound, at);
        var parts = Parts(step, bound, at);
        if (expires is null || until is null || (parts is null && !step.IsSimple && !step.IsEnd))
        {
            Tell(TraceKind.Cancelled, null, "the partial match ends: a time of step {0} is unknown", step);
            return null;
        }

        var head = _scraps.Head(step.Index, guardsFrom, bound, at);
        (head.Expires, head.Until, head.Parts) = (expires.Value, until.Value, parts);
        return head;
    }

    private PartState[]? Parts(StepPlan step, StepLink? bound, long at)
    {
        if (step.IsSimple || step.IsEnd)
        {
            return null;
        }

        var parts = new PartState[step.Parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (Deadline(step.Parts[i], bound, at) is not { } deadline)
            {
                return null;
            }

            parts[i].Deadline = deadline;
        }

        return parts;
    }

    private long? Deadline(StepPart? part, StepLink? bound, long at) =>
        Deadline(part?.For, bound, at, part?.Kind is StepPartKind.Not or StepPartKind.Quiet);

    // A silence counts only the time in which the node could see; everything else goes on while it is down.
    private long? Deadline(DurationPlan? duration, StepLink? bound, long at, bool silence = false)
    {
        if (duration is null)
        {
            return DueItem.NotDue;
        }

        Evaluation.Bound = bound;
        return duration.Micros(Evaluation) is not ({ } micros and > 0) ? null
            : silence ? rule.Outage.End(at, micros)
            : at + micros;
    }

    private void Tell(TraceKind kind, Reading? reading, string text, StepPlan? step = null)
    {
        if (rule.Trace is { } trace)
        {
            var words = step is null
                ? text
                : string.Format(System.Globalization.CultureInfo.InvariantCulture, text, $"'{step.Text}'");
            trace(new TraceEvent(kind, _key, new Timestamp(rule.Time), reading, words));
        }
    }
}
