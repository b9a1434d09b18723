using Mesh.Contracts;
using Mesh.Rules;
using Microsoft.Extensions.Logging;

namespace Mesh.Nodes;

/// <summary>
/// A node without its thread: the core, the journal that makes its frames durable, when a snapshot is due, what need not
/// stay, and what a full disk means. Whoever calls decides when; nothing in here waits or runs by itself, so the same
/// code runs under <see cref="Node"/> and in a simulation on one thread.
/// </summary>
/// <remarks>
/// <code>
///   Open ─▶ Begin ─▶ ┌▶ Turn ─▶ frame durable ─▶ tell senders ─▶ Retain ─┐ ─▶ Dispose
///                    └────────────────────────────────────────────────────┘
/// </code>
/// One caller makes turns; <see cref="Look"/> may be called from any thread. After an exception from a turn the machine is
/// of no further use: what was not told to anybody may be durable or not, and the next start finds out.
/// </remarks>
public sealed partial class TurnMachine : IDisposable
{
    /// <summary>How often a node with a full disk looks for room.</summary>
    private static readonly TimeSpan LookForRoomEvery = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a live node writes nothing. What passed since the last frame counts as down time when the process is
    /// killed, so it must not be long.
    /// </summary>
    private static readonly TimeSpan SilentFor = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Journal _journal;
    private readonly NodeCore _core;
    private readonly Lock _state = new();
    private readonly SnapshotPlan _snapshots = new();
    private readonly long _opened;
    private SteadyClock _clock = new();
    private bool _aheadIsSaid;
    private bool _retainDue;
    private long? _lookedForRoom;

    private TurnMachine(NodeSettings settings, TimeProvider time, ILogger log, Journal journal)
    {
        Settings = settings;
        _time = time;
        _log = log;
        _journal = journal;
        _core = new NodeCore(settings, journal.Epoch);
        _opened = time.GetTimestamp();
        Outbox = new Outbox(this);
    }

    public NodeSettings Settings { get; }

    public Journal Journal => _journal;

    /// <summary>What its hops send.</summary>
    public Outbox Outbox { get; }

    /// <summary>The last frame that whoever reads frames into a view has applied; what is behind it stays.</summary>
    public Func<long> Applied { get; set; } = static () => long.MaxValue - 1;

    /// <summary>Frames whose replay at the start gave other outputs than they hold: 0 unless the program changed.</summary>
    public int ReplayDifferences { get; private set; }

    /// <summary>How far the node's clock is ahead of the wall clock, which was put back; else zero.</summary>
    public TimeSpan ClockAhead => _clock.Ahead;

    /// <summary>Looks at the core between turns; the delegate must be quick and must not change it.</summary>
    public T Look<T>(Func<NodeCore, T> look)
    {
        lock (_state)
        {
            return look(_core);
        }
    }

    /// <summary>
    /// Makes one turn; when this returns, its frame is durable. With a full disk, inputs that bring items are refused
    /// before they touch anything.
    /// </summary>
    /// <param name="inputs">What arrived, in order.</param>
    /// <param name="outcomes">Gets what became of each, in the same order.</param>
    /// <returns>The frame; null when nothing happened that must be remembered.</returns>
    /// <exception cref="JournalFailedException">Unknown whether the frame is durable.</exception>
    /// <exception cref="JournalFullException">Not even what a full disk takes found room.</exception>
    public Frame? Turn(IReadOnlyList<NodeInput> inputs, List<InputOutcome> outcomes)
    {
        if (HasRoom())
        {
            return Turn(inputs, outcomes, _snapshots.Due && _journal.HasReserve);
        }

        var taken = inputs.Where(i => !BringsItems(i)).ToList();
        var frame = Turn(taken, outcomes, snapshot: false);
        for (var i = 0; i < inputs.Count; i++)
        {
            if (BringsItems(inputs[i]))
            {
                outcomes.Insert(i, InputOutcome.NoRoom);
            }
        }

        return frame;
    }

