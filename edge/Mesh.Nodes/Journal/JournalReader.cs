namespace Mesh.Nodes;

/// <summary>
/// Reads durable frames in order, while the writer goes on: for one thread at a time, independent of the writer's and
/// of other readers. Damaged bytes are passed over and listed in <see cref="Damages"/>.
/// </summary>
public sealed class JournalReader : IDisposable
{
    private readonly Journal _journal;
    private readonly List<JournalDamage> _damages = [];
    private JournalPosition _start;
    private JournalSegment? _segment;
    private DiskFile? _file;
    private SegmentScanner? _scanner;

    internal JournalReader(Journal journal, long fromFrame)
        : this(journal, new JournalPosition(0, 0, fromFrame)) { }

    internal JournalReader(Journal journal, JournalPosition position)
    {
        _journal = journal;
        _start = position;
    }

    /// <summary>What could not be read so far: frames, if any were there, are missing.</summary>
    public IReadOnlyList<JournalDamage> Damages => _damages;

    /// <summary>Behind the last frame read.</summary>
    public JournalPosition Position =>
        _scanner is null || _segment is null || _scanner.Expected < _start.Frame
            ? _start
            : new JournalPosition(_segment.Number, _scanner.Offset, _scanner.Expected);

    /// <summary>Reads the next durable frame; false when there is none yet. The body lives until the next call.</summary>
    /// <exception cref="DiskException">The disk failed to read.</exception>
    public bool TryNext(out JournalFrame frame)
    {
        while (true)
        {
            var view = _journal.View;
            if (_segment is null)
            {
                Enter(view, Find(view));
            }

            if (TryHere(view, out frame))
            {
                if (frame.Number >= _start.Frame)
                {
                    return true;
                }

                continue;
            }

            var next = After(view);
            if (next is null)
            {
                return false;
            }

            Leave(next);
            _start = new JournalPosition(0, 0, Math.Max(_start.Frame, next.FirstFrame));
            Enter(view, next);
        }
    }

    public void Dispose() => _file?.Dispose();

    private bool TryHere(JournalView view, out JournalFrame frame)
    {
        frame = default;
        var isLast = view.Last.Number == _segment!.Number;
        var end = isLast ? view.End : _segment.Bytes;

        // In a segment that is complete the number of its last frame is known, and what is behind needs no look.
        var known = isLast ? view.Last : view.Segments.FirstOrDefault(s => s.Number == _segment.Number);
        if (known is not null && _scanner!.Expected > known.LastFrame)
        {
            return false;
        }

        var at = _scanner!.Offset;
        if (!_scanner.TryNext(end, out var number, out var body, out var passed))
        {
            return false;
        }

        if (passed > 0)
        {
            var reason = $"{passed} bytes match no checksum; the next intact frame is {number}";
            _damages.Add(new JournalDamage(_segment.File, at, passed, reason));
        }

        frame = new JournalFrame(_segment.Epoch, number, body);
        return true;
    }

    private JournalSegment Find(JournalView view)
    {
        foreach (var segment in view.Segments)
        {
            if (segment.Number == _start.Segment)
            {
                return segment;
            }
        }

        _start = new JournalPosition(0, 0, _start.Frame);
        return view.Segments[view.PlaceOf(_start.Frame)];
    }

    private JournalSegment? After(JournalView view)
    {
        foreach (var segment in view.Segments)
        {
            if (segment.Number > _segment!.Number)
            {
                return segment;
            }
        }

        return null;
    }

    /// <summary>Says what is missing between the last frame read and the next segment.</summary>
    private void Leave(JournalSegment next)
    {
        var expected = _scanner!.Expected;
        if (expected < next.FirstFrame && _segment!.Number + 1 == next.Number)
        {
            var bytes = _segment.Bytes - _scanner.Offset;
            var reason = $"frames {expected} to {next.FirstFrame - 1} are not where they should be";
            _damages.Add(new JournalDamage(_segment.File, _scanner.Offset, bytes, reason));
        }
        else if (expected < next.FirstFrame)
        {
            var reason = $"frames {expected} to {next.FirstFrame - 1} are missing before it";
            _damages.Add(new JournalDamage(next.File, 0, 0, reason));
        }
    }

    private void Enter(JournalView view, JournalSegment segment)
    {
        DiskFile file;
        try
        {
            file = _journal.Disk.Open(Path.Combine(_journal.Folder, segment.File), DiskAccess.Read);
        }
        catch (DiskException) when (_journal.View != view && _journal.View.Segments[0].Number > segment.Number)
        {
            // The writer deleted it in the meantime; the oldest segment there is now comes next.
            view = _journal.View;
            segment = view.Segments[0];
            file = _journal.Disk.Open(Path.Combine(_journal.Folder, segment.File), DiskAccess.Read);
        }

        _file?.Dispose();
        _file = file;
        var here = segment.Number == _start.Segment && _start.Offset >= SegmentHeader.Size;
        _scanner = new SegmentScanner(
            _file,
            segment.Header(_journal.Node),
            here ? _start.Offset : SegmentHeader.Size,
            here ? _start.Frame : segment.FirstFrame
        );
        _segment = segment;
    }
}
