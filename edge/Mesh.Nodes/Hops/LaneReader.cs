using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>What a lane holds at one place: an item with its number, or how far the recorded time has come behind it.</summary>
/// <param name="Item">Its number; 0 for a mark.</param>
/// <param name="Event">The item.</param>
/// <param name="Mark">The mark.</param>
/// <param name="Time">The node's clock when it was journaled.</param>
internal readonly record struct LaneEntry(long Item, MeshEvent? Event, Mark? Mark, Timestamp Time);

/// <summary>
/// Reads one lane out of the journal, from any item on: the outbox is the journal itself, and opening it costs the same
/// whatever waits in it. Not thread-safe: one per hop and lane.
/// </summary>
public sealed class LaneReader : IDisposable
{
    /// <summary>Items passed over in one go at most, so that a long run of expired ones holds up nobody else.</summary>
    private const int MostSkipped = 100_000;

    private readonly Outbox _outbox;
    private readonly Lane _lane;
    private readonly Queue<LaneEntry> _buffer = new();
    private readonly List<ItemsSkipped> _skipped = [];
    private JournalReader? _reader;
    private long _position;

    /// <summary>The item that was read last, wanted or not; 0 before the first.</summary>
    private long _passed;

    public LaneReader(Outbox outbox, Lane lane)
    {
        _outbox = outbox;
        _lane = lane;
    }

    /// <summary>What the last range declares skipped, with the rules that said it.</summary>
    internal IReadOnlyList<ItemsSkipped> Skipped => _skipped;

    /// <summary>
    /// Up to <paramref name="count"/> items from number <paramref name="from"/> on, and the newest mark behind them.
    /// Null when there is neither. Numbers at the front that the journal no longer holds, that are too old, or that the
    /// receiver refused are declared as skipped; where such numbers follow items, the range ends and the next begins with
    /// them. A final mark ends a range: what comes behind it belongs to a new beginning.
    /// </summary>
    public LaneRange? Read(long from, int count)
    {
        while (true)
        {
            _skipped.Clear();
            if (_outbox.DisplacedAt(_lane, from) is { } displaced)
            {
                return ReadDisplaced(displaced, from, count);
            }

            // What stands elsewhere comes in its turn, by its number.
            var stop = _outbox.NextDisplaced(_lane, from);
            var range = ReadInPlace(from, count, stop);
            if (
                _skipped.Count == 0
                || (_outbox.DisplacedAt(_lane, from) is null && _outbox.NextDisplaced(_lane, from) == stop)
            )
            {
                return range;
            }

            // Items were displaced while they were looked for; now it is known where they are.
            Rewind();
        }
    }

