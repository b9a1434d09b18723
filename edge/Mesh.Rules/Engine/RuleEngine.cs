using Mesh.Contracts;
using Mesh.Rules.Index;
using Mesh.Rules.Running;

namespace Mesh.Rules;

/// <summary>
/// Runs the rules of one node: recognises duplicates, keeps the site's clock and the latest values, brings each reading
/// to the rules that can use it, and runs timers at their instants. Deterministic: the same sequence of calls gives the
/// same outputs, and how readings are cut into turns makes no difference. One thread at a time.
/// </summary>
/// <remarks>
/// <code>
///  Offer ─▶ duplicate? ─▶ waits for the clock ─▶ timers due by then ─▶ BeforeApply ─▶ latest ─▶ Applied ─▶ rules
///                         (recorded)                                                                        │
///  Tick, Mark ───────────▶ clock                         derived readings of `set` ◀────────────────────────┤
///                                                                              outputs ◀────────────────────┘
/// </code>
/// To go on from saved state: make the engine, <see cref="Load"/> the same rules, <see cref="RestoreCore"/>, then
/// <see cref="RestoreRule"/> for each. Rules start at the first input after that, those restored go on.
/// </remarks>
public sealed partial class RuleEngine
{
    private readonly RuleEngineOptions _options;
    private readonly NodeClock _clock = new();
    private readonly DeviceTable _devices;
    private readonly RuleLimits _limits;
    private readonly Dictionary<string, Source> _sources = new(StringComparer.Ordinal);
    private readonly DueHeap<RunningRule> _dueRules = new();
    private readonly Queue<(RunningRule Producer, Reading Reading)> _derived = new();
    private readonly OutputList _outputs = new();
    private readonly Dictionary<string, SensorIndex> _index = new(StringComparer.Ordinal);
    private List<RunningRule> _rules = [];
    private bool _allStarted = true;
    private Source? _lastSource;

    public RuleEngine(RuleEngineOptions options)
    {
        _options = options;
        _devices = new DeviceTable(options.MaxDevices);
        _limits = new RuleLimits(
            options.MaxKeys,
            options.MaxWaiting,
            options.MaxDevicesPerInput,
            options.MaxWindowReadings
        );
        foreach (var name in options.Clock == ClockKind.Recorded ? options.ExpectedSources : [])
        {
            SourceOf(name);
        }
    }

    /// <summary>The node's clock; <see cref="Timestamp.MinValue"/> until it is known.</summary>
    public Timestamp Clock => _clock.Now;

    /// <summary>
    /// Called with each reading at the instant it takes effect on the node's clock, before rules see it: the place to
    /// set <see cref="Reading.Labels"/> from the registry.
    /// </summary>
    public Action<Reading>? BeforeApply { get; set; }

    /// <summary>Called with each reading that a device sent, once it is the node's latest and before rules see it.</summary>
    public Action<Reading>? Applied { get; set; }

    /// <summary>Readings admitted.</summary>
    public long Accepted { get; private set; }

    /// <summary>Readings refused as seen before.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Readings dropped as late, summed over rules.</summary>
    public long Late => _rules.Sum(r => r.Counters.Late);

    /// <summary>Readings that were given their arrival time because their own was out of bounds.</summary>
    public long Flagged { get; private set; }

    /// <summary>Readings admitted that wait for the recorded clock.</summary>
    public int WaitingForClock => _waiting.Count;

    /// <summary>
    /// Outputs, told as they are drained, when the engine is at rest: a subscriber that throws harms no rule.
    /// </summary>
    public IObservable<RuleOutput> Outputs => _outputs;

    /// <summary>Per rule, in the order loaded.</summary>
    public IReadOnlyList<RuleStatus> Status => [.. _rules.Select(StatusOf)];

    /// <summary>Rules that have stopped, and why, in the order loaded.</summary>
    public IEnumerable<(string Rule, string Fault)> Faults =>
        _rules.Where(r => r.Fault is not null).Select(r => (r.Rule.Id, r.Fault!));

    /// <summary>The rule as it runs; null when there is none of that id.</summary>
    internal RunningRule? Running(string id) => _byId.GetValueOrDefault(id);

