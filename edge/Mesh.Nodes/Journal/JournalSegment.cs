using System.Collections.Immutable;
using System.Globalization;
using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>One file of a journal.</summary>
/// <param name="File">Its name in the journal's folder.</param>
/// <param name="Epoch">The incarnation under which its frames were written.</param>
/// <param name="Number">From 1, over all epochs.</param>
/// <param name="FirstFrame">Number of its first frame, written or still to come.</param>
/// <param name="LastFrame">Number of its last frame; below <paramref name="FirstFrame"/> when it is empty.</param>
/// <param name="LaneNext">The next item of each lane before its first frame.</param>
/// <param name="Bytes">Size of the file.</param>
public sealed record JournalSegment(
    string File,
    long Epoch,
    long Number,
    long FirstFrame,
    long LastFrame,
    IReadOnlyList<long> LaneNext,
    long Bytes
)
{
    internal const string Extension = ".segment";

    /// <summary>The node whose journal it is of.</summary>
    public string Node { get; init; } = "";

    internal static string Name(long number, long epoch) =>
        string.Create(CultureInfo.InvariantCulture, $"{number:D10}-{epoch:x14}{Extension}");

    internal static JournalSegment Of(string file, SegmentHeader header, long lastFrame) =>
        new(file, header.Epoch, header.Segment, header.FirstFrame, lastFrame, header.LaneNext, header.FileBytes)
        {
            Node = header.Node,
        };

    internal SegmentHeader Header(string node) => new(node, Epoch, Number, FirstFrame, Bytes, LaneNext);

    /// <summary>The number in a segment's file name, 0 when there is none.</summary>
    internal static long NumberIn(string file) =>
        file.Length > 10
        && long.TryParse(file.AsSpan(0, 10), NumberStyles.None, CultureInfo.InvariantCulture, out var n)
            ? n
            : 0;
}

/// <summary>What readers may see: published by the writer after each sync, never changed.</summary>
/// <param name="Segments">In order; the last is being written.</param>
/// <param name="End">Durable bytes of the last segment.</param>
internal sealed record JournalView(ImmutableArray<JournalSegment> Segments, long End)
{
    internal JournalSegment Last => Segments[^1];

    /// <summary>Place of the first segment that may hold the frame or a later one.</summary>
    internal int PlaceOf(long frame)
    {
        var place = 0;
        while (place + 1 < Segments.Length && Segments[place + 1].FirstFrame <= frame)
        {
            place++;
        }

        return place;
    }

    internal long FrameAtOrBefore(Lane lane, long item, long epoch)
    {
        var frame = Segments[0].FirstFrame;
        foreach (var segment in Segments)
        {
            if (segment.Epoch == epoch && segment.LaneNext[(int)lane] <= item)
            {
                frame = segment.FirstFrame;
            }
        }

        return frame;
    }
}
