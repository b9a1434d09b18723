using Mesh.Contracts;
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
internal sealed class EpisodePlan(RuleDefinition definition, Node when, Node? clearWhen)
{
    private readonly long _for = CompiledRule.Micros(definition.For);
    private readonly long _clearFor = CompiledRule.Micros(definition.ClearFor);

    /// <summary>Whether a known false must be seen before the first fire.</summary>
    public bool StartsOnEdge => definition.StartsOnEdge;

    public bool Holds(Evaluation e) => when.Test(e) == Truth.True;

    /// <summary>Evaluates the conditions at the rule's time and does what follows.</summary>
    public void Evaluate(RunningRule rule, KeyState key)
    {
        var e = rule.Evaluation;
        if (!key.IsOpen)
        {
            var blocked = clearWhen is not null && clearWhen.Test(e) == Truth.True;
            Outside(rule, key, blocked ? Truth.False : when.Test(e));
        }
        else if (clearWhen is not null)
        {
            Inside(rule, key, clearWhen.Test(e) == Truth.True);
        }
        else
        {
            Inside(rule, key, when.Test(e) == Truth.False);
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
            if (key.Phase == Phase.Pending || !key.Armed)
            {
                return;
            }

            key.Phase = Phase.Pending;
            key.Since = Math.Max(rule.Time, rule.StartedAt);
            key.Deadline = key.Since + _for;
            if (key.Deadline <= rule.Time)
            {
                Fire(rule, key);
            }
            else if (rule.IsTraced)
            {
                rule.Tell(
                    TraceKind.Began,
                    key,
                    $"the condition became true; it fires in {Span(_for)} unless it changes"
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
        else if (key.Phase == Phase.Firing)
        {
            key.Phase = Phase.Clearing;
            key.Deadline = rule.Time + _clearFor;
            if (_clearFor == 0)
            {
                Clear(rule, key);
            }
            else if (rule.IsTraced)
            {
                rule.Tell(
                    TraceKind.Began,
                    key,
                    $"the condition ended; it clears in {Span(_clearFor)} unless it returns"
                );
            }
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
