using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>
/// How the oldest segments of a full journal can go although they hold undelivered items.
/// </summary>
/// <remarks>
/// <para>
/// Items that may not be dropped, or need not be, are carried over into a new frame under the numbers they have; that
/// pays where they are few beside the readings they stand among. The rest is dropped, and a frame says so before a
/// segment goes, so that it is declared upwards and never silently missing.
/// </para>
/// <para>
/// The order of sacrifice: first nothing is dropped and all that is undelivered carried; if that frees too little,
/// readings are dropped, then aggregates, detections and alarms, each only where the configuration permits it. Of the
/// oldest segments as many are taken together (at most <see cref="MostSegments"/>) as are needed for what is carried to
/// be at most half of what is freed.
/// </para>
/// </remarks>
internal sealed class Sacrifice
{
    private const int MostSegments = 8;

    /// <summary>Bytes of a frame besides the carried items, at most.</summary>
    private const int FrameOverhead = 1024;

    private static readonly Lane[] Order = [Lane.Readings, Lane.Aggregates, Lane.Detections, Lane.Alarms];

    private readonly Journal _journal;
    private readonly NodeCore _core;
    private readonly WhenFull _policy;
    private readonly long _room;
    private readonly List<Dictionary<Lane, SegmentItems>> _scanned = [];

    private Sacrifice(Journal journal, NodeCore core, WhenFull policy)
    {
        (_journal, _core, _policy) = (journal, core, policy);
        _room = journal.Room - FrameOverhead;
    }

    /// <summary>The inputs that say what becomes of undelivered items, and the frame before which segments may go then.</summary>
    internal sealed record Plan(IReadOnlyList<NodeInput> Inputs, long Before);

    /// <summary>Finds what frees the most important room at the least price; null when nothing can be freed.</summary>
    /// <param name="journal">Whose segments.</param>
    /// <param name="core">Knows what is delivered.</param>
    /// <param name="policy">What may be dropped.</param>
    /// <param name="limit">Frames from this one on stay for other reasons than delivery.</param>
    public static Plan? Make(Journal journal, NodeCore core, WhenFull policy, long limit)
    {
        var segments = journal.Segments.SkipLast(2).TakeWhile(s => s.LastFrame < limit).Take(MostSegments).ToList();
        var sacrifice = new Sacrifice(journal, core, policy);
        for (var dropped = 0; dropped <= Order.Length; dropped++)
        {
            if (dropped > 0 && !policy.Drops(Order[dropped - 1]))
            {
                continue;
            }

            long freed = 0;
            for (var count = 1; count <= segments.Count; count++)
            {
                freed += segments[count - 1].Bytes;
                sacrifice.ScanTo(segments, count);
                var carried = sacrifice.CarriedBytes(count, dropped);
                if (carried <= Math.Min(sacrifice._room, freed / 2))
                {
                    return new Plan(sacrifice.Inputs(count, dropped), segments[count - 1].LastFrame + 1);
                }
            }
        }

        return null;
    }

    private bool IsDropped(Lane lane, int dropped) => _policy.Drops(lane) && Array.IndexOf(Order, lane) < dropped;

    private void ScanTo(List<JournalSegment> segments, int count)
    {
        while (_scanned.Count < count)
        {
            var segment = segments[_scanned.Count];
            var found = Lanes.All.ToDictionary(l => l, _ => new SegmentItems());
            using var reader = _journal.Read(segment.FirstFrame);
            while (reader.TryNext(out var frame) && frame.Number <= segment.LastFrame)
            {
                foreach (var lane in Lanes.All)
                {
                    found[lane].Add(_core, lane, frame, keep: lane != Lane.Readings || !_policy.Drops(lane));
                }
            }

            _scanned.Add(found);
        }
    }

    private long CarriedBytes(int count, int dropped) =>
        Lanes
            .All.Where(lane => !IsDropped(lane, dropped))
            .Sum(lane => _scanned.Take(count).Sum(s => s[lane].Bytes(lane)));

    private List<NodeInput> Inputs(int count, int dropped)
    {
        var inputs = new List<NodeInput>();
        foreach (var lane in Lanes.All)
        {
            var runs = _scanned.Take(count).SelectMany(s => s[lane].Runs).OrderBy(r => r.From).ToList();
            foreach (var run in Joined(runs))
            {
                inputs.Add(
                    IsDropped(lane, dropped)
                        ? new ItemsDropped(lane, run.From, run.To)
                        : new ItemsCarried(lane, run.From, run.Items)
                );
            }
        }

        return inputs;
    }

    private static IEnumerable<ItemRun> Joined(List<ItemRun> runs)
    {
        for (var i = 0; i < runs.Count; )
        {
            var (from, to, items) = (runs[i].From, runs[i].To, new List<MeshEvent>(runs[i].Items));
            for (i++; i < runs.Count && runs[i].From == to + 1; i++)
            {
                to = runs[i].To;
                items.AddRange(runs[i].Items);
            }

            yield return new ItemRun(from, to, items);
        }
    }

    private sealed record ItemRun(long From, long To, List<MeshEvent> Items);

    /// <summary>The undelivered items of one lane in one segment; their content only where it may be carried.</summary>
    private sealed class SegmentItems
    {
        /// <summary>What cannot be carried: readings that may be dropped are never decoded.</summary>
        private const long TooMany = long.MaxValue / 64;

        private long? _bytes;

        public List<ItemRun> Runs { get; } = [];

        public void Add(NodeCore core, Lane lane, JournalFrame frame, bool keep)
        {
            var delivered = core.DeliveredUpTo(lane);
            if (!keep)
            {
                if (FrameCodec.ForwardedReadings(frame.Body.Span) is { } forwarded)
                {
                    AddRun(core, lane, Math.Max(forwarded.From, delivered + 1), forwarded.To);
                }

                return;
            }

            var entries = new Queue<LaneEntry>();
            FrameCodec.ReadLane(frame.Body.Span, lane, entries);
            FrameCodec.ReadCarried(frame.Body.Span, lane, entries);
            foreach (var entry in entries)
            {
                // An item that was carried on into a later frame stands there.
                var run = core.Displaced.At(lane, entry.Item);
                if (entry.Event is { } item && entry.Item > delivered && (run is null || run == At(frame, run.Value)))
                {
                    if (Runs is not [.., var last] || last.To + 1 != entry.Item)
                    {
                        Runs.Add(last = new ItemRun(entry.Item, entry.Item - 1, []));
                    }

                    last.Items.Add(item);
                    Runs[^1] = last with { To = entry.Item };
                }
            }
        }

        public long Bytes(Lane lane)
        {
            if (Runs.Count == 0)
            {
                return 0;
            }

            if (Runs[0].Items.Count == 0)
            {
                return TooMany;
            }

            return _bytes ??= Runs.Sum(run =>
                (long)
                    FrameCodec
                        .Encode(new Frame(0, default, [new ItemsCarried(lane, run.From, run.Items)], [], default))
                        .Length
            );
        }

        private static DisplacedRun At(JournalFrame frame, DisplacedRun run) =>
            run.Carried && run.Frame == frame.Number ? run : default;

        private void AddRun(NodeCore core, Lane lane, long from, long to)
        {
            from = core.Displaced.FirstInPlace(lane, from);
            if (from <= to)
            {
                Runs.Add(new ItemRun(from, to, []));
            }
        }
    }
}
