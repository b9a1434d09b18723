using Mesh.Contracts;
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
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Journal _journal;
    private readonly NodeCore _core;
    private readonly Lock _state = new();
    private readonly SnapshotPlan _snapshots;
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

        return room == Room.Enough
            ? Turn(inputs, outcomes, _snapshots.Due, room)
            : TurnWithin(room, inputs, outcomes);
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
            Retention.Apply(_journal, _core, Applied(), _snapshots.Spare, Settings, Now());
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

            var now = Now();
            var clock = room == Room.OnlyRelease ? _core.Engine.Clock : now;
            frame = _core.Turn(_journal.LastFrame + 1, inputs, now, clock, outcomes, snapshot);
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
        _snapshots.Wrote(bytes, frame);
        _retainDue |= frame.Outputs is [.., Snapshot];
    }

    private Timestamp Now() => Timestamp.From(_time.GetUtcNow());
}
