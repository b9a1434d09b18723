namespace Mesh.Nodes;

/// <summary>An action of a sink, with its number and the frame it stands in.</summary>
internal readonly record struct SinkEntry(long Number, long Frame, SinkAction Action);

/// <summary>Reads the actions of one sink out of the journal, in order, from any number on. For one thread at a time.</summary>
internal sealed class SinkReader(Journal journal, string sink) : IDisposable
{
    private readonly Queue<SinkEntry> _buffer = new();
    private JournalReader? _reader;
    private long _after;

    /// <summary>Starts behind a number; what follows it stands in a frame or behind it.</summary>
    public void Seek(long done, long frame)
    {
        if (_reader is not null && _after == done)
        {
            return;
        }

        _reader?.Dispose();
        _buffer.Clear();
        _after = done;
        _reader = journal.Read(Math.Max(frame, journal.FirstFrame));
    }

    /// <summary>The next action that is durable; null when there is none yet.</summary>
    public SinkEntry? Next()
    {
        while (_buffer.Count == 0)
        {
            if (!_reader!.TryNext(out var stored))
            {
                return null;
            }

            FrameCodec.ReadSink(stored.Number, stored.Body.Span, sink, _buffer);
            while (_buffer.TryPeek(out var first) && first.Number <= _after)
            {
                _buffer.Dequeue();
            }
        }

        var next = _buffer.Dequeue();
        _after = next.Number;
        return next;
    }

    /// <summary>Whether another action is at hand without reading on.</summary>
    public bool HasMore => _buffer.Count > 0;

    /// <summary>The frame it has come to: everything before it has been seen.</summary>
    public long Frame => _reader?.Position.Frame ?? 0;

    /// <summary>Begins anew at the next <see cref="Seek"/>.</summary>
    public void Forget()
    {
        _reader?.Dispose();
        _reader = null;
    }

    public void Dispose() => _reader?.Dispose();
}