    private LaneRange? ReadInPlace(long from, int count, long stop)
    {
        Find(from);
        var (expired, refused) = (_outbox.ExpiredBefore(_lane), _outbox.Refused(_lane));
        var items = new List<MeshEvent>();
        var number = from;
        Mark? mark = null;
        while (items.Count < count && number - from < MostSkipped)
        {
            if (_buffer.Count == 0 && !Fill())
            {
                break;
            }

            if (!_buffer.TryPeek(out var next))
            {
                continue;
            }

            if (next.Mark is { } reached)
            {
                _buffer.Dequeue();
                if (_passed < number - 1)
                {
                    // It stands before items that the receiver holds already.
                    continue;
                }

                mark = reached;
                if (reached.Final)
                {
                    break;
                }

                continue;
            }

            if (next.Item >= stop)
            {
                break;
            }

            if (next.Item < number)
            {
                _passed = _buffer.Dequeue().Item;
                continue;
            }

            var reason =
                next.Time < expired ? SkipReasons.Expired
                : refused.Contains(next.Item) ? SkipReasons.Refused
                : null;
            if (items.Count > 0 && (next.Item > number || reason is not null))
            {
                break;
            }

            Miss(number, next.Item - 1);
            _passed = _buffer.Dequeue().Item;
            number = next.Item + 1;
            if (reason is null)
            {
                items.Add(next.Event!);
            }
            else
            {
                Skip(new Skipped(next.Item, next.Item, reason), RuleOf(next.Event!));
            }
        }

        if (number == from && mark is null && stop < long.MaxValue)
        {
            Miss(from, stop - 1);
            number = stop;
        }

        _position = number;
        return number == from && mark is null ? null : Range(from, items, mark);
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

    /// <summary>Bytes of the journal from the segment that holds an item on: no less than what waits in it.</summary>
    internal static long BytesFrom(Journal journal, Lane lane, long item)
    {
        var frame = FrameOf(journal, lane, item);
        return journal.Segments.Where(s => s.LastFrame >= frame).Sum(s => s.Bytes);
    }

    /// <summary>Forgets the place, so that the next read looks it up again.</summary>
    public void Rewind()
    {
        _reader?.Dispose();
        _reader = null;
    }

    public void Dispose() => _reader?.Dispose();

    internal static string? RuleOf(MeshEvent item) =>
        item switch
        {
            Detection detection => detection.Rule,
            Aggregate aggregate => aggregate.Rule,
            _ => null,
        };

    private LaneRange Range(long from, List<MeshEvent> items, Mark? mark) =>
        new(_outbox.Sender, _outbox.Epoch, _lane, from, items, Numbers(), mark);

    /// <summary>Items that were carried over into a later frame, or the word that they were dropped.</summary>
    private LaneRange? ReadDisplaced(DisplacedRun run, long from, int count)
    {
        Rewind();
        if (!run.Carried)
        {
            Skip(new Skipped(from, run.To, SkipReasons.Dropped), rule: null);
            return Range(from, [], null);
        }

        var found = new Queue<LaneEntry>();
        using (var reader = _outbox.Journal.Read(run.Frame))
        {
            if (reader.TryNext(out var stored) && stored.Number == run.Frame)
            {
                FrameCodec.ReadCarried(stored.Body.Span, _lane, found);
            }
        }

        var refused = _outbox.Refused(_lane);
        var items = found.Where(e => e.Item >= from && e.Item <= run.To).ToList();
        if (items is [{ Item: var first, Event: { } item }, ..] && first == from)
        {
            if (refused.Contains(from))
            {
                Skip(new Skipped(from, from, SkipReasons.Refused), RuleOf(item));
                return Range(from, [], null);
            }

            return Range(
                from,
                [.. items.TakeWhile(e => !refused.Contains(e.Item)).Take(count).Select(e => e.Event!)],
                null
            );
        }

        if (_outbox.DisplacedAt(_lane, from) != run)
        {
            // Carried on meanwhile: the next read finds it.
            return null;
        }

        Skip(new Skipped(from, run.To, SkipReasons.Damaged), rule: null);
        return Range(from, [], null);
    }

    private void Find(long from)
    {
        if (_reader is null || from != _position)
        {
            _reader?.Dispose();
            _buffer.Clear();
            _passed = 0;

            // From the item before on: a mark that stands between the two belongs to what is asked for.
            _reader = _outbox.Journal.Read(FrameOf(_outbox.Journal, _lane, Math.Max(1, from - 1)));
        }
    }

    private void Miss(long from, long to)
    {
        foreach (var one in from <= to ? _outbox.WhyMissing(_lane, from, to) : [])
        {
            Skip(one, rule: null);
        }
    }

    private void Skip(Skipped numbers, string? rule)
    {
        if (
            _skipped is [.., var last]
            && last.Rule == rule
            && last.Numbers.To == numbers.From - 1
            && last.Numbers.Reason == numbers.Reason
        )
        {
            _skipped[^1] = last with { Numbers = last.Numbers with { To = numbers.To } };
        }
        else
        {
            _skipped.Add(new ItemsSkipped(numbers, rule));
        }
    }

    /// <summary>As they are declared: without their rules, and those of one reason in one.</summary>
    private List<Skipped> Numbers()
    {
        var numbers = new List<Skipped>();
        foreach (var (one, _) in _skipped)
        {
            if (numbers is [.., var last] && last.Reason == one.Reason && last.To == one.From - 1)
            {
                numbers[^1] = last with { To = one.To };
            }
            else
            {
                numbers.Add(one);
            }
        }

        return numbers;
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
