using System.Diagnostics;
using System.Globalization;
using Mesh.Contracts;
using Mesh.Nodes;

namespace Mesh.Benchmarks.Nodes;

/// <summary>Frames made durable one after the other, beside a bare loop over the same bytes on the same disk.</summary>
internal static class JournalFigures
{
    private static readonly Timestamp Begin = Timestamp.Parse("2026-03-01T00:00:00Z");

    public static Task<IReadOnlyList<Figure>> MeasureAsync() =>
        Task.FromResult<IReadOnlyList<Figure>>([.. Measure(1, 1_000), .. Measure(100, 1_000), .. Measure(1_000, 300)]);

    private static IEnumerable<Figure> Measure(int perFrame, int frames)
    {
        using var folder = new Folder();
        var climate = new Climate(Begin);
        var readings = Enumerable.Range(0, frames).Select(_ => climate.Next(perFrame)).ToList();
        using var journal = Journal.Open(
            new PosixDisk(),
            folder.Inside("journal"),
            new JournalOptions("figures"),
            () => 1,
            out _
        );
        var bodies = new List<ReadOnlyMemory<byte>>(frames);
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < frames; i++)
        {
            var frame = new Frame(i + 1, Begin, [new ReadingsArrived("edge", readings[i], null)], [], Begin);
            var body = FrameCodec.Encode(frame);
            journal.Append(frame.Number, body, [1, 1, 1, 1]);
            bodies.Add(body);
        }

        var took = Stopwatch.GetElapsedTime(started);
        Check(journal, readings);
        var bare = BareLog.Append(folder.Inside("bare"), bodies);
        var bytes = bodies.Sum(b => (long)b.Length);
        var note = string.Create(CultureInfo.InvariantCulture, $"{(double)bytes / frames:#,0} bytes a frame");
        var name = perFrame == 1 ? "frames of 1 reading" : $"frames of {perFrame} readings";
        yield return new Figure(
            name,
            frames / took.TotalSeconds,
            "frames/s",
            "append + fdatasync",
            frames / bare.TotalSeconds,
            Note: note
        );
        yield return new Figure(
            $"durable readings, {perFrame} a frame",
            (double)frames * perFrame / took.TotalSeconds,
            "readings/s",
            "append + fdatasync",
            (double)frames * perFrame / bare.TotalSeconds,
            Note: "encoding included; not for the bare loop"
        );
    }

    private static void Check(Journal journal, List<Reading[]> written)
    {
        using var reader = journal.Read(journal.FirstFrame);
        var count = 0;
        for (; reader.TryNext(out var stored); count++)
        {
            var frame = FrameCodec.Decode(stored.Number, stored.Body.Span);
            var found = ((ReadingsArrived)frame.Inputs[0]).Readings;
            WrongOutputException.Unless(
                true,
                found.Select(Text).SequenceEqual(written[count].Select(Text)),
                "readings of a frame"
            );
        }

        WrongOutputException.Unless(written.Count, count, "frames");
    }

    private static string Text(Reading reading) => reading.ToString();
}
