using Mesh.Contracts;
using Mesh.Nodes;

namespace Mesh.Benchmarks.Nodes;

/// <summary>Bytes a reading takes in a frame, beside the JSON it came in.</summary>
internal static class SizeFigures
{
    private const int Frames = 50;
    private static readonly Timestamp Begin = Timestamp.Parse("2026-03-01T00:00:00Z");

    public static Task<IReadOnlyList<Figure>> MeasureAsync() =>
        Task.FromResult<IReadOnlyList<Figure>>([Measure(1), Measure(100), Measure(1_000)]);

    private static Figure Measure(int perFrame)
    {
        var climate = new Climate(Begin);
        var (framed, json) = (0L, 0L);
        for (var i = 0; i < Frames; i++)
        {
            var readings = climate.Next(perFrame);
            framed += FrameCodec
                .Encode(new Frame(i + 1, Begin, [new ReadingsArrived("edge", readings, null)], [], Begin))
                .Length;
            json += BatchJson.Write(new ReadingBatch(1, 1, readings, null)).Length;
        }

        double all = Frames * perFrame;
        var readingWord = perFrame == 1 ? "reading" : "readings";
        return new Figure($"{perFrame} {readingWord} a frame", framed / all, "bytes/reading", "JSON batch", json / all);
    }
}
