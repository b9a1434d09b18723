using Mesh.Contracts;
using Mesh.Rules.Yaml;

namespace Mesh.Edge;

/// <summary>
/// A file of things that happened, as readings. The product's own <c>.jsonl</c> needs no mapping; a foreign log needs one
/// (see <c>recordings.md</c>). The file is read as a stream, each time anew, and gives the same readings with the same
/// identities each time: <c>boot</c> is 53 bits of the hash of its content, <c>seq</c> counts per device.
/// </summary>
public sealed class Recording
{
    private readonly BoundMapping? _mapping;
    private readonly long _boot;

    private Recording(string path, long boot, BoundMapping? mapping)
    {
        Path = path;
        _boot = boot;
        _mapping = mapping;
    }

    public string Path { get; }

    /// <summary>The numbering of pass <paramref name="pass"/> (from 1).</summary>
    public long Boot(int pass = 1) => Identities.BootOf(_boot, pass);

    /// <summary>Reads the header and resolves the mapping's columns; null when <paramref name="diagnostics"/> says why not.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static Recording? Open(string path, MappingFile? mapping, Diagnostics diagnostics)
    {
        long boot;
        using (var content = File.OpenRead(path))
        {
            boot = Identities.BootOf(content);
        }

        if (mapping is null)
        {
            return LooksLikeJson(path, diagnostics) ? new Recording(path, boot, null) : null;
        }

        var bound = Opening.Bind(path, mapping, diagnostics);
        return bound is null ? null : new Recording(path, boot, bound);
    }

    /// <summary>
    /// The readings in the order of the file. Bad rows are counted in <paramref name="report"/> and passed over; the
    /// file is open while the sequence is enumerated.
    /// </summary>
    public IEnumerable<Reading> Read(RecordingReport report, int pass = 1)
    {
        var boot = Boot(pass);
        var rows = _mapping is null ? null : new RowReader(_mapping);
        var lines = new JsonLines(pass);
        var readings = new List<Reading>();
        var header = _mapping is { File.Header: not HeaderLine.None };
        foreach (var (number, text) in BoundedLines.Read(Path))
        {
            if (text is not null && !IsRow(text))
            {
                continue;
            }

            if (header)
            {
                header = false;
                continue;
            }

            report.Rows++;
            void Fault(int column, string message) => report.Fault(Path, number, column, message);
            if (text is null)
            {
                Fault(1, $"the line is longer than {BoundedLines.MaxLength} characters");
                continue;
            }

            readings.Clear();
            if (rows is null)
            {
                lines.Read(text, boot, report, Fault, readings);
            }
            else
            {
                rows.Read(text, boot, report, Fault, readings);
            }

            foreach (var reading in readings)
            {
                report.Count(reading);
                yield return reading;
            }
        }
    }

    /// <summary>
    /// The readings of several passes, one behind the other. A pass is later than the one before it by whole days, as
    /// few as keep them apart, so that the time of day stays what it was.
    /// </summary>
    /// <param name="times">Passes, at least 1.</param>
    /// <param name="report">What became of the lines, over all passes.</param>
    public IEnumerable<Reading> ReadTimes(int times, RecordingReport report)
    {
        var period = TimeSpan.Zero;
        for (var pass = 1; pass <= times; pass++)
        {
            var shift = period * (pass - 1);
            foreach (var reading in Read(report, pass))
            {
                yield return pass == 1 ? reading : Copies.Of(reading, reading.Boot, reading.Seq, shift);
            }

            if (pass == 1 && report.Span is { } span)
            {
                period = TimeSpan.FromDays(Math.Floor((span.Last - span.First) / TimeSpan.FromDays(1)) + 1);
            }
        }
    }

    private bool IsRow(string text) => IsRow(text, _mapping?.File);

    internal static bool IsRow(string text, MappingFile? mapping) =>
        !string.IsNullOrWhiteSpace(text)
        && !(mapping?.Comment is { Length: > 0 } comment && text.StartsWith(comment, StringComparison.Ordinal));

    private static bool LooksLikeJson(string path, Diagnostics diagnostics)
    {
        foreach (var (number, text) in BoundedLines.Read(path))
        {
            if (text is not null && !IsRow(text, null))
            {
                continue;
            }

            if (text is not null && text.AsSpan().TrimStart().StartsWith("{"))
            {
                return true;
            }

            diagnostics.Error(
                path,
                new Position((int)number, 1),
                "the line is no JSON object; a recording in another format needs a mapping file"
            );
            return false;
        }

        return true;
    }
}
