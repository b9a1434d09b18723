namespace Mesh.Nodes;

/// <summary>
/// Walks the frames of one segment file. Where the next frame is not what it must be, it looks for the next one that
/// is, and says how many bytes it passed over.
/// </summary>
internal sealed class SegmentScanner
{
    private const int Window = 256 * 1024;
    private const int SmallestFrame = FrameLayout.HeaderBytes + FrameLayout.Alignment;

    private readonly DiskFile _file;
    private readonly uint _seed;
    private byte[] _buffer;
    private long _bufferAt;
    private int _bufferLength;

    internal SegmentScanner(DiskFile file, SegmentHeader header, long offset, long expected)
    {
        _file = file;
        _seed = Crc32C.Seed(header.Epoch, header.Segment);
        _buffer = new byte[Math.Min(Window, header.FileBytes)];
        Offset = offset;
        Expected = expected;
    }

    /// <summary>Behind the last frame returned.</summary>
    internal long Offset { get; private set; }

    /// <summary>The number the next frame must have.</summary>
    internal long Expected { get; private set; }

    /// <summary>Start of the last frame returned.</summary>
    internal long FrameOffset { get; private set; }

    /// <summary>Reads the next frame that lies whole below <paramref name="end"/>; the body lives until the next call.</summary>
    /// <param name="end">Bytes of the file that may be looked at.</param>
    /// <param name="number">The frame's number.</param>
    /// <param name="body">Its body.</param>
    /// <param name="passed">Bytes of damage in front of it.</param>
    internal bool TryNext(long end, out long number, out ReadOnlyMemory<byte> body, out long passed)
    {
        var start = Offset;
        for (var at = start; (at = NextNonZero(at, end)) >= 0; at += FrameLayout.Alignment)
        {
            // Frames are numbered without a hole, so damage of so many bytes cannot have held more than so many of
            // them. The bound also keeps the search linear: what is no frame is nearly never summed up.
            var most = Expected + ((at - start) / SmallestFrame);
            if (TryFrame(at, end, most, out number, out body))
            {
                passed = at - start;
                FrameOffset = at;
                Offset = at + FrameLayout.Bytes(body.Length);
                Expected = number + 1;
                return true;
            }
        }

        (number, body, passed) = (0, default, 0);
        return false;
    }

    /// <summary>First offset, a multiple of 8 from <paramref name="from"/>, whose 8 bytes are not all zero, or -1.</summary>
    internal long NextNonZero(long from, long end)
    {
        for (var at = from; at < end; )
        {
            var bytes = Peek(at, (int)Math.Min(SmallestFrame, end - at), end, out var more);
            if (bytes.IsEmpty)
            {
                return -1;
            }

            var found = more.IndexOfAnyExcept((byte)0);
            if (found >= 0)
            {
                return at + (found & -FrameLayout.Alignment);
            }

            at += more.Length & -FrameLayout.Alignment;
            if (more.Length < FrameLayout.Alignment)
            {
                return -1;
            }
        }

        return -1;
    }

    private bool TryFrame(long at, long end, long most, out long number, out ReadOnlyMemory<byte> body)
    {
        (number, body) = (0, default);
        if (end - at < SmallestFrame)
        {
            return false;
        }

        var header = Peek(at, FrameLayout.HeaderBytes, end, out _);
        if (
            header.Length < FrameLayout.HeaderBytes
            || !FrameLayout.TryHeader(header, Expected, end - at, out var length, out number)
            || number > most
        )
        {
            return false;
        }

        var frame = Peek(at, FrameLayout.Bytes(length), end, out _);
        if (frame.Length < FrameLayout.Bytes(length) || !FrameLayout.Matches(frame, _seed))
        {
            return false;
        }

        body = _buffer.AsMemory((int)(at - _bufferAt) + FrameLayout.HeaderBytes, length);
        return true;
    }

    /// <summary>Bytes from an offset on; fewer at the end of the file. <paramref name="more"/> has all that is at hand.</summary>
    private ReadOnlySpan<byte> Peek(long at, int bytes, long end, out ReadOnlySpan<byte> more)
    {
        if (at < _bufferAt || at + bytes > _bufferAt + _bufferLength)
        {
            if (bytes > _buffer.Length)
            {
                _buffer = new byte[bytes];
            }

            _bufferAt = at;
            _bufferLength = _file.Read(at, _buffer.AsSpan(0, (int)Math.Min(_buffer.Length, end - at)));
        }

        more = _buffer.AsSpan((int)(at - _bufferAt), (int)(Math.Min(_bufferAt + _bufferLength, end) - at));
        return more[..Math.Min(bytes, more.Length)];
    }
}
