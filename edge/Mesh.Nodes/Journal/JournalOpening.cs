using System.Collections.Immutable;

namespace Mesh.Nodes;

/// <summary>
/// Finds out what a journal's folder holds and puts it in order. It decides three questions:
/// <list type="bullet">
/// <item>May this be opened? A segment of another node or of an unknown format refuses the whole folder.</item>
/// <item>Which files are segments? Those with an intact header, in the order of their numbers; others are renamed
/// <c>*.damaged</c> and reported. A hole between two segments is reported and stays a hole.</item>
/// <item>Where does the last one end? See <see cref="Journal"/> for what a bad frame there proves. A segment that
/// <see cref="JournalHead"/> knows and that is not there means that the end is lost.</item>
/// </list>
/// Only headers and the last segment are read, so that opening costs the same whatever the backlog.
/// </summary>
internal sealed class JournalOpening(Disk disk, string folder, JournalOptions options)
{
    private readonly List<JournalDamage> _damages = [];

    internal ImmutableArray<JournalSegment> Segments { get; private set; } = [];

    internal IReadOnlyList<JournalDamage> Damages => _damages;

    /// <summary>Durable end of the last segment.</summary>
    internal long End { get; private set; }

    internal long TornBytes { get; private set; }

    /// <summary>Whether frames that were durable may be missing at the end.</summary>
    internal bool EndLost { get; private set; }

    /// <summary>Largest segment number seen in any name or header, damaged ones included.</summary>
    internal long HighestNumber { get; private set; }

    internal long LastFrame { get; private set; }

    /// <summary>What the file <c>head</c> says, null when it says nothing.</summary>
    internal long? Head { get; private set; }

    /// <summary>The last segment, open for writing; null when there is none or its end is lost.</summary>
    internal DiskFile? Current { get; private set; }

    internal void Run()
    {
        foreach (var name in disk.List(folder))
        {
            if (name.EndsWith(Journal.Unfinished, StringComparison.Ordinal))
            {
                disk.Delete(Path.Combine(folder, name));
            }
        }

        FindSegments();
        CheckOrder();
        CheckHead();
        if (Segments.Length > 0)
        {
            FindEnd();
        }
    }

    private void FindSegments()
    {
        var found = new List<JournalSegment>();
        var lostAt = 0L;
        foreach (var name in disk.List(folder))
        {
            // What was set aside keeps its number used: a name is never given twice.
            HighestNumber = Math.Max(HighestNumber, JournalSegment.NumberIn(name));
            if (!name.EndsWith(JournalSegment.Extension, StringComparison.Ordinal))
            {
                continue;
            }

            if (ReadHeader(name, out var reason) is not { } segment)
            {
                SetAside(name, reason);
                lostAt = Math.Max(lostAt, JournalSegment.NumberIn(name));
                continue;
            }

            if (found.FindIndex(s => s.Number == segment.Number) is var twin and >= 0)
            {
                // A copy: the one that is called what it is stays.
                var copy = IsNamed(segment) ? found[twin] : segment;
                SetAside(copy.File, $"a second file holds segment {segment.Number}");
                found[twin] = copy == segment ? found[twin] : segment;
                continue;
            }

            HighestNumber = Math.Max(HighestNumber, segment.Number);
            found.Add(segment);
        }

        foreach (var segment in found.Where(s => !IsNamed(s)))
        {
            var reason = $"the file holds segment {segment.Number}, which its name does not say";
            _damages.Add(new(segment.File, 0, 0, reason));
        }

        found.Sort((a, b) => a.Number.CompareTo(b.Number));
        Segments = [.. found];
        EndLost = lostAt > 0 && (found.Count == 0 || lostAt > found[^1].Number);
    }

    private static bool IsNamed(JournalSegment segment) =>
        segment.File == JournalSegment.Name(segment.Number, segment.Epoch);

    private JournalSegment? ReadHeader(string name, out string reason)
    {
        var header = SegmentHeader.Read(disk, folder, name, out reason);
        if (header is not null && header.Node != options.Node)
        {
            throw new JournalRefusedException(
                $"{name} belongs to node '{header.Node}', this is node '{options.Node}': "
                    + "give this node a folder of its own, or the name the data has"
            );
        }

        return header is null ? null : JournalSegment.Of(name, header, header.FirstFrame - 1);
    }

