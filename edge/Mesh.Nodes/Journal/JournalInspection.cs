namespace Mesh.Nodes;

/// <summary>What one file of a journal holds.</summary>
/// <param name="File">Its name in the folder.</param>
/// <param name="Segment">What its header says; null when it has no intact one.</param>
/// <param name="Frames">Intact frames.</param>
/// <param name="End">Where the last of them ends.</param>
/// <param name="Damages">What is wrong with it, and with what should come before it.</param>
/// <param name="Unreadable">Frames, among the intact ones, that another version of the program must have written.</param>
public sealed record SegmentFindings(
    string File,
    JournalSegment? Segment,
    long Frames,
    long End,
    IReadOnlyList<JournalDamage> Damages,
    long Unreadable = 0
);

/// <summary>An intact frame where it lies.</summary>
public readonly record struct FoundFrame(JournalSegment Segment, long Offset, long Number, ReadOnlyMemory<byte> Body);

/// <summary>
/// Looks at every byte of a journal without changing any, and without being its node: what opening finds, and also what
/// opening does not look at. A node may run on it; then its last frame may be half written.
/// </summary>
public sealed class JournalInspection
{
    private readonly Disk _disk;
    private readonly string _folder;

    /// <param name="disk">Where it lies.</param>
    /// <param name="folder">The journal's folder, or the data folder it is in.</param>
    /// <exception cref="JournalRefusedException">There is no journal, or it is of an unknown format.</exception>
    public JournalInspection(Disk disk, string folder)
    {
        _disk = disk;
        _folder = HasSegments(disk, folder) ? folder : Path.Combine(folder, "journal");
        if (!HasSegments(disk, _folder))
        {
            throw new JournalRefusedException($"{folder} holds no journal: no *.segment in it or in its 'journal'");
        }
    }

    /// <summary>The folder that holds the segments.</summary>
    public string Folder => _folder;

    /// <summary>Every file that is or should be a segment, in the order of their numbers.</summary>
    public IReadOnlyList<SegmentFindings> Verify()
    {
        var files = Headers();
        var findings = new List<SegmentFindings>();
        JournalSegment? before = null;
        long expected = 0;
        foreach (var (name, segment, reason) in files)
        {
            if (segment is null)
            {
                findings.Add(new SegmentFindings(name, null, 0, 0, [new JournalDamage(name, 0, Length(name), reason)]));
                continue;
            }

            var damages = new List<JournalDamage>();
            CheckPlace(segment, before, expected, damages);
            var (found, next) = Check(segment, IsLast(files, segment), damages);
            findings.Add(found);
            (before, expected) = (segment, next);
        }

        var known = JournalHead.Read(_disk, _folder, out var broken);
        if (known > (before?.Number ?? 0) || broken is not null)
        {
            var reason = broken ?? $"segment {known} had been begun and is missing";
            findings.Add(new SegmentFindings(JournalHead.Name, null, 0, 0, [new(JournalHead.Name, 0, 0, reason)]));
        }

        return findings;
    }

    /// <summary>Every intact frame, in order; a body lives until the next is asked for.</summary>
    public IEnumerable<FoundFrame> Frames()
    {
        foreach (var (_, segment, _) in Headers())
        {
            if (segment is null)
            {
                continue;
            }

            using var file = _disk.Open(Path.Combine(_folder, segment.File), DiskAccess.Read);
            var scanner = Scanner(file, segment);
            while (scanner.TryNext(file.Length, out var number, out var body, out _))
            {
                yield return new FoundFrame(segment, scanner.FrameOffset, number, body);
            }
        }
    }

    internal static bool HasSegments(Disk disk, string folder) =>
        disk.List(folder).Any(n => n.EndsWith(JournalSegment.Extension, StringComparison.Ordinal));

    private static bool IsLast(List<(string, JournalSegment? Segment, string)> files, JournalSegment segment) =>
        files.FindLast(f => f.Segment is not null).Segment == segment;

    private static SegmentScanner Scanner(DiskFile file, JournalSegment segment) =>
        new(file, segment.Header(segment.Node), SegmentHeader.Size, segment.FirstFrame);

