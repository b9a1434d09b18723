using Mesh.Contracts;
using Mesh.Rules.Compiled;
using Mesh.Rules.Expressions;

namespace Mesh.Rules.Running;

/// <summary>
/// <c>absent:</c> — fires when nothing has come for a while, clears when something comes:
/// <code>
///   key appears, reading ─▶ Pending (silent since …) ── silence over ─▶ Firing ── reading ─▶ clear, Pending
///                             ▲    │ reading                            │  ▲
///                             └────┘                 rearm: always ─────└──┘ fires again every d
/// </code>
/// </summary>
/// <param name="silence">How long; worked out when the silence begins. Unknown: this silence is not watched.</param>
/// <param name="definition">What is watched, and how.</param>
/// <param name="startsOnEdge">A key is watched from its first reading, not from its start.</param>
internal sealed class AbsentBody(DurationPlan silence, AbsentDefinition definition, bool startsOnEdge) : RuleBody
{
    public override bool StartsWithLatest => true;

    public override bool ExpectsRegistry => definition.ExpectsRegistry;

    public override void Start(RunningRule rule, KeyState key)
    {
        if (!startsOnEdge)
        {
            Begin(rule, key, Math.Max(rule.StartTime, rule.Time));
        }
    }

    public override void Apply(RunningRule rule, KeyState key, SensorPlan sensor, Reading reading, bool inputsChanged)
    {
        if (!sensor.Judged)
        {
            return;
        }

        rule.Evaluation.Begin(new Timestamp(rule.Time), key, reading, sensor.Index);
        if (sensor.Filter is { } filter && filter.Test(rule.Evaluation) != Truth.True)
        {
            return;
        }

        if (key.IsOpen)
        {
            key.Phase = Phase.Idle;
            rule.Speak(DetectionKind.Clear, key, new Timestamp(key.Since));
        }

        Begin(rule, key, rule.Time);
        if (rule.IsTraced)
        {
            rule.Tell(TraceKind.Began, key, $"{reading.Sensor} has come; {Next(key)}");
        }
    }

    public override void Due(RunningRule rule, KeyState key)
    {
        if (key.Recheck <= rule.Time)
        {
            // Only after a time out that was too long to be counted: the silence begins again.
            key.Recheck = DueItem.NotDue;
            if (key.Phase == Phase.Idle)
            {
                Begin(rule, key, rule.Time);
            }
        }

        if (key.Deadline <= rule.Time && rule.Rule.Active is { } active && !active.At(rule.Time))
        {
            // Told when the active time begins, if it still lasts.
            key.Deadline = active.NextChange(rule.Time);
        }
        else if (key.Deadline <= rule.Time)
        {
            key.Phase = Phase.Firing;
            key.Deadline =
                definition.FiresAgain && Length(rule, key) is { } again ? key.Deadline + again : DueItem.NotDue;
            rule.Speak(DetectionKind.Fire, key, new Timestamp(key.Since));
        }
    }

    /// <summary>A silence counts only the time in which the node could hear.</summary>
    public override void Restarted(RunningRule rule, KeyState key)
    {
        if (key.Phase != Phase.Firing)
        {
            EpisodePlan.Restarted(rule, key);
        }
        else if (key.Deadline != DueItem.NotDue)
        {
            var again = rule.Outage.StartsOver ? Length(rule, key) : null;
            key.Deadline = again is { } length ? rule.Outage.To + length : rule.Outage.Moved(key.Deadline);
        }
    }

    private void Begin(RunningRule rule, KeyState key, long at)
    {
        key.Phase = Phase.Pending;
        key.Since = at;
        key.Deadline = Length(rule, key) is { } length
            ? Math.Max(rule.Outage.End(at, length), rule.Outage.GraceUntil)
            : DueItem.NotDue;
    }

    // None at all would fire with every reading, and again and again at one instant.
    private long? Length(RunningRule rule, KeyState key)
    {
        rule.Evaluation.Begin(new Timestamp(rule.Time), key);
        return silence.Micros(rule.Evaluation) is { } length and > 0 ? length : null;
    }

    private static string Next(KeyState key) =>
        key.Deadline == DueItem.NotDue
            ? "how long it may be silent is unknown"
            : $"silence until {new Timestamp(key.Deadline)} fires";
}
