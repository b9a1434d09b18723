using Mesh.Contracts;
using Mesh.Rules.Compiled;
using Mesh.Rules.Expressions;
using Mesh.Rules.Index;

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

        if (rule.IsSettled)
        {
            rule.Speak(DetectionKind.Match, key, reading.At, reading, sensor.Index);
            return;
        }

        rule.Evaluation.Begin(new Timestamp(rule.Time), key, reading, sensor.Index);
        if (Holds(sensor.Filter, rule.Evaluation) && Holds(where, rule.Evaluation))
        {
            rule.Speak(DetectionKind.Match, key, reading.At, reading, sensor.Index);
        }
    }

    // A rule that waits for late readings must know whose they are, so their keys must not decide which it sees.
    public override IReadOnlyList<FilterTerm>? Wants(CompiledRule rule, SensorPlan sensor)
    {
        var seesAll =
            sensor is not { Judged: true, Inputs.Length: 0, Parts.Length: 0 }
            || (rule.Lateness > 0 && !rule.Layout.By.All(part => part is "device" or "sensor"));
        return !seesAll && FilterTerm.Of([.. Conditions(sensor)]) is { } term ? [term] : null;
    }

    private IEnumerable<Node> Conditions(SensorPlan sensor)
    {
        if (sensor.Filter is { } filter)
        {
            yield return filter;
        }

        if (where is not null)
        {
            yield return where;
        }
    }

    public override void Due(RunningRule rule, KeyState key) { }

    private static bool Holds(Node? condition, Evaluation e) => condition is null || condition.Test(e) == Truth.True;
}
