using Mesh.Contracts;
using Mesh.Rules.Compiled;
using Mesh.Rules.Running;

namespace Mesh.Rules.Code;

/// <summary>
/// A rule in code under the time, the order and the isolation of every other rule. It has one state for all keys; what
/// it says carries the key.
/// </summary>
internal sealed class CodeBody(CodeRule code) : RuleBody
{
    public override void Start(RunningRule rule, KeyState key)
    {
        // With a lateness the rule's time begins with its first reading, which may lie before the clock.
        if (rule.Rule.Lateness == 0)
        {
            key.Body = new CodeState(code, rule.StartTime);
            Say(rule, (CodeState)key.Body);
        }
    }

    public override void Apply(RunningRule rule, KeyState key, SensorPlan sensor, Reading reading, bool inputsChanged)
    {
        var state = (CodeState)(key.Body ??= new CodeState(code, rule.Time));
        state.Take(rule.Time, reading, code.Horizon);
        Say(rule, state);
    }

    public override void Due(RunningRule rule, KeyState key)
    {
        var state = (CodeState)key.Body!;
        state.MoveTo(rule.Time);
        Say(rule, state);
    }

    public override BodyState Restore(RunningRule rule, StateReader reader) => CodeState.Restore(code, reader);

    private static void Say(RunningRule rule, CodeState state)
    {
        foreach (var detection in state.Drain())
        {
            rule.SpeakCode(detection);
        }
    }
}
