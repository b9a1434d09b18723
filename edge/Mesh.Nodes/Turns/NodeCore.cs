using Mesh.Contracts;
using Mesh.Rules;
using Mesh.Rules.Devices;
using Mesh.Rules.Yaml;

namespace Mesh.Nodes;

/// <summary>What became of one input of a turn.</summary>
/// <param name="UpTo">For a range: the last item of that numbering that is held once the turn is durable.</param>
/// <param name="Gap">The range did not join what is held and was refused; the sender resumes behind <paramref name="UpTo"/>.</param>
/// <param name="Refused">The disk is full: nothing of it is held, and sent again later it will be.</param>
public readonly record struct InputOutcome(long UpTo, bool Gap, bool Refused = false)
{
    public static readonly InputOutcome NoRoom = new(0, Gap: false, Refused: true);
}

/// <summary>
/// The heart of every node: a turn takes what arrived and gives what goes out, as one frame. No tasks, threads, timers
/// or I/O; the same inputs in the same order give the same frames, whoever calls. Around it, <see cref="Node"/> makes
/// frames durable before anybody hears of them, and replays them at a start.
/// </summary>
/// <remarks>
/// Order inside a turn: the clock moves first, then inputs in their order, each with all that follows from it; minutes are
/// sent where the clock passes their end, whichever turn that is in. A snapshot, where asked for, holds the state after all of that.
/// </remarks>
public sealed partial class NodeCore
{
    private readonly NodeSettings _settings;
    private readonly long _epoch;
    private readonly RuleEngine _engine;
    private readonly HopMarks _marks = new();
    private readonly PendingCommands _commands = new();
    private readonly SensorMinutes _minutes = new();
    private readonly Dictionary<string, string> _agents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _unnumbered = new(StringComparer.Ordinal);
    private readonly long[] _next = [1, 1, 1, 1];
    private readonly long[] _delivered = new long[Lanes.Count];
    private readonly DeliveredTimes _deliveredTimes;
    private readonly LaneAges _ages = new();

    // Scratch of the running turn.
    private readonly List<NodeInput> _inputs = [];
    private readonly List<NodeOutput> _outputs = [];
    private readonly List<RuleOutput> _ruleOutputs = [];
    private readonly List<PublishAction> _aside = [];
    private readonly List<Aggregate> _aggregates = [];
    private readonly List<int> _forwarded = [];
    private readonly List<NamedText> _absent = [];
    private int _place;

    public NodeCore(NodeSettings settings, long epoch)
    {
        _settings = settings;
        _epoch = epoch;
        _deliveredTimes = new DeliveredTimes(settings.Hop.KeepAfterAck);
        _engine = new RuleEngine(
            new RuleEngineOptions { Clock = settings.Clock, ExpectedSources = settings.ExpectedSources }
        );
        _engine.BeforeApply = _ => CloseMinutes(all: false);
        _engine.Applied = reading =>
        {
            // Readings that rules derive (seq of a rule, not of a device) are summed up like any other.
            if (Uplink.Aggregates)
            {
                _minutes.Add(reading);
            }
        };
    }

    public RuleEngine Engine => _engine;

    public UplinkChoice Uplink { get; private set; } = UplinkChoice.None;

    public DeviceRegistry Registry { get; private set; } = DeviceRegistry.Empty;

    /// <summary>
    /// Assemblies that the journal names and that are not loaded: until the rules change, their rules do not run. What
    /// they said is in the journal and stands.
    /// </summary>
    public IReadOnlyList<NamedText> AbsentAssemblies => _absent;

    /// <summary>The rule files as last accepted.</summary>
    public IReadOnlyList<NamedText> RuleTexts { get; private set; } = [];

    public NamedText? DevicesFile { get; private set; }

    public HopMarks Marks => _marks;

    public PendingCommands Commands => _commands;

    public NodeCounters Counters { get; } = new();

    /// <summary>Undelivered items that were dropped or carried over to make room.</summary>
    public Displaced Displaced { get; } = new();

    /// <summary>What will never reach the tier above.</summary>
    public Losses Losses { get; } = new();

    /// <summary>What the tier above refused for good.</summary>
    public RefusedItems Refused { get; } = new();

    /// <summary>The node's clock at the last turn, whether it left a frame or not.</summary>
    public Timestamp Now { get; private set; }

    /// <summary>The number the next item of a lane will get.</summary>
    public long NextItem(Lane lane) => _next[(int)lane];

