using Mesh.Contracts;
using Mesh.Rules.Compiled;
using Mesh.Rules.Expressions;

namespace Mesh.Rules.Running;

/// <summary>
/// <c>window:</c> — which readings a window takes and what is made of it when its shape says so:
/// <code>
///   reading ─▶ filter ─▶ shape ─▶ content        ┌─ no when:     an aggregate
///                          │  due  │             │
///                          └───────┴─▶ results ──┼─ emit: each   a match, if the condition holds
///                                       lets     │
///                                                └─ when:        an episode, judged again by its inputs and the clock
/// </code>
/// </summary>
internal sealed class WindowBody : RuleBody
{
    private readonly WindowShape _shape;
    private readonly EpisodePlan? _condition;
    private readonly bool _each;
    private readonly bool _readsInputs;

    /// <param name="shape">When windows begin and are said.</param>
    /// <param name="condition">What a window must satisfy; null when every window is said.</param>
    /// <param name="each">A match per window, instead of an episode.</param>
    /// <param name="readsInputs">The condition of an episode names inputs.</param>
    public WindowBody(WindowShape shape, EpisodePlan? condition, bool each, bool readsInputs)
    {
        _shape = shape;
        _condition = condition;
        _each = each;
        _readsInputs = readsInputs;
    }

    private bool HasEpisode => _condition is not null && !_each;

    public override void Start(RunningRule rule, KeyState key)
    {
        key.Armed = _condition is { StartsOnEdge: false };
        var window = Make(rule);
        key.Body = window;
        _shape.Start(window, Math.Max(rule.StartTime, rule.Time));
    }

    public override void Apply(RunningRule rule, KeyState key, SensorPlan sensor, Reading reading, bool inputsChanged)
    {
        var window = key.Window!;
        if (sensor.Judged && Passes(rule, key, sensor, reading))
        {
            _shape.Take(new WindowCall(this, rule, key, window), reading, sensor.Index);
        }
        else if (sensor.Judged && rule.IsTraced)
        {
            rule.Tell(TraceKind.Ignored, key, $"{reading.Sensor} did not pass the filter of the window");
        }

        if (inputsChanged && _readsInputs)
        {
            Judge(rule, key, window);
        }
    }

    public override bool JudgesByClock => HasEpisode;

    public override void Due(RunningRule rule, KeyState key)
    {
        EpisodePlan.Due(rule, key);
        var window = key.Window!;
        if (window.DueMicros <= rule.Time)
        {
            _shape.Due(new WindowCall(this, rule, key, window));
        }

        if (key.Recheck <= rule.Time)
        {
            Judge(rule, key, window);
        }
    }

    public override BodyState Restore(RunningRule rule, StateReader reader)
    {
        var window = Make(rule);
        window.Restore(reader);
        return window;
    }

    /// <summary>Works out what the window has come to, and says it or judges it.</summary>
    public void Say(RunningRule rule, KeyState key, WindowState window, long start, long end)
    {
        var e = rule.Evaluation;
        (window.StartMicros, window.EndMicros, window.HasResults) = (start, end, true);
        window.Content.Sum(window);
        e.Begin(new Timestamp(rule.Time), key);
        e.Window = window;
        e.Lets = window.LetValues;
        rule.ComputeWindowLets(window);
        if (_condition is null)
        {
            rule.SpeakWindow(key, window);
        }
        else if (!_each)
        {
            Judge(rule, key, window);
        }
        else if (_condition.Holds(e))
        {
            rule.Speak(DetectionKind.Match, key, new Timestamp(start));
        }
        else if (rule.IsTraced)
        {
            rule.Tell(TraceKind.Ignored, key, "the window did not satisfy the condition");
        }

        e.Window = null;
    }

    // The episode's condition over the window last said, at the rule's time.
    private void Judge(RunningRule rule, KeyState key, WindowState window)
    {
        key.Recheck = DueItem.NotDue;
        if (!HasEpisode || !window.HasResults)
        {
            return;
        }

        var e = rule.Evaluation;
        e.Window = window;
        e.Lets = window.LetValues;
        _condition!.Judge(rule, key);
        e.Window = null;
    }

    private static bool Passes(RunningRule rule, KeyState key, SensorPlan sensor, Reading reading)
    {
        rule.Evaluation.Begin(new Timestamp(rule.Time), key, reading, sensor.Index);
        return sensor.Filter is not { } filter || filter.Test(rule.Evaluation) == Truth.True;
    }

    private WindowState Make(RunningRule rule)
    {
        var aggregates = rule.Layout.Aggregates;
        var summed = _condition is null;
        WindowContent content = _shape.Slides
            ? new SlidingReadings(aggregates, summed)
            : new WindowTotals(aggregates, summed);
        return new WindowState(content, rule.Layout);
    }
}