    /// <summary>Makes the last turn, with a snapshot, so that the next start has little to replay.</summary>
    public Frame? End() => Turn([], [], snapshot: _journal.HasReserve);

    /// <summary>
    /// Deletes what need not stay, if the last turn took a snapshot. Apart from the turn, so that senders are told before.
    /// </summary>
    public void Retain()
    {
        if (_retainDue)
        {
            _retainDue = false;
            Retention.Apply(_journal, _core, Applied(), _snapshots.Spare, Settings.KeepBytes);
        }
    }

    public void Dispose() => _journal.Dispose();

    /// <summary>Whether it brings readings or other items, which a full disk does not take.</summary>
    private static bool BringsItems(NodeInput input) =>
        input switch
        {
            RangeArrived arrived => arrived.Range.Items.Count > 0,
            ReadingsArrived arrived => arrived.Readings.Count > 0,
            MessageSetAside => true,
            _ => false,
        };

    private Frame? Turn(IReadOnlyList<NodeInput> inputs, List<InputOutcome> outcomes, bool snapshot)
    {
        Frame frame;
        var clock = Now();
        Span<long> next = stackalloc long[Lanes.Count];
        lock (_state)
        {
            foreach (var lane in Lanes.All)
            {
                next[(int)lane] = _core.NextItem(lane);
            }

            frame = _core.Turn(
                _journal.LastFrame + 1,
                inputs,
                clock,
                outcomes,
                snapshot,
                silent: clock.Now - _last > SilentFor
            );
        }

        if (frame.Inputs.Count == 0 && frame.Outputs.Count == 0)
        {
            return null;
        }

        var body = FrameCodec.Encode(frame);
        _journal.Append(frame.Number, body, next);
        _last = frame.Time;
        _snapshots.Wrote(body.Length, frame);
        _retainDue |= frame.Outputs is [.., Snapshot];
        return frame;
    }

    /// <summary>Whether the next segment is sure; if not, what is delivered goes, however much should be kept.</summary>
    private bool HasRoom()
    {
        if (_journal.HasReserve)
        {
            return true;
        }

        if (_lookedForRoom is { } last && _time.GetElapsedTime(last) < LookForRoomEvery)
        {
            return false;
        }

        var news = _lookedForRoom is null;
        if (!_journal.FillReserve())
        {
            Retention.Apply(_journal, _core, Applied(), _snapshots.Spare, keep: 0);
        }

        if (_journal.FillReserve())
        {
            _lookedForRoom = null;
            LogRoom(_log, Settings.Node);
            return true;
        }

        _lookedForRoom = _time.GetTimestamp();
        if (news)
        {
            LogFull(_log, Settings.Node);
        }

        return false;
    }

    private ClockReading Now()
    {
        var reading = _clock.Read(Timestamp.From(_time.GetUtcNow()), _time.GetElapsedTime(_opened));
        if (reading.Step is { } step)
        {
            LogStep(
                _log,
                Settings.Node,
                step.From,
                step.To,
                step.To > step.From ? "keep the time they have left" : "start over"
            );
        }

        var isAhead = _clock.Ahead > SteadyClock.Tolerance;
        if (isAhead && !_aheadIsSaid)
        {
            LogAhead(_log, Settings.Node, _clock.Ahead);
        }

        _aheadIsSaid = isAhead;
        return reading;
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "node {Node}: the clock was set from {From} to {To}; waits of rules {Waits}"
    )]
    private static partial void LogStep(ILogger log, string node, Timestamp from, Timestamp to, string waits);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "node {Node}: the wall clock is {Ahead} behind the node's, which goes at half speed until they agree; see that the machine's time is synchronised"
    )]
    private static partial void LogAhead(ILogger log, string node, TimeSpan ahead);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "node {Node}: the disk is full: readings are refused, their senders keep them; free space and it goes on by itself"
    )]
    private static partial void LogFull(ILogger log, string node);

    [LoggerMessage(Level = LogLevel.Information, Message = "node {Node}: the disk has room again")]
    private static partial void LogRoom(ILogger log, string node);
}