    /// <summary>The last item of a lane that the tier above holds; without a tier above, the last item there is.</summary>
    public long DeliveredUpTo(Lane lane) => Uplink.Enabled ? _delivered[(int)lane] : _next[(int)lane] - 1;

    /// <summary>Items of a lane that the tier above does not hold yet.</summary>
    public long Backlog(Lane lane) => NextItem(lane) - 1 - DeliveredUpTo(lane);

    /// <summary>Since when the oldest of them waits, nearly; null when none does.</summary>
    public Timestamp? OldestUndelivered(Lane lane) => Backlog(lane) == 0 ? null : _ages.Oldest(lane);

    /// <summary>
    /// The last item of a lane that was acknowledged longer ago than the configuration says it is kept; another receiver
    /// that does not have it is told that it is elsewhere.
    /// </summary>
    public long DeliveredLongAgo(Lane lane) => _deliveredTimes.Before(lane, Now - _settings.Hop.KeepAfterAck);

    /// <summary>The newest mark of a source on this node itself, the last reading before it, and the frame that holds it.</summary>
    public (Mark Mark, long Item, long Frame)? NewestMark { get; private set; }

    /// <summary>One turn.</summary>
    /// <param name="number">The number of the frame it makes.</param>
    /// <param name="inputs">What arrived, in order. Readings among them belong to the node from here on.</param>
    /// <param name="now">The node's clock, UTC.</param>
    /// <param name="outcomes">What became of each input, in the same order.</param>
    /// <param name="snapshot">Whether the frame shall hold a snapshot.</param>
    public Frame Turn(
        long number,
        IReadOnlyList<NodeInput> inputs,
        Timestamp now,
        List<InputOutcome> outcomes,
        bool snapshot = false
    ) => Turn(number, inputs, now, now, outcomes, snapshot);

    /// <summary>One turn, after which the clock may have been set.</summary>
    /// <param name="number">The number of the frame it makes.</param>
    /// <param name="inputs">What arrived, in order. Readings among them belong to the node from here on.</param>
    /// <param name="clock">The node's clock, and whether it was set.</param>
    /// <param name="outcomes">What became of each input, in the same order.</param>
    /// <param name="snapshot">Whether the frame shall hold a snapshot.</param>
    /// <param name="silent">Whether there was no frame for so long that a live node writes one even if nothing happened.</param>
    internal Frame Turn(
        long number,
        IReadOnlyList<NodeInput> inputs,
        ClockReading clock,
        List<InputOutcome> outcomes,
        bool snapshot,
        bool silent
    )
    {
        NodeInput? first =
            clock.Step is { } step ? new ClockSet(step)
            : silent && inputs.Count == 0 && _settings.Clock == ClockKind.Live ? new ClockPassed()
            : null;
        if (first is null)
        {
            return Turn(number, inputs, clock.Now, clock.Now, outcomes, snapshot);
        }

        var frame = Turn(number, [first, .. inputs], clock.Now, clock.Now, outcomes, snapshot);
        outcomes.RemoveAt(0);
        return frame;
    }

    /// <summary>
    /// A turn made again. A live clock goes to where it was then: turns that left no frame may have moved it beyond the
    /// wall clock of this one, when that was set back in between.
    /// </summary>
    internal Frame Replay(Frame recorded, List<InputOutcome> outcomes) =>
        Turn(recorded.Number, recorded.Inputs, recorded.Time, recorded.Clock, outcomes, snapshot: false);

    /// <summary>A turn whose clock is not that of the wall: see the machine, which may make it stand still.</summary>
    internal Frame Turn(
        long number,
        IReadOnlyList<NodeInput> inputs,
        Timestamp now,
        Timestamp clock,
        List<InputOutcome> outcomes,
        bool snapshot
    )
    {
        _inputs.Clear();
        _outputs.Clear();
        _forwarded.Clear();
        _place = 0;
        _number = number;
        Now = now;
        Span<long> before = stackalloc long[Lanes.Count];
        _next.CopyTo(before);
        ExpireCommands(now);
        if (inputs is [NodeStarted { Down: var down }, ..])
        {
            // Before the clock comes to the start: what waits must not run out in the time that nobody could see.
            _engine.Restarted(clock - down, clock);
        }
        else if (inputs is [ClockSet(var step), ..])
        {
            // What was due before the clock was set is not moved by that.
            _engine.Tick(step.From);
            TakeRuleOutputs(now);
            CloseMinutes(all: step.To < step.From);
            _engine.Stepped(step);
        }

        _engine.Tick(clock);
        TakeRuleOutputs(now);
        CloseMinutes(all: false);
        foreach (var input in inputs)
        {
            outcomes.Add(Take(input, now));
            TakeRuleOutputs(now);
            CloseMinutes(all: false);
        }

        if (_forwarded.Count > 0)
        {
            _outputs.Add(new ReadingsForwarded(_next[(int)Lane.Readings], [.. _forwarded]));
            _next[(int)Lane.Readings] += _forwarded.Count;
        }

        NoteAges(before, now);
        if (snapshot)
        {
            _outputs.Add(NodeSnapshot.Take(this, number));
        }

        return new Frame(number, now, [.. _inputs], [.. _outputs], _engine.Clock);
    }

