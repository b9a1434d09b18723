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
    private readonly SnapshotPlan _snapshots;
    private readonly long _opened;
    private SteadyClock _clock = new();
    private bool _aheadIsSaid;
    private bool _retainDue;
    private bool _begun;

    private TurnMachine(NodeSettings settings, TimeProvider time, ILogger log, Journal journal)
    {
        Settings = settings;
        _time = time;
        _log = log;
        _journal = journal;
        _core = new NodeCore(settings, journal.Epoch);

        // A bounded journal needs snapshots often enough that something lies before the last two.
        _snapshots = new SnapshotPlan(settings.MaxBytes / 8 ?? long.MaxValue);
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
    /// Makes one turn; when this returns, its frame is durable. With a full disk, what there is no room for is refused
    /// before it touches anything: see <see cref="InputOutcome.Refused"/>.
    /// </summary>
    /// <param name="inputs">What arrived, in order.</param>
    /// <param name="outcomes">Empty; gets what became of each, in the same order.</param>
    /// <returns>The frame; null when nothing happened that must be remembered.</returns>
    /// <exception cref="JournalFailedException">Unknown whether the frame is durable.</exception>
    public Frame? Turn(IReadOnlyList<NodeInput> inputs, List<InputOutcome> outcomes)
    {
        var room = _held is null ? LookForRoom() : Room.OnlyRelease;
        if (_held is { } held)
        {
            return TurnHeld(held, inputs, outcomes);
        }

        return room == Room.Enough ? Turn(inputs, outcomes, _snapshots.Due, room) : TurnWithin(room, inputs, outcomes);
    }

    /// <summary>
    /// Makes the last turn, with a snapshot, so that the next start has little to replay. Where there is no room it does
    /// not happen: the next start makes it up.
    /// </summary>
    public Frame? End() =>
        _held is { } held ? TurnHeld(held, [], []) : Turn([], [], snapshot: _journal.HasReserve, Room.Enough);

    /// <summary>
    /// Deletes what need not stay, if the last turn took a snapshot. Apart from the turn, so that senders are told before.
    /// </summary>
    public void Retain()
    {
        if (_retainDue)
        {
            _retainDue = false;
            Retention.Apply(_journal, _core, Applied(), _snapshots.Spare, Settings, Wall);
        }
    }

    public void Dispose() => _journal.Dispose();

    private Frame? Turn(IReadOnlyList<NodeInput> inputs, List<InputOutcome> outcomes, bool snapshot, Room room)
    {
        Frame frame;
        var next = new long[Lanes.Count];
        lock (_state)
        {
            foreach (var lane in Lanes.All)
            {
                next[(int)lane] = _core.NextItem(lane);
            }

            if (room == Room.OnlyRelease)
            {
                // Nothing may become due that there is no room for.
                var standing = _core.Engine.Clock;
                frame = _core.Turn(_journal.LastFrame + 1, inputs, _last ?? standing, standing, outcomes, snapshot);
            }
            else
            {
                var clock = Now();
                frame = _core.Turn(
                    _journal.LastFrame + 1,
                    inputs,
                    clock,
                    outcomes,
                    snapshot,
                    silent: clock.Now - _last > SilentFor
                );
            }
        }

        if (frame.Inputs.Count == 0 && frame.Outputs.Count == 0)
        {
            return null;
        }

        if (AppendOrHold(ref frame, FrameCodec.Encode(frame), next))
        {
            return frame.Inputs.Count == 0 && frame.Outputs.Count == 0 ? null : frame;
        }

        for (var i = 0; i < outcomes.Count; i++)
        {
            outcomes[i] = InputOutcome.NoRoom;
        }

        return null;
    }

    private void Wrote(Frame frame, int bytes)
    {
        _last = frame.Time;
        _snapshots.Wrote(bytes, frame);
        _retainDue |= frame.Outputs is [.., Snapshot];
    }

    private Timestamp Wall => Timestamp.From(_time.GetUtcNow());

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
}
