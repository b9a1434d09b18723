namespace Mesh.Nodes;

/// <summary>
/// Which segments of the journal may go: those wholly before the last snapshot but one, delivered in every lane, passed
/// by every sink, applied to the store, and only while the journal is larger than it should be or the disk is full. What
/// is not delivered stays, however large that gets.
/// </summary>
internal static class Retention
{
    /// <param name="journal">Whose segments.</param>
    /// <param name="core">Knows what is delivered.</param>
    /// <param name="applied">The last frame that the store has applied.</param>
    /// <param name="spare">Frame of the last snapshot but one, 0 when there is none.</param>
    /// <param name="keep">Bytes that stay although they could go.</param>
    public static void Apply(Journal journal, NodeCore core, long applied, long spare, long keep)
    {
        if (journal.Bytes <= keep)
        {
            return;
        }

        var limit = Math.Min(Math.Min(spare, applied + 1), core.Sinks.OldestFrame);
        foreach (var lane in Contracts.Lanes.All)
        {
            var delivered = core.DeliveredUpTo(lane);
            if (delivered < core.NextItem(lane) - 1)
            {
                limit = Math.Min(limit, LaneReader.FrameOf(journal, lane, delivered + 1));
            }
        }

        var bytes = journal.Bytes;
        long before = 0;
        foreach (var segment in journal.Segments.SkipLast(2))
        {
            if (segment.LastFrame >= limit || bytes <= keep)
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
