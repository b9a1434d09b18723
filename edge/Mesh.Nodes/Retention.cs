namespace Mesh.Nodes;

/// <summary>
/// Which segments of the journal may go: those wholly before the last snapshot, delivered in every lane, applied to the
/// store, and only while the journal is larger than it should be. What is not delivered stays, however large that gets.
/// </summary>
internal static class Retention
{
    public static void Apply(Journal journal, NodeCore core, LocalStore store, NodeSettings settings)
    {
        if (journal.Bytes <= settings.KeepBytes)
        {
            return;
        }

        // The frame just written holds a snapshot; the one before it stays too, as the spare.
        var limit = Math.Min(journal.LastFrame, store.AppliedFrame + 1);
        foreach (var lane in Contracts.Lanes.All)
        {
            var delivered = core.DeliveredUpTo(lane);
            if (delivered < core.NextItem(lane) - 1)
            {
                limit = Math.Min(limit, journal.FrameAtOrBefore(lane, delivered + 1));
            }
        }

        var segments = journal.Segments;
        var bytes = journal.Bytes;
        long before = 0;
        foreach (var segment in segments.SkipLast(2))
        {
            if (segment.LastFrame >= limit || bytes <= settings.KeepBytes)
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
}
