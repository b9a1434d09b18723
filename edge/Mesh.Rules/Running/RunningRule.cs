using System.Reactive.Disposables;
using System.Reactive.Subjects;
using Mesh.Contracts;
using Mesh.Rules.Compiled;
using Mesh.Rules.Expressions;
using Mesh.Rules.Index;
using Mesh.Rules.Running;

namespace Mesh.Rules;

/// <summary>
/// A rule with its state: an Rx operator from events to outputs. Keyed, timed state is its own, compact and saveable,
/// because a rule must survive a restart and move between nodes.
/// </summary>
/// <remarks>
/// <code>
///  reading ─▶ key ─▶ late? ─▶ waiting readings ─▶ inputs, histories ─▶ body ─▶ throttle ─▶ output
///                     (lateness > 0 only)            ▲
///                                        due keys ───┘
/// </code>
/// Time: with lateness 0 the rule's time is the node's clock. Otherwise it is the watermark, the earliest over the live
/// sources that have sent the rule something. It never goes back. At one instant timers run before readings.
/// This file has the steps; <c>RunningRule.Time.cs</c> the watermark, <c>.Keys.cs</c> the keys, <c>.Outputs.cs</c> what
/// it says, <c>.State.cs</c> saving.
/// </remarks>
internal sealed partial class RunningRule : DueItem, ISubject<MeshEvent, RuleOutput>
{
    private readonly NodeClock _clock;
    private readonly WaitingReadings _waiting = new();
    private readonly DueHeap<KeyState> _due = new();
    private IObserver<RuleOutput>[] _observers = [];
    private RuleCounters _counters;

    public RunningRule(CompiledRule rule, NodeClock clock, RuleLimits limits)
    {
        Rule = rule;
        _clock = clock;
        _limits = limits;
        _scratch = new KeyValues(new Value[rule.Layout.By.Count]);
        _here = _scratch;
        _unkeyedState = new KeyState(_scratch, 0);
        _needsKeys =
            rule.Body.NeedsKeys
            || rule.Layout.Inputs.Count > 0
            || rule.Layout.Parts.Count > 0
            || rule.Definition.Throttle is not null;
        Evaluation.Tables = TablesOf(rule.Layout);
        Lets = new Value[rule.Layout.Lets.Count];
        Derived = new Source("rule:" + rule.Id, this);
    }

    public CompiledRule Rule { get; private set; }

    public RuleLayout Layout => Rule.Layout;

    public Evaluation Evaluation { get; } = new();

    /// <summary>The rule's own derived readings, as other rules see them.</summary>
    public Source Derived { get; }

    /// <summary>Told what happens and why, when somebody asks; null otherwise, which costs a comparison.</summary>
    public Action<TraceEvent>? Trace { get; set; }

    /// <summary>Why the rule has stopped; null while it runs.</summary>
    public string? Fault { get; set; }

    /// <summary>Values of the <c>let</c> names at the last output.</summary>
    public Value[] Lets { get; }

    /// <summary>A rule of the same id and hash takes over: other labels, severity, actions; the same state.</summary>
    public void Adopt(CompiledRule rule)
    {
        TakeTables(rule);
        Rule = rule;
        ForgetOrigins();
    }

    public IDisposable Subscribe(IObserver<RuleOutput> observer)
    {
        _observers = [.. _observers, observer];
        return Disposable.Create(() => _observers = [.. _observers.Where(o => o != observer)]);
    }

    /// <summary>A reading from nowhere in particular, at the clock's instant; other events are not for rules yet.</summary>
    public void OnNext(MeshEvent value)
    {
        if (value is Reading reading && Plan(reading.Sensor) is { } plan)
        {
            Accept(reading, new Subscription(this, plan), _direct, older: false);
        }
    }

    public void OnCompleted()
    {
        foreach (var observer in _observers)
        {
            observer.OnCompleted();
        }
    }

    public void OnError(Exception error)
    {
        foreach (var observer in _observers)
        {
            observer.OnError(error);
        }
    }

    /// <summary>Takes a reading as it arrives: applies it, keeps it for the watermark, or counts why not.</summary>
    /// <param name="reading">The reading.</param>
    /// <param name="to">What its sensor means to this rule, and what is known of the reading already.</param>
    /// <param name="source">Whose stream it came in.</param>
    /// <param name="older">Its device has already sent a newer reading of the sensor.</param>
    public void Accept(Reading reading, Subscription to, Source source, bool older)
    {
        if (!FillScratch(reading))
        {
            _counters.Unkeyed++;
            return;
        }

        _counters.Seen++;
        if (Rule.Lateness == 0)
        {
            Time = _clock.Micros;
            IsSettled = to.IsSettled;
            Apply(reading, to.Plan, older);
            IsSettled = false;
            return;
        }

        Join(source);
        if (!IsInTime(reading, source))
        {
            _counters.Late++;
            TraceLate(reading);
            if (AfterAll(reading, source) is not { } adjusted)
            {
                return;
            }

            reading = adjusted;
        }

        _waiting.Add(new WaitingReading(reading, source.Name));
    }

    /// <summary>Lateness 0: runs what is due by now, all keys of the earliest instant.</summary>
    public void RunDue(long until)
    {
        var at = _due.Earliest;
        while (_due.Count > 0 && _due.Earliest == at && at <= until)
        {
            Time = Math.Max(Time, at);
            RunFirst();
        }
    }

    /// <summary>Lateness above 0: one timer or one reading below the watermark, in order; false when there is none.</summary>
    public bool StepTo(long watermark)
    {
        var (timer, reading) = (_due.Earliest, _waiting.Earliest);
        if (timer != NotDue && timer * 2 <= watermark && timer <= reading)
        {
            Time = Math.Max(Time, timer);
            RunFirst();
            return true;
        }

        if (reading == NotDue || reading * 2 >= watermark)
        {
            return false;
        }

        ApplyFirst();
        return true;
    }

    private void RunFirst()
    {
        var key = _due.First;
        key.Touched = Time;
        Rule.Body.Due(this, key);
        _due.Update(key, key.Due);
    }

    private void ApplyFirst()
    {
        var reading = _waiting.Take().Reading;
        Time = Math.Max(Time, reading.At.Micros);
        FillScratch(reading);
        Apply(reading, Plan(reading.Sensor)!, older: false);
    }

    private void Apply(Reading reading, SensorPlan plan, bool older)
    {
        if (!_needsKeys)
        {
            if (IsTraced)
            {
                Cause = reading;
                Tell(TraceKind.Took, new KeyState(_here.Copy(), 0), "taken");
            }

            _unkeyedState.Values = _here;
            Rule.Body.Apply(this, _unkeyedState, plan, reading, inputsChanged: false);
            return;
        }

        if (FindOrAdd() is not { } key)
        {
            return;
        }

        key.Touched = Time;
        Cause = reading;
        Tell(TraceKind.Took, key, "taken");
        PushParts(key, plan, reading);
        var changed = FeedInputs(key, plan, reading, older);
        Rule.Body.Apply(this, key, plan, reading, changed);
        Cause = null;
        _due.Update(key, key.Due);
    }

    private SensorPlan? Plan(string sensor)
    {
        foreach (var plan in Layout.Sensors)
        {
            if (string.Equals(plan.Sensor, sensor, StringComparison.Ordinal))
            {
                return plan;
            }
        }

        return null;
    }
}
