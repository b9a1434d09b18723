using Mesh.Contracts;
using Mesh.Rules.Compiled;
using Mesh.Rules.Expressions;

namespace Mesh.Rules.Running;

/// <summary>
/// <c>window:</c> tumbling windows <c>[a, b)</c>. A window opens with its first reading and closes at b, before the
/// readings of that instant; without <c>emit_empty</c> there is no timer between windows, so an idle key costs nothing.
/// </summary>
internal sealed class WindowBody(WindowDefinition definition, EpisodePlan? condition) : RuleBody
{
    private readonly long _size = CompiledRule.Micros(definition.Tumbling);
    private readonly long _offset = CompiledRule.Micros(definition.Offset);

    public override void Start(RunningRule rule, KeyState key)
    {
        key.Armed = condition is { StartsOnEdge: false };
        var window = key.Window ?? Make(rule);
        key.Body = window;
        if (definition is { EmitEmpty: true, Alignment: WindowAlignment.Epoch } && window.EndMicros == KeyState.NotDue)
        {
            Open(window, rule.StartTime);
        }
    }

    public override void Apply(RunningRule rule, KeyState key, SensorPlan sensor, Reading reading, bool inputsChanged)
    {
        if (!sensor.Judged)
        {
            return;
        }

        var e = rule.Evaluation;
        e.Begin(new Timestamp(rule.Time), key, reading, sensor.Index);
        if (sensor.Filter is { } filter && filter.Test(e) != Truth.True)
        {
            return;
        }

        var window = key.Window!;
        if (!window.HasPhase)
        {
            (window.HasPhase, window.Phase) = (true, rule.Time);
        }

        // An empty window opened by the start of a rule that looks back by its lateness may lie ahead of the reading.
        if (window.EndMicros == KeyState.NotDue || (window.Count == 0 && rule.Time < window.StartMicros))
        {
            Open(window, rule.Time);
        }

        window.Note(reading);
        foreach (var aggregate in rule.Layout.Aggregates)
        {
            aggregate.Add(ref window.Aggregates[aggregate.Slot], e);
        }
    }

    public override void Due(RunningRule rule, KeyState key)
    {
        EpisodePlan.Due(rule, key);
        if (key.Window is { } window && window.EndMicros <= rule.Time)
        {
            Close(rule, key, window);
        }
    }

    public override BodyState Restore(RunningRule rule, StateReader reader)
    {
        var window = Make(rule);
        window.Restore(reader, [.. rule.Layout.LetHistories.Select(h => h.Depth)]);
        return window;
    }

    private static WindowState Make(RunningRule rule) =>
        new(rule.Layout.Aggregates.Count, rule.Layout.Lets.Count, rule.Layout.LetHistories.Count);

    private void Close(RunningRule rule, KeyState key, WindowState window)
    {
        if (window.Count > 0 || definition.EmitEmpty)
        {
            rule.Evaluation.Begin(new Timestamp(rule.Time), key);
            rule.Evaluation.Window = window;
            rule.Evaluation.Lets = window.LetValues;
            rule.ComputeWindowLets(window);
            Say(rule, key, window);
            rule.Evaluation.Window = null;
        }

        window.Clear();
        if (definition.EmitEmpty)
        {
            Open(window, window.EndMicros);
        }
        else
        {
            window.EndMicros = KeyState.NotDue;
        }
    }

    private void Say(RunningRule rule, KeyState key, WindowState window)
    {
        if (condition is null)
        {
            rule.SpeakWindow(key, window);
        }
        else if (!definition.EmitEach)
        {
            condition.Evaluate(rule, key);
        }
        else if (condition.Holds(rule.Evaluation))
        {
            rule.Speak(DetectionKind.Match, key, null);
        }
    }

    private void Open(WindowState window, long at)
    {
        var phase = definition.Alignment == WindowAlignment.First ? window.Phase : _offset;
        window.StartMicros = at - Floor.Remainder(at - phase, _size);
        window.EndMicros = window.StartMicros + _size;
    }
}