    private void CheckOrder()
    {
        var ordered = new List<JournalSegment>();
        foreach (var segment in Segments)
        {
            if (ordered.Count > 0)
            {
                var before = ordered[^1];
                if (segment.FirstFrame <= before.FirstFrame)
                {
                    SetAside(segment.File, $"its first frame {segment.FirstFrame} is older than the segment before it");
                    EndLost |= segment == Segments[^1];
                    continue;
                }

                if (segment.Number != before.Number + 1)
                {
                    var missing = $"segments {before.Number + 1} to {segment.Number - 1} are missing before it";
                    _damages.Add(new(segment.File, 0, 0, missing));
                }

                ordered[^1] = before with { LastFrame = segment.FirstFrame - 1 };
            }

            ordered.Add(segment);
        }

        Segments = [.. ordered];
    }

    /// <summary>Nothing else would tell that the last segments are gone: what is left looks whole.</summary>
    private void CheckHead()
    {
        Head = JournalHead.Read(disk, folder, out var damage);
        if (Head is { } head)
        {
            HighestNumber = Math.Max(HighestNumber, head);
            var last = Segments.Length > 0 ? Segments[^1].Number : 0;
            if (head > last && !EndLost)
            {
                EndLost = true;
                var missing = last + 1 == head ? $"segment {head} is" : $"segments {last + 1} to {head} are";
                _damages.Add(new(JournalHead.Name, 0, 0, $"{missing} missing, which had been begun"));
            }
        }
        else if (damage is not null)
        {
            _damages.Add(new(JournalHead.Name, 0, 0, damage));
        }
    }

    private void FindEnd()
    {
        var last = Segments[^1];
        var file = disk.Open(Path.Combine(folder, last.File), DiskAccess.Write);
        try
        {
            var length = file.Length;
            var scanner = new SegmentScanner(file, last.Header(options.Node), SegmentHeader.Size, last.FirstFrame);
            End = SegmentHeader.Size;
            while (scanner.TryNext(length, out var number, out _, out var passed))
            {
                if (passed > 0)
                {
                    var reason = $"{passed} bytes match no checksum, and frame {number} behind them is intact";
                    _damages.Add(new(last.File, End, passed, reason));
                    EndLost = true;
                }

                End = scanner.Offset;
            }

            if (length < last.Bytes)
            {
                _damages.Add(new(last.File, length, last.Bytes - length, "the file has been cut short"));
                EndLost = true;
            }

            LastFrame = scanner.Expected - 1;
            Segments = Segments.SetItem(Segments.Length - 1, last with { LastFrame = LastFrame });
            if (EndLost)
            {
                file.Dispose();
                return;
            }

            CutTornTail(file, scanner, length);
            RewriteLastFrame(file, scanner);
            file.Sync();
            Current = file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private void CutTornTail(DiskFile file, SegmentScanner scanner, long length)
    {
        var zeros = new byte[64 * 1024];
        for (var at = End; (at = scanner.NextNonZero(at, length)) >= 0; )
        {
            var bytes = (int)Math.Min(zeros.Length, length - at);
            file.Write(at, zeros.AsSpan(0, bytes));
            at += bytes;
            TornBytes = at - End;
        }
    }

    /// <summary>
    /// After a failed sync the page cache may show a last frame that the medium never got, and a plain sync would have
    /// nothing to do. Written once more, it is durable before anybody counts on it.
    /// </summary>
    private static void RewriteLastFrame(DiskFile file, SegmentScanner scanner)
    {
        if (scanner.FrameOffset > 0)
        {
            var frame = new byte[scanner.Offset - scanner.FrameOffset];
            var read = file.Read(scanner.FrameOffset, frame);
            file.Write(scanner.FrameOffset, frame.AsSpan(0, read));
        }
    }

    private void SetAside(string name, string reason)
    {
        var target = name + ".damaged";
        for (var i = 2; disk.Exists(Path.Combine(folder, target)); i++)
        {
            target = $"{name}.{i}.damaged";
        }

        disk.Rename(Path.Combine(folder, name), Path.Combine(folder, target));
        disk.SyncFolder(folder);
        _damages.Add(new(name, 0, 0, $"{reason}; set aside as {target}"));
    }
}
