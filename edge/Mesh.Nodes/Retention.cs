using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>
/// Which segments of the journal may go: those wholly before the last snapshot but one, delivered in every lane, passed
/// by every sink, applied to the store, and only while the journal is larger than it should be, they are older than they
/// should be, or the disk is full. What is not delivered stays, however large that gets; see <see cref="Sacrifice"/> for
/// the exception that the configuration can make.
/// </summary>
internal static class Retention
{
    /// <summary>Frames from this one on stay for other reasons than delivery.</summary>
    public static long Limit(NodeCore core, long applied, long snapshot) =>
        Math.Min(Math.Min(snapshot, applied + 1), core.Sinks.OldestFrame);

    /// <param name="journal">Whose segments.</param>
    /// <param name="core">Knows what is delivered.</param>
    /// <param name="applied">The last frame that the store has applied.</param>
    /// <param name="snapshot">Frame of the oldest snapshot to keep, 0 when there is none.</param>
    /// <param name="settings">How much stays although it could go.</param>
    /// <param name="now">The wall clock.</param>
    public static void Apply(
        Journal journal,
        NodeCore core,
        long applied,
        long snapshot,
        NodeSettings settings,
        Timestamp now
    )
    {
        var bytes = journal.Bytes;
        if (bytes <= settings.KeepBytes && settings.KeepFor is null)
        {
            return;
        }

        var limit = Math.Min(Limit(core, applied, snapshot), Undelivered(journal, core));
        long before = 0;
        foreach (var segment in journal.Segments.SkipLast(2))
        {
            if (segment.LastFrame >= limit || (bytes <= settings.KeepBytes && !IsOld(journal, segment, settings, now)))
            {
                break;
            }

            before = segment.LastFrame + 1;
            bytes -= segment.Bytes;
        }

        if (before > 0)
        {
            journal.DeleteSegmentsBefore(before);
        }
    }

    /// <summary>A frame such that nothing before it is undelivered and still in its place or carried over.</summary>
    private static long Undelivered(Journal journal, NodeCore core)
    {
        var limit = core.Displaced.OldestFrame;
        foreach (var lane in Lanes.All)
        {
            var first = core.Displaced.FirstInPlace(lane, core.DeliveredUpTo(lane) + 1);
            if (first < core.NextItem(lane))
            {
                limit = Math.Min(limit, LaneReader.FrameOf(journal, lane, first));
            }
        }

        return limit;
    }

    /// <summary>Whether all of a segment was written longer ago than delivered frames are kept.</summary>
    private static bool IsOld(Journal journal, JournalSegment segment, NodeSettings settings, Timestamp now)
    {
        if (settings.KeepFor is not { } keep)
        {
            return false;
        }

        using var reader = journal.Read(segment.LastFrame + 1);
        return reader.TryNext(out var next) && FrameCodec.Time(next.Body.Span) + keep < now;
    }
}