    private void NoteAges(ReadOnlySpan<long> before, Timestamp now)
    {
        foreach (var lane in Lanes.All)
        {
            if (Uplink.Enabled && _next[(int)lane] > before[(int)lane])
            {
                _ages.Numbered(lane, before[(int)lane], now);
            }
        }
    }

    private InputOutcome Take(NodeInput input, Timestamp now)
    {
        switch (input)
        {
            case RangeArrived arrived:
                return Take(arrived.Range, now);
            case ReadingsArrived arrived:
                Take(arrived, now);
                return default;
            case SourceChanged changed:
                _engine.SourceAlive(changed.Source, changed.Alive);
                break;
            case RulesChanged changed:
                LoadRules(changed, now);
                break;
            case DevicesChanged changed:
                Registry = DeviceRegistry.Parse(changed.File.Name, changed.File.Text, new Diagnostics()) ?? Registry;
                DevicesFile = changed.File;
                _engine.Expect(Registry);
                break;
            case NodeStarted started:
                Uplink = started.Uplink;
                Counters.Starts++;
                break;
            case Delivered delivered:
                Take(delivered, now);
                Displaced.Delivered(delivered.Lane, _delivered[(int)delivered.Lane]);
                break;
            case ItemRefused refused:
                Refused.Add(refused);
                break;
            case ItemsDropped dropped:
                Displaced.Drop(dropped.Lane, dropped.From, dropped.To, _number);
                break;
            case ItemsCarried carried:
                Displaced.Carry(carried.Lane, carried.From, carried.From + carried.Items.Count - 1, _number);
                break;
            case CommandOrdered ordered:
                Order(ordered.Command, now);
                break;
            case ActionFinished finished:
                _commands.Finish(finished.Id);
                break;
            case SinkAdvanced advanced:
                Take(advanced);
                break;
            case DeadLetterTaken taken:
                Take(taken, now);
                break;
            case SilenceAdded added:
                Take(added, now);
                break;
            case SilenceRemoved removed:
                Silences.Remove(removed.Id);
                break;
            case MaintenanceChanged maintenance:
                Silences.Plan(maintenance.Windows);
                break;
            case RulesRejected rejected:
                Take(rejected, now);
                break;
            case MessageSetAside aside:
                Take(aside, now);
                break;
        }

        _inputs.Add(input);
        return default;
    }

    private InputOutcome Take(LaneRange range, Timestamp now)
    {
        if (_marks.Trim(range) is not { } fresh)
        {
            Counters.Gaps++;
            return new InputOutcome(_marks.UpTo(range.Sender, range.Epoch, range.Lane), Gap: true);
        }

        Counters.Resent += range.Items.Count - fresh.Items.Count;
        if (fresh.Items.Count > 0 || fresh.Skipped.Count > 0 || fresh.Mark is not null)
        {
            _marks.Advance(fresh);
            _inputs.Add(new RangeArrived(fresh));
            Counters.Skipped += fresh.Skipped.Sum(s => s.To - s.From + 1);
            foreach (var (from, to, reason) in fresh.Skipped)
            {
                Losses.CountBelow(fresh.Lane, reason, to - from + 1);
            }

            if (fresh.Lane == Lane.Readings)
            {
                foreach (var item in fresh.Items)
                {
                    Offer(range.Sender, (Reading)item, now);
                }
            }
            else if (Uplink.Enabled)
            {
                // Passed on as it is: who said it, and its id, stay, so that whoever stores it takes it once.
                foreach (var item in fresh.Items)
                {
                    _outputs.Add(new LaneItem(fresh.Lane, _next[(int)fresh.Lane]++, item));
                }
            }

            Mark(range.Sender, fresh.Mark);
        }

        return new InputOutcome(_marks.UpTo(range.Sender, range.Epoch, range.Lane), Gap: false);
    }

