using Mesh.Contracts;
using Mesh.Rules.Compiled;
using Mesh.Rules.Expressions;

namespace Mesh.Rules.Running;

/// <summary>
/// The life of an episode of one key:
/// <code>
///           true, armed            true for `for`            ends            ended for `clear_for`
///   Idle ────────────────▶ Pending ─────────────▶ Firing ──────────▶ Clearing ─────────────▶ Idle
///     ▲    false, unknown     │       fire          ▲    not ended      │        clear
///     └───────────────────────┘                     └───────────────────┘
/// </code>
/// "Ends" means a known false, or a known true of <c>clear_when</c> where that is given. Unknown starts nothing,
/// cancels what is pending, and never ends an episode. While <c>clear_when</c> is known true nothing becomes pending.
/// </summary>
internal sealed class EpisodePlan(
    bool startsOnEdge,
    DurationPlan lasts,
    DurationPlan endsFor,
    Node when,
    Node? clearWhen
)
{
    /// <summary>Whether a known false must be seen before the first fire.</summary>
    public bool StartsOnEdge => startsOnEdge;

    public bool Holds(Evaluation e) => when.Test(e) == Truth.True;

    /// <summary>Judges the conditions at the rule's time, does what follows, and notes when the clock can change them.</summary>
    public void Judge(RunningRule rule, KeyState key)
    {
        var open = key.IsOpen;
        rule.Evaluation.Begin(new Timestamp(rule.Time), key);
        Evaluate(rule, key);
        if (key.IsOpen != open)
        {
            // Which conditions matter has changed with the phase, and speaking has used the evaluation.
            rule.Evaluation.Begin(new Timestamp(rule.Time), key);
            Evaluate(rule, key);
        }

        key.Recheck = rule.Evaluation.NextChange;
    }

    private void Evaluate(RunningRule rule, KeyState key)
    {
        var e = rule.Evaluation;
        if (!key.IsOpen)
        {
            var blocked = clearWhen is not null && clearWhen.Test(e) == Truth.True;
            Outside(rule, key, blocked ? Truth.False : when.Test(e));
        }
        else
        {
            var truth = (clearWhen ?? when).Test(e);
            key.Stale = truth == Truth.Unknown;
            Inside(rule, key, truth == (clearWhen is null ? Truth.False : Truth.True));
        }
    }

    /// <summary>A pending fire or clear is due: it happens before anything else of that instant.</summary>
    public static void Due(RunningRule rule, KeyState key)
    {
        if (key.Deadline > rule.Time)
        {
            return;
        }

        if (key.Phase == Phase.Pending)
        {
            Fire(rule, key);
        }
        else
        {
            Clear(rule, key);
        }
    }

    private void Outside(RunningRule rule, KeyState key, Truth truth)
    {
        if (truth == Truth.True)
        {
            if (key.Phase == Phase.Pending || !key.Armed || lasts.Micros(rule.Evaluation) is not { } wait)
            {
                return;
            }

            key.Phase = Phase.Pending;
            key.Since = Math.Max(rule.Time, rule.StartedAt);
            key.Deadline = Math.Max(rule.Outage.End(key.Since, wait), rule.Outage.GraceUntil);
            if (key.Deadline <= rule.Time)
            {
                Fire(rule, key);
            }
            else if (rule.IsTraced)
            {
                rule.Tell(
                    TraceKind.Began,
                    key,
                    $"the condition became true; it fires in {Span(key.Deadline - key.Since)} unless it changes"
                );
            }

            return;
        }

        if (key.Phase == Phase.Pending && rule.IsTraced)
        {
            var after = Span(rule.Time - key.Since);
            rule.Tell(TraceKind.Cancelled, key, $"the condition became {Word(truth)} after {after}; the wait is over");
        }

        key.Phase = Phase.Idle;
        key.Deadline = KeyState.NotDue;
        key.Armed |= truth == Truth.False;
    }

    private void Inside(RunningRule rule, KeyState key, bool ends)
    {
        if (!ends)
        {
            if (key.Phase == Phase.Clearing && rule.IsTraced)
            {
                rule.Tell(TraceKind.Cancelled, key, "the condition does not end after all; the alarm goes on");
            }

            key.Phase = Phase.Firing;
            key.Deadline = KeyState.NotDue;
        }
        else if (key.Phase == Phase.Firing && endsFor.Micros(rule.Evaluation) is { } wait)
        {
            key.Phase = Phase.Clearing;
            key.Deadline = rule.Outage.End(rule.Time, wait);
            if (key.Deadline <= rule.Time)
            {
                Clear(rule, key);
            }
            else if (rule.IsTraced)
            {
                rule.Tell(TraceKind.Began, key, $"the condition ended; it clears in {Span(wait)} unless it returns");
            }
        }
    }

    /// <summary>
    /// The node was down. A longer outage than the rule bears begins the wait again, when the condition is next judged;
    /// an open episode stays open. What was overdue, and what would fire within the grace, waits until its end.
    /// </summary>
    public static void Restarted(RunningRule rule, KeyState key)
    {
        var outage = rule.Outage;
        var held = outage.GraceUntil > outage.To && key.Recheck <= outage.To;
        if (key.Phase is not (Phase.Pending or Phase.Clearing))
        {
            key.Recheck = held ? outage.GraceUntil : key.Recheck;
            return;
        }

        // Just before the grace ends: what has become stale meanwhile must not fire.
        key.Recheck = held ? outage.GraceUntil - 1 : key.Recheck;
        if (outage.StartsOver)
        {
            key.Phase = key.Phase == Phase.Pending ? Phase.Idle : Phase.Firing;
            (key.Deadline, key.Recheck) = (KeyState.NotDue, Math.Min(key.Recheck, outage.To));
        }
        else
        {
            key.Deadline = outage.Moved(key.Deadline);
            key.Deadline = key.Phase == Phase.Pending ? Math.Max(key.Deadline, outage.GraceUntil) : key.Deadline;
        }

        if (rule.IsTraced)
        {
            var text = outage.StartsOver ? "begins again" : "goes on";
            rule.Tell(
                TraceKind.Advanced,
                key,
                $"{Span(outage.To - outage.From)} in which the node was down, or its clock was set, do not count; the wait {text}"
            );
        }
    }

    private static string Span(long micros) => Durations.Format(new TimeSpan(micros * TimeSpan.TicksPerMicrosecond));

    private static string Word(Truth truth) => truth == Truth.False ? "false" : "unknown";

    private static void Fire(RunningRule rule, KeyState key)
    {
        key.Phase = Phase.Firing;
        key.Deadline = KeyState.NotDue;
        rule.Speak(DetectionKind.Fire, key, new Timestamp(key.Since));
    }

    private static void Clear(RunningRule rule, KeyState key)
    {
        key.Phase = Phase.Idle;
        key.Deadline = KeyState.NotDue;
        key.Armed = true;
        rule.Speak(DetectionKind.Clear, key, new Timestamp(key.Since));
    }
}
