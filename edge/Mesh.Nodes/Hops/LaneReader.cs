using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>What a lane holds at one place: an item with its number, or how far the recorded time has come behind it.</summary>
internal readonly record struct LaneEntry(long Item, MeshEvent? Event, Mark? Mark);

/// <summary>
/// Reads one lane out of the journal, from any item on: the outbox is the journal itself, and opening it costs the same
/// whatever waits in it. Not thread-safe: one per hop and lane.
/// </summary>
public sealed class LaneReader : IDisposable
{
    private readonly Outbox _outbox;
    private readonly Lane _lane;
    private readonly Queue<LaneEntry> _buffer = new();
    private JournalReader? _reader;
    private long _position;

    /// <summary>The item that was read last, wanted or not; 0 before the first.</summary>
    private long _passed;

    public LaneReader(Outbox outbox, Lane lane)
    {
        _outbox = outbox;
        _lane = lane;
    }

    /// <summary>
    /// Up to <paramref name="count"/> items from number <paramref name="from"/> on, and the newest mark behind them.
    /// Null when there is neither. Numbers at the front that the journal no longer holds are declared as skipped. A final
    /// mark ends a range: what comes behind it belongs to a new beginning.
    /// </summary>
    public LaneRange? Read(long from, int count)
    {
        if (_outbox.DisplacedAt(_lane, from) is { } displaced)
        {
            return ReadDisplaced(displaced, from, count);
        }

        // What stands elsewhere comes in its turn, by its number.
        var stop = _outbox.NextDisplaced(_lane, from);
        if (_reader is null || from != _position)
        {
            _reader?.Dispose();
            _buffer.Clear();
            _passed = 0;

            // From the item before on: a mark that stands between the two belongs to what is asked for.
            _reader = _outbox.Journal.Read(FrameOf(_outbox.Journal, _lane, Math.Max(1, from - 1)));
        }

        var items = new List<MeshEvent>();
        var first = from;
        Mark? mark = null;
        while (items.Count < count)
        {
            if (_buffer.Count == 0 && !Fill())
            {
                break;
            }

            if (!_buffer.TryPeek(out var next))
            {
                continue;
            }

            if (items.Count > 0 && next.Mark is null && next.Item > first + items.Count)
            {
                // Damage took what is in between: the next range begins with what is missing.
                break;
            }

            if (next.Mark is null && next.Item >= stop)
            {
                break;
            }

            _buffer.Dequeue();
            if (next.Mark is { } reached)
            {
                if (_passed < from - 1)
                {
                    // It stands before items that the receiver holds already.
                    continue;
                }

                mark = reached;
                if (reached.Final)
                {
                    break;
                }
            }
            else if ((_passed = next.Item) >= from)
            {
                first = items.Count == 0 ? next.Item : first;
                items.Add(next.Event!);
            }
        }

        if (items.Count == 0 && mark is null && stop < long.MaxValue)
        {
            first = stop;
        }

        if (first > from && (_outbox.DisplacedAt(_lane, from) is not null || _outbox.NextDisplaced(_lane, from) != stop))
        {
            // Items were displaced while they were looked for; now it is known where they are.
            Rewind();
            return Read(from, count);
        }

        _position = first + items.Count;
        if (_position == from && mark is null)
        {
            return null;
        }

        IReadOnlyList<Skipped> skipped = first > from ? [.. _outbox.WhyMissing(_lane, from, first - 1)] : [];
        return new LaneRange(_outbox.Sender, _outbox.Epoch, _lane, from, items, skipped, mark);
    }

    /// <summary>
    /// The first frame of a segment such that the item is in it or behind it. Numbers go on from one epoch to the next,
    /// but the first segment of a later epoch does not know where they were.
    /// </summary>
    internal static long FrameOf(Journal journal, Lane lane, long item)
    {
        var segments = journal.Segments;
        var frame = segments[0].FirstFrame;
        for (var i = 1; i < segments.Count; i++)
        {
            if (segments[i].Epoch == segments[i - 1].Epoch && segments[i].LaneNext[(int)lane] <= item)
            {
                frame = segments[i].FirstFrame;
            }
        }

        return frame;
    }

    /// <summary>Forgets the place, so that the next read looks it up again.</summary>
    public void Rewind()
    {
        _reader?.Dispose();
        _reader = null;
    }

    public void Dispose() => _reader?.Dispose();

    /// <summary>Items that were carried over into a later frame, or the word that they were dropped.</summary>
    private LaneRange? ReadDisplaced(DisplacedRun run, long from, int count)
    {
        Rewind();
        var range = new LaneRange(_outbox.Sender, _outbox.Epoch, _lane, from, [], [], null);
        if (!run.Carried)
        {
            return range with { Skipped = [new Skipped(from, run.To, SkipReasons.Dropped)] };
        }

        var found = new Queue<LaneEntry>();
        using (var reader = _outbox.Journal.Read(run.Frame))
        {
            if (reader.TryNext(out var stored) && stored.Number == run.Frame)
            {
                FrameCodec.ReadCarried(stored.Body.Span, _lane, found);
            }
        }

        var items = found.Where(e => e.Item >= from && e.Item <= run.To).Take(count).ToList();
        if (items is [{ Item: var first }, ..] && first == from)
        {
            return range with { Items = items.ConvertAll(e => e.Event!) };
        }

        // Carried on meanwhile, then the next read finds it; or damaged.
        return _outbox.DisplacedAt(_lane, from) == run
            ? range with
            {
                Skipped = [new Skipped(from, run.To, SkipReasons.Damaged)],
            }
            : null;
    }

    /// <summary>Takes in the next frame; false when there is none yet.</summary>
    private bool Fill()
    {
        if (!_reader!.TryNext(out var stored))
        {
            return false;
        }

        FrameCodec.ReadLane(stored.Body.Span, _lane, _buffer);
        return true;
    }
}
