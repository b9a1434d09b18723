using Mesh.Contracts;
using Mesh.Rules.Compiled;

namespace Mesh.Rules.Running;

/// <summary><c>when:</c> a level condition, evaluated when an input changes and when the clock alone can change it.</summary>
internal sealed class ConditionBody(EpisodePlan episode) : RuleBody
{
    public override bool JudgesByClock => true;

    public override void Apply(RunningRule rule, KeyState key, SensorPlan sensor, Reading reading, bool inputsChanged)
    {
        if (inputsChanged)
        {
            Evaluate(rule, key);
        }
    }

    public override void Due(RunningRule rule, KeyState key)
    {
        // The evaluation that follows must not see a deadline that this instant has settled.
        EpisodePlan.Due(rule, key);
        if (key.Recheck <= rule.Time)
        {
            Evaluate(rule, key);
        }
    }

    public override void Start(RunningRule rule, KeyState key)
    {
        key.Armed = !episode.StartsOnEdge;
        key.Recheck = rule.StartTime;
    }

    private void Evaluate(RunningRule rule, KeyState key)
    {
        var phase = key.Phase;
        rule.Evaluation.Begin(new Timestamp(rule.Time), key);
        episode.Evaluate(rule, key);
        key.Recheck = rule.Evaluation.NextChange;
        if (key.IsOpen != phase is Phase.Firing or Phase.Clearing)
        {
            // Which conditions matter has changed with the phase, and speaking has used the evaluation.
            rule.Evaluation.Begin(new Timestamp(rule.Time), key);
            episode.Evaluate(rule, key);
            key.Recheck = rule.Evaluation.NextChange;
        }
    }
}
