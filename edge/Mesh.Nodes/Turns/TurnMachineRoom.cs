using Mesh.Contracts;
using Microsoft.Extensions.Logging;

namespace Mesh.Nodes;

/// <summary>
/// What a machine does when the disk, or the journal's bound, is full. The less room there is, the less it takes:
/// <list type="bullet">
/// <item>With a reserve: everything.</item>
/// <item>Without: no readings and no items from others, whose senders keep them. Commands, marks and the passing of time go
/// into what is left of the last segment, and so do the detections that follow from them.</item>
/// <item>When only an eighth of a segment is left: nothing but what leads to more room, that is deliveries and decisions
/// about what goes. The clock stands still.</item>
/// <item>A frame for which there was no room after all is held, its senders are told that nothing is promised, and it is
/// written before anything else once there is.</item>
/// </list>
/// Once a second it looks for room: segments that are delivered go; then those whose few undelivered items can be carried
/// over or, where the configuration says so, dropped. See <see cref="Sacrifice"/>.
/// </summary>
public sealed partial class TurnMachine
{
    /// <summary>How often a node with a full disk looks for room.</summary>
    private static readonly TimeSpan LookForRoomEvery = TimeSpan.FromSeconds(1);

    private HeldFrame? _held;
    private long? _lookedForRoom;
    private bool _dropping;
    private long _refused;

    private enum Room
    {
        Enough,
        NoItems,
        OnlyRelease,
    }

    /// <summary>Told of each frame, durable already, that is made in front of a turn to make room for it.</summary>
    public Action<Frame> MadeRoom { get; set; } = static _ => { };

    /// <summary>Readings and other items refused for want of room since the start; their senders keep them if they can.</summary>
    public long RefusedItems => Interlocked.Read(ref _refused);

    /// <summary>Whether readings are refused for want of room.</summary>
    public bool IsFull => Volatile.Read(ref _full);

    private bool _full;

    /// <summary>Bytes of the last segment that are kept for what leads to more room.</summary>
    private long Floor => Settings.SegmentBytes / 8;

    private static int ItemsOf(NodeInput input) =>
        input switch
        {
            RangeArrived arrived => arrived.Range.Items.Count,
            ReadingsArrived arrived => arrived.Readings.Count,
            MessageSetAside => 1,
            _ => 0,
        };

    private static bool IsTaken(NodeInput input, Room room) =>
        room switch
        {
            Room.Enough => true,
            Room.NoItems => ItemsOf(input) == 0,
            _ => input is Delivered or SinkAdvanced or ItemsDropped or ItemsCarried or ItemRefused,
        };

    /// <summary>A turn of those inputs there is room for; the others are refused before they touch anything.</summary>
    private Frame? TurnWithin(Room room, IReadOnlyList<NodeInput> inputs, List<InputOutcome> outcomes)
    {
        var taken = inputs.Where(i => IsTaken(i, room)).ToList();
        var frame = room == Room.OnlyRelease && taken.Count == 0 ? null : Turn(taken, outcomes, false, room);
        for (var i = 0; i < inputs.Count; i++)
        {
            if (!IsTaken(inputs[i], room))
            {
                outcomes.Insert(i, InputOutcome.NoRoom);
                Interlocked.Add(ref _refused, ItemsOf(inputs[i]));
            }
        }

        return frame;
    }

    /// <summary>Writes the frame that had no room; null, and nothing is taken, when there still is none.</summary>
    private Frame? TurnHeld(HeldFrame held, IReadOnlyList<NodeInput> inputs, List<InputOutcome> outcomes)
    {
        foreach (var input in inputs)
        {
            outcomes.Add(InputOutcome.NoRoom);
            Interlocked.Add(ref _refused, ItemsOf(input));
        }

        if (!IsTimeToLook())
        {
            return null;
        }

        _lookedForRoom = _time.GetTimestamp();
        try
        {
            // The bound on the journal must not keep a frame out that deliveries wait behind.
            _journal.Append(held.Frame.Number, held.Body, held.LaneNext, beyondMax: true);
        }
        catch (JournalFullException)
        {
            return null;
        }

        _held = null;
        Wrote(held.Frame, held.Body.Length);
        return held.Frame;
    }

