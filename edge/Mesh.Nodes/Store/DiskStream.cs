using System.Runtime.ExceptionServices;

namespace Mesh.Nodes;

/// <summary>
/// A file of the disk as the stream LiteDB works on. Given a file itself, LiteDB syncs after nearly every page and does
/// not notice when that fails; here syncs are few, checked, and where they matter: the log, with its seal, before the first page
/// of data is overwritten, the data before the log is emptied.
/// </summary>
internal sealed class DiskStream : Stream
{
    private readonly DiskFile _file;
    private readonly DiskStream? _log;
    private readonly StoreSeal? _seal;
    private long _length;
    private bool _dirty;
    private ExceptionDispatchInfo? _failure;

    /// <param name="file">The file, which this stream then owns.</param>
    /// <param name="log">The log's stream, when this is the data's.</param>
    /// <param name="seal">The log's seal, when this is the log's; owned as well.</param>
    internal DiskStream(DiskFile file, DiskStream? log, StoreSeal? seal)
    {
        (_file, _log, _seal) = (file, log, seal);
        _length = file.Length;
    }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => true;

    public override long Length => _length;

    public override long Position { get; set; }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = _file.Read(Position, buffer.AsSpan(offset, count));
        Position += read;
        return read;
    }

    /// <summary>
    /// Writes. LiteDB writes its log on a thread of its own, which an exception would kill while others wait for it for
    /// ever; so a failed write of the log is kept and thrown by the sync without which nothing of it counts.
    /// </summary>
    public override void Write(byte[] buffer, int offset, int count)
    {
        _log?.Sync();
        try
        {
            _file.Write(Position, buffer.AsSpan(offset, count));
        }
        catch (Exception e) when (_log is null)
        {
            _failure ??= ExceptionDispatchInfo.Capture(e);
        }

        Position += count;
        _length = Math.Max(_length, Position);
        _dirty = true;
    }

    /// <summary>Makes data durable. Of the log nothing: it is synced when a checkpoint is about to rely on it.</summary>
    public override void Flush()
    {
        if (_log is not null)
        {
            Sync();
        }
    }

    public override long Seek(long offset, SeekOrigin origin) =>
        Position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => Position + offset,
            _ => _length + offset,
        };

    public override void SetLength(long value)
    {
        _file.SetLength(value);
        _length = value;
        _dirty = true;
    }

    internal void Sync()
    {
        _failure?.Throw();
        if (_dirty)
        {
            _file.Sync();
            _seal?.Set(_file);
            _dirty = false;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
            _seal?.Dispose();
        }

        base.Dispose(disposing);
    }
}
