using Mesh.Contracts;
using Mesh.Rules.Compiled;
using Mesh.Rules.Expressions;

namespace Mesh.Rules.Running;

/// <summary><c>each:</c> a match per reading that satisfies the filter.</summary>
internal sealed class EachBody(Node? where) : RuleBody
{
    public override bool NeedsKeys => false;

    public override void Apply(RunningRule rule, KeyState key, SensorPlan sensor, Reading reading, bool inputsChanged)
    {
        if (!sensor.Judged)
        {
            return;
        }

        rule.Evaluation.Begin(new Timestamp(rule.Time), key, reading, sensor.Index);
        if (Holds(sensor.Filter, rule.Evaluation) && Holds(where, rule.Evaluation))
        {
            rule.Speak(DetectionKind.Match, key, null, reading, sensor.Index);
        }
    }

    public override void Due(RunningRule rule, KeyState key) { }

    private static bool Holds(Node? condition, Evaluation e) => condition is null || condition.Test(e) == Truth.True;
}