    /// <summary>
    /// No room for a frame: it is tried without its snapshot, and else kept. False when it is kept: then its senders must
    /// be told that nothing is promised.
    /// </summary>
    private bool AppendOrHold(ref Frame frame, byte[] body, long[] laneNext)
    {
        try
        {
            _journal.Append(frame.Number, body, laneNext);
            Wrote(frame, body.Length);
            return true;
        }
        catch (JournalFullException) when (frame.Outputs is [.., Snapshot])
        {
            _snapshots.Postpone();
            frame = frame with { Outputs = [.. frame.Outputs.SkipLast(1)] };
            return (frame.Inputs.Count == 0 && frame.Outputs.Count == 0)
                || AppendOrHold(ref frame, FrameCodec.Encode(frame), laneNext);
        }
        catch (JournalFullException) when (_begun)
        {
            _held = new HeldFrame(frame, body, laneNext);
            _lookedForRoom = _time.GetTimestamp();
            SayFull();
            return false;
        }
    }

    private bool IsTimeToLook() => _lookedForRoom is not { } last || _time.GetElapsedTime(last) >= LookForRoomEvery;

    /// <summary>How much room there is, after making some where that is possible.</summary>
    private Room LookForRoom()
    {
        if (!_journal.HasReserve && IsTimeToLook() && !_journal.FillReserve())
        {
            _lookedForRoom = _time.GetTimestamp();
            MakeRoom();
        }

        if (!_journal.HasReserve)
        {
            SayFull();
            return _journal.Room > Floor ? Room.NoItems : Room.OnlyRelease;
        }

        if (_full)
        {
            Volatile.Write(ref _full, false);
            _lookedForRoom = null;
            LogRoom(_log, Settings.Node);
        }

        return Room.Enough;
    }

    private void MakeRoom()
    {
        // Two snapshots are better than one, and room is better than two snapshots.
        var nothingKept = Settings with
        {
            KeepBytes = 0,
        };
        Retention.Apply(_journal, _core, Applied(), _snapshots.Newest, nothingKept, Wall);
        if (_journal.FillReserve())
        {
            return;
        }

        if (_snapshots.Newest <= _journal.Segments[0].LastFrame && _snapshots.Size < _journal.Room - Floor)
        {
            // The only snapshot stands in the oldest segment and holds all of them.
            TurnToRelease([], snapshot: true);
            Retention.Apply(_journal, _core, Applied(), _snapshots.Newest, nothingKept, Wall);
        }

        var limit = Retention.Limit(_core, Applied(), _snapshots.Newest);
        if (Sacrifice.Make(_journal, _core, Settings.WhenFull, limit) is not { } plan)
        {
            return;
        }

        if (plan.Inputs.Count > 0)
        {
            SayDropped(plan.Inputs.OfType<ItemsDropped>().ToList());
            TurnToRelease(plan.Inputs, snapshot: false);
            if (_held is not null)
            {
                return;
            }
        }

        _journal.DeleteSegmentsBefore(plan.Before);
        _journal.FillReserve();
    }

    private void TurnToRelease(IReadOnlyList<NodeInput> inputs, bool snapshot)
    {
        if (Turn(inputs, [], snapshot, Room.OnlyRelease) is { } frame)
        {
            MadeRoom(frame);
        }
    }

    private void SayFull()
    {
        if (!_full)
        {
            Volatile.Write(ref _full, true);
            LogFull(_log, Settings.Node);
        }
    }

    private void SayDropped(List<ItemsDropped> dropped)
    {
        if (dropped.Count > 0 && (!_dropping || _core.Displaced.IsEmpty))
        {
            LogDropping(
                _log,
                Settings.Node,
                string.Join(", ", dropped.Select(d => Lanes.Name(d.Lane)).Distinct(StringComparer.Ordinal))
            );
        }

        _dropping |= dropped.Count > 0;
    }

    private sealed record HeldFrame(Frame Frame, byte[] Body, long[] LaneNext);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "node {Node}: the disk, or what 'journal: max' permits, is full: readings are refused, their senders keep them; free space and it goes on by itself"
    )]
    private static partial void LogFull(ILogger log, string node);

    [LoggerMessage(Level = LogLevel.Information, Message = "node {Node}: there is room again")]
    private static partial void LogRoom(ILogger log, string node);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "node {Node}: the journal is full and 'when_full' permits it: the oldest undelivered {Lanes} are dropped, counted and reported upwards until the uplink catches up"
    )]
    private static partial void LogDropping(ILogger log, string node, string lanes);
}