    /// <summary>
    /// The cursor only goes forward, and what was skipped counts when the cursor passes it: once, however often it was
    /// declared, and not for another receiver of what one has already.
    /// </summary>
    private void Take(Delivered delivered, Timestamp now)
    {
        ref var upTo = ref _delivered[(int)delivered.Lane];
        var before = upTo;
        upTo = Math.Clamp(delivered.UpTo, upTo, _next[(int)delivered.Lane] - 1);
        foreach (var ((from, to, reason), rule) in delivered.Skipped)
        {
            var items = Math.Min(to, upTo) - Math.Max(from, before + 1) + 1;
            if (items > 0)
            {
                Losses.CountHere(delivered.Lane, reason, items, rule);
            }
        }

        if (upTo > before)
        {
            _deliveredTimes.Note(delivered.Lane, upTo, now);
            _ages.Delivered(delivered.Lane, upTo, _next[(int)delivered.Lane] - 1);
        }
    }

    private void Take(ReadingsArrived arrived, Timestamp now)
    {
        var readings = new Reading[arrived.Readings.Count];
        for (var i = 0; i < readings.Length; i++)
        {
            readings[i] = Number(arrived.Readings[i]);
        }

        _inputs.Add(arrived with { Readings = readings });
        foreach (var reading in readings)
        {
            Offer(arrived.Source, reading, now);
        }

        Mark(arrived.Source, arrived.Mark);
        if (arrived.Mark is { } mark)
        {
            NewestMark = (mark, _next[(int)Lane.Readings] - 1 + _forwarded.Count, _number);
        }
    }

    /// <summary>A device that does not number its readings gets numbers here; it is at-least-once, since a resent reading looks new.</summary>
    private Reading Number(Reading reading)
    {
        if (reading.Seq != 0)
        {
            if (reading.Boot == _epoch)
            {
                // A frame being replayed: the counter must come to where it was.
                _unnumbered[reading.Device] = Math.Max(_unnumbered.GetValueOrDefault(reading.Device), reading.Seq);
            }

            return reading;
        }

        var seq = _unnumbered.GetValueOrDefault(reading.Device) + 1;
        _unnumbered[reading.Device] = seq;
        return reading.Numbered(_epoch, seq);
    }

    private void Offer(string source, Reading reading, Timestamp now)
    {
        var place = _place++;
        Counters.Readings++;
        if (_settings.Clock == ClockKind.Live)
        {
            reading.Received ??= now;
        }

        reading.Labels = reading.Labels.With(Registry.LabelsOf(reading.Device));
        if (_engine.Offer(source, reading) == Admission.Duplicate)
        {
            Counters.Duplicates++;
            return;
        }

        _agents[reading.Device] = source;
        if (Uplink.Enabled && Uplink.Forwards(reading.Sensor))
        {
            _forwarded.Add(place);
        }
    }

    private void Mark(string source, Mark? mark)
    {
        if (mark is not { } reached)
        {
            return;
        }

        _engine.Mark(source, reached.Time, reached.Final);
        if (reached.Final && _settings.Clock == ClockKind.Recorded)
        {
            CloseMinutes(all: true);
        }
    }

    private void CloseMinutes(bool all)
    {
        if (!all && !_minutes.IsDue(_engine.Clock))
        {
            return;
        }

        _aggregates.Clear();
        _minutes.Close(_engine.Clock, all, _settings.Node, _aggregates);
        foreach (var aggregate in _aggregates)
        {
            Emit(aggregate);
        }
    }

    private void LoadRules(RulesChanged changed, Timestamp now)
    {
        _absent.Clear();
        var rules = NodeRules.Compile(changed.Files, _settings.Assemblies, new Diagnostics(), _absent, CompiledFiles);
        var changes = _engine.Load(rules);
        CompiledRules = rules;
        LastReload = new RuleReload(now, changes.Kept, changes.Started, changes.Removed, []);
        RuleTexts = changed.Files;
    }

    private MeshEvent Emit(MeshEvent item)
    {
        if (item is Detection detection)
        {
            Counters.Detections++;
            item = detection.From(_settings.Node);
        }

        var lane = Lanes.Of(item);
        _outputs.Add(new LaneItem(lane, _next[(int)lane]++, item));
        return item;
    }
}