    /// <summary>Takes a reading of a source.</summary>
    /// <param name="source">The agent's stream it came in.</param>
    /// <param name="reading">Within <see cref="Limits"/>: whoever received it has checked that.</param>
    public Admission Offer(string source, Reading reading)
    {
        if (_devices.FindOrAdd(reading.Device) is { } device && !_devices.Admit(device, reading))
        {
            Duplicates++;
            return Admission.Duplicate;
        }

        Accepted++;
        var from = SourceOf(source);
        if (_options.Clock == ClockKind.Recorded)
        {
            Record(from, reading);
        }
        else
        {
            if (!_clock.IsKnown)
            {
                AdvanceTo(reading.ReceivedOrAt.Micros);
            }

            Settle();
            ReviveIfEnded(from);
            Apply(Bounded(reading), from);
        }

        return Admission.Accepted;
    }

    /// <summary>Everything of the source received before <paramref name="time"/> has been offered; a final mark ends it.</summary>
    public void Mark(string source, Timestamp time, bool final)
    {
        var from = SourceOf(source);
        if (_options.Clock == ClockKind.Recorded)
        {
            RecordMark(from, time, final);
        }
        else if (final)
        {
            Settle();
            End(from, time);
            CaughtUp(from, long.MaxValue);
        }
        else
        {
            CaughtUp(from, time.Micros);
        }
    }

    /// <summary>Whether the source is connected: a dead one holds no watermark.</summary>
    public void SourceAlive(string source, bool alive)
    {
        var from = SourceOf(source);
        if (from.Alive == alive)
        {
            return;
        }

        Settle();
        ChangeSource(from, () => from.Alive = alive);
        if (!alive)
        {
            CaughtUp(from, long.MaxValue);
        }
    }

    /// <summary>Live: the clock has come to <paramref name="now"/>. It never goes back. No effect on a recorded clock.</summary>
    public void Tick(Timestamp now)
    {
        if (_options.Clock == ClockKind.Live)
        {
            AdvanceTo(now.Micros);
        }
    }

    /// <summary>Moves what rules have said since the last call into the list, in order, and tells the subscribers.</summary>
    public void DrainOutputs(List<RuleOutput> into) => _outputs.Drain(into);

    // Rules that were loaded meanwhile start, and what is due by the clock runs, before anything new is taken.
    private void Settle()
    {
        if (_clock.IsKnown)
        {
            AdvanceTo(_clock.Micros);
        }
    }

    private Source SourceOf(string name)
    {
        if (ReferenceEquals(name, _lastSource?.Name))
        {
            return _lastSource;
        }

        if (!_sources.TryGetValue(name, out var source))
        {
            source = new Source(name);
            _sources.Add(name, source);
            _slowestIsKnown = false;
        }

        _lastSource = source;
        return source;
    }

    private Reading Bounded(Reading reading)
    {
        var (at, now) = (reading.At, _clock.Now);
        if (at >= now - _options.Back && at <= now + _options.Ahead)
        {
            return reading;
        }

        Flagged++;
        return reading.MovedTo(now);
    }

    private static RuleStatus StatusOf(RunningRule rule) =>
        new()
        {
            Rule = rule.Rule.Id,
            Hash = rule.Rule.Hash,
            Time = new Timestamp(rule.CurrentTime),
            Seen = rule.Counters.Seen,
            Late = rule.Counters.Late,
            Unkeyed = rule.Counters.Unkeyed,
            IgnoredOlder = rule.Counters.IgnoredOlder,
            Outputs = rule.Counters.Outputs,
            Suppressed = rule.Counters.Suppressed,
            KeysPurged = rule.Counters.KeysPurged,
            Forced = rule.Counters.Forced,
            WindowDropped = rule.Counters.WindowDropped,
            PartialsDropped = rule.Counters.PartialsDropped,
            Keys = rule.Keys,
            Waiting = rule.Waiting,
            Open = rule.OpenEpisodes,
            Stale = rule.StaleEpisodes,
            Started = rule.IsStarted ? new Timestamp(rule.StartTime) : null,
            Fault = rule.Fault,
        };
}