    private List<(string Name, JournalSegment? Segment, string Reason)> Headers()
    {
        var found = new List<(string Name, JournalSegment? Segment, string Reason)>();
        foreach (var name in _disk.List(_folder))
        {
            if (name.EndsWith(JournalSegment.Extension, StringComparison.Ordinal))
            {
                var header = SegmentHeader.Read(_disk, _folder, name, out var reason);
                found.Add(
                    (name, header is null ? null : JournalSegment.Of(name, header, header.FirstFrame - 1), reason)
                );
            }
        }

        return [.. found.OrderBy(f => f.Segment?.Number ?? JournalSegment.NumberIn(f.Name))];
    }

    private static void CheckPlace(
        JournalSegment segment,
        JournalSegment? before,
        long expected,
        List<JournalDamage> damages
    )
    {
        if (segment.File != JournalSegment.Name(segment.Number, segment.Epoch))
        {
            var reason = $"it holds segment {segment.Number}, which its name does not say";
            damages.Add(new JournalDamage(segment.File, 0, 0, reason));
        }

        if (before is null)
        {
            return;
        }

        if (segment.Number == before.Number)
        {
            damages.Add(new JournalDamage(segment.File, 0, 0, $"{before.File} holds segment {segment.Number} too"));
        }
        else if (segment.FirstFrame < expected)
        {
            damages.Add(new JournalDamage(segment.File, 0, 0, $"its frames are older than those of {before.File}"));
        }
        else if (segment.FirstFrame > expected)
        {
            var segments =
                segment.Number > before.Number + 1
                    ? $", and so are segments {before.Number + 1} to {segment.Number - 1}"
                    : "";
            var reason = $"frames {expected} to {segment.FirstFrame - 1} are missing before it{segments}";
            damages.Add(new JournalDamage(segment.File, 0, 0, reason));
        }
    }

    private (SegmentFindings Found, long Next) Check(JournalSegment segment, bool isLast, List<JournalDamage> damages)
    {
        using var file = _disk.Open(Path.Combine(_folder, segment.File), DiskAccess.Read);
        var length = file.Length;
        var scanner = Scanner(file, segment);
        var (frames, end, unreadable) = (0L, (long)SegmentHeader.Size, 0L);
        while (scanner.TryNext(length, out var number, out var body, out var passed))
        {
            if (passed > 0)
            {
                var reason = $"{passed} bytes match no checksum; the next intact frame is {number}";
                damages.Add(new JournalDamage(segment.File, end, passed, reason));
            }

            unreadable += IsReadable(segment.File, scanner.FrameOffset, number, body, damages) ? 0 : 1;
            frames++;
            end = scanner.Offset;
        }

        if (length < segment.Bytes)
        {
            damages.Add(new JournalDamage(segment.File, length, segment.Bytes - length, "the file has been cut short"));
        }

        if (scanner.NextNonZero(end, length) is var rest and >= 0)
        {
            var reason = isLast
                ? "bytes of a frame that was never finished, or is damaged"
                : "bytes behind the last frame that are no frame";
            damages.Add(new JournalDamage(segment.File, rest, length - rest, reason));
        }

        return (new SegmentFindings(segment.File, segment, frames, end, damages, unreadable), scanner.Expected);
    }

    private static bool IsReadable(
        string file,
        long offset,
        long number,
        ReadOnlyMemory<byte> body,
        List<JournalDamage> damages
    )
    {
        try
        {
            FrameCodec.Decode(number, body.Span);
            return true;
        }
        catch (FormatException e)
        {
            var reason = $"frame {number} is intact and cannot be read by this version of the program: {e.Message}";
            damages.Add(new JournalDamage(file, offset, body.Length, reason));
            return false;
        }
    }

    private long Length(string name)
    {
        try
        {
            using var file = _disk.Open(Path.Combine(_folder, name), DiskAccess.Read);
            return file.Length;
        }
        catch (DiskException)
        {
            return 0;
        }
    }
}
