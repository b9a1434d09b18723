namespace Mesh.Nodes;

/// <summary>How far a sink has come.</summary>
/// <param name="Sink">Its name.</param>
/// <param name="Next">The number its next action will get, from 1.</param>
/// <param name="Done">The last number that was carried out or given up.</param>
/// <param name="From">The frame in which, or behind which, number Done + 1 is.</param>
/// <param name="Delivered">Actions carried out.</param>
/// <param name="Dead">Actions given up.</param>
public sealed record SinkCursor(string Sink, long Next, long Done, long From, long Delivered, long Dead)
{
    public long Waiting => Next - 1 - Done;
}

/// <summary>
/// One cursor per sink: the actions themselves wait in the journal, whose frames stay until every sink is past them. Kept
/// in snapshots. At most <see cref="MaxSinks"/>; the actions of further ones share the sink <c>other</c>.
/// </summary>
public sealed class SinkCursors
{
    public const int MaxSinks = 256;
    private const string Other = "other";

    private readonly Dictionary<string, SinkCursor> _sinks = new(StringComparer.Ordinal);

    public IEnumerable<SinkCursor> All => _sinks.Values.OrderBy(s => s.Sink, StringComparer.Ordinal);

    public SinkCursor? Of(string sink) => _sinks.GetValueOrDefault(sink);

    /// <summary>Sinks that have something to do.</summary>
    public IEnumerable<SinkCursor> Behind => _sinks.Values.Where(s => s.Waiting > 0);

    /// <summary>The oldest frame that a sink still needs; <see cref="long.MaxValue"/> when none waits for anything.</summary>
    public long OldestFrame => Behind.Select(s => s.From).DefaultIfEmpty(long.MaxValue).Min();

    /// <summary>Takes the next number of a sink for an action of the frame that is being made.</summary>
    public (string Sink, long Number) Number(string sink, long frame)
    {
        if (!_sinks.TryGetValue(sink, out var cursor))
        {
            sink = _sinks.Count < MaxSinks ? sink : Other;
            cursor = _sinks.GetValueOrDefault(sink) ?? new SinkCursor(sink, 1, 0, frame, 0, 0);
        }

        _sinks[sink] = cursor with { Next = cursor.Next + 1, From = cursor.Waiting == 0 ? frame : cursor.From };
        return (sink, cursor.Next);
    }

    /// <summary>Everything up to a number is done; the last of it stood in <paramref name="frame"/>.</summary>
    public void Advance(string sink, long upTo, long frame, int dead)
    {
        if (_sinks.TryGetValue(sink, out var cursor) && upTo > cursor.Done && upTo < cursor.Next)
        {
            _sinks[sink] = cursor with
            {
                Done = upTo,
                From = Math.Max(cursor.From, frame),
                Delivered = cursor.Delivered + (upTo - cursor.Done - dead),
                Dead = cursor.Dead + dead,
            };
        }
    }

    /// <summary>A number that stands in a frame is never given again, even where replaying gave another one.</summary>
    public void AlignWith(string sink, long number, long frame)
    {
        var cursor = _sinks.GetValueOrDefault(sink) ?? new SinkCursor(sink, 1, 0, frame, 0, 0);
        _sinks[sink] = cursor with { Next = Math.Max(cursor.Next, number + 1), From = Math.Min(cursor.From, frame) };
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(_sinks.Count);
        foreach (var (sink, next, done, from, delivered, dead) in All)
        {
            writer.Write(sink);
            writer.Write(next);
            writer.Write(done);
            writer.Write(from);
            writer.Write(delivered);
            writer.Write(dead);
        }
    }

    public void Restore(BinaryReader reader)
    {
        _sinks.Clear();
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            var (sink, next, done) = (reader.ReadString(), reader.ReadInt64(), reader.ReadInt64());
            var (from, delivered, dead) = (reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64());
            _sinks.Add(sink, new SinkCursor(sink, next, done, from, delivered, dead));
        }
    }
}
