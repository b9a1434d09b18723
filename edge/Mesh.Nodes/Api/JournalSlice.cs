using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>
/// Readings out of the frames that are still there, in the order in which they arrived, with the labels rules saw. What
/// retention has taken is not there; nothing else is left out, duplicates included.
/// </summary>
internal static class JournalSlice
{
    /// <param name="journal">Whose frames.</param>
    /// <param name="from">Arrival time, inclusively.</param>
    /// <param name="until">Arrival time, exclusively.</param>
    public static IEnumerable<Reading> Read(Journal journal, Timestamp from, Timestamp until)
    {
        using var reader = journal.Read(StartOf(journal, from));
        while (reader.TryNext(out var stored))
        {
            foreach (var reading in Readings(FrameCodec.Decode(stored.Number, stored.Body.Span)))
            {
                if (reading.ReceivedOrAt >= from && reading.ReceivedOrAt < until)
                {
                    yield return reading;
                }
            }
        }
    }

    private static IEnumerable<Reading> Readings(Frame frame)
    {
        foreach (var input in frame.Inputs)
        {
            IEnumerable<Reading> readings = input switch
            {
                RangeArrived { Range: { Lane: Lane.Readings } range } => range.Items.Cast<Reading>(),
                ReadingsArrived arrived => arrived.Readings,
                _ => [],
            };
            foreach (var reading in readings)
            {
                yield return reading;
            }
        }
    }

    /// <summary>
    /// The last segment that began an hour, on the clock of rules, before the span; a reading does not arrive on that clock
    /// before its own frame, but by recorded readings that wait for others, and those not for long.
    /// </summary>
    private static long StartOf(Journal journal, Timestamp from)
    {
        var start = journal.FirstFrame;
        foreach (var segment in journal.Segments)
        {
            using var reader = journal.Read(segment.FirstFrame);
            if (!reader.TryNext(out var first) || FrameCodec.Clock(first.Body.Span) > from - TimeSpan.FromHours(1))
            {
                break;
            }

            start = segment.FirstFrame;
        }

        return start;
    }
}
