using System.Collections.Immutable;
using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>
/// The node's durable memory: numbered frames in segment files of a fixed size, one writer, any number of readers.
/// </summary>
/// <remarks>
/// <para>
/// Everything the mesh promises rests on the order of writes here, so here is why it is what it is.
/// </para>
/// <para>
/// <b>A frame is written and synced before the next one is written.</b> At any moment at most one frame is unsynced,
/// and it is the last. So whatever a power cut leaves of unsynced sectors (none, some, torn ones, in any order) can
/// only concern the last frame: if it is whole, it counts although nobody was told; if not, nothing of it was ever
/// acknowledged or sent, and it is cut off. The rest of its bytes is overwritten with zeros and synced before a new
/// frame goes to the same place, so that no remainder of the old can ever be read behind the new.
/// </para>
/// <para>
/// The same order makes corruption recognisable. <b>A bad frame with an intact one behind it</b> cannot come from a
/// power cut: the one behind was written after the bad one had been synced. Then durable data is damaged, and the
/// journal does not cut: the damaged bytes stay where they are as evidence and are reported with file and offset,
/// readers pass over them, and everything before and behind stays readable. If this happened in the last segment, or
/// the last segment is gone or shorter than it was made, numbers may have been given to others that this node no
/// longer remembers; it goes on in a new segment under a <b>new epoch</b>. Damage in an earlier segment is a hole, no
/// more: numbers given later are known.
/// </para>
/// <para>
/// <b>A segment gets its name last</b>: created as <c>*.new</c>, allocated, header written and synced, renamed, the
/// file <c>head</c> (see <see cref="JournalHead"/>) renamed behind it, folder synced. A file named <c>*.segment</c> therefore has had an intact header, and a bad one proves damage. Allocation
/// comes first so that writing a frame needs no room and <c>fdatasync</c> no change of length. The last frame of the
/// segment before was synced before the new one exists.
/// </para>
/// <para>
/// <b>A failed write or sync ends this object.</b> Linux may drop dirty pages after reporting an error once; a second
/// sync would then succeed over nothing. Whether the frame is durable is found out at the next start, which writes the
/// last frame again and syncs it before it trusts it.
/// </para>
/// <para>
/// <b>Segments are deleted oldest first, one folder sync each</b>, so that a cut in between leaves no hole.
/// </para>
/// </remarks>
public sealed class Journal : IDisposable
{
    internal const string Unfinished = ".new";
    private const string ReserveName = "reserve";
    private const long SmallestSegment = 16 * 1024;

    private readonly Disk _disk;
    private readonly string _folder;
    private readonly JournalOptions _options;
    private readonly IDisposable _lock;
    private DiskFile _current;
    private JournalView _view;
    private uint _seed;
    private byte[] _buffer = new byte[64 * 1024];
    private string? _failure;
    private bool _disposed;

    private Journal(Disk disk, string folder, JournalOptions options, IDisposable folderLock, JournalOpening found)
    {
        (_disk, _folder, _options, _lock) = (disk, folder, options, folderLock);
        _current = found.Current!;
        _view = new JournalView(found.Segments, found.End);
        HasReserve = disk.Exists(Path.Combine(folder, ReserveName));
        if (found.Segments.Length > 0)
        {
            _seed = Crc32C.Seed(_view.Last.Epoch, _view.Last.Number);
        }
    }

    /// <summary>This incarnation of the journal.</summary>
    public long Epoch => View.Last.Epoch;

    /// <summary>Number of the last durable frame, one below <see cref="FirstFrame"/> when there is none.</summary>
    public long LastFrame => View.Last.LastFrame;

    /// <summary>Number of the oldest frame kept.</summary>
    public long FirstFrame => View.Segments[0].FirstFrame;

    public IReadOnlyList<JournalSegment> Segments => View.Segments;

    /// <summary>Bytes of all segments, as allocated.</summary>
    public long Bytes => View.Segments.Sum(s => s.Bytes);

    /// <summary>Bytes that a body may have to still fit into the current segment.</summary>
    public long Room => Math.Max(0, View.Last.Bytes - View.End - FrameLayout.HeaderBytes - FrameLayout.Alignment);

    /// <summary>Whether the next segment is allocated already. If not, the disk is full: refuse what can be refused.</summary>
    public bool HasReserve { get; private set; }

    internal JournalView View => Volatile.Read(ref _view);

    internal Disk Disk => _disk;

    internal string Folder => _folder;

    internal string Node => _options.Node;

    /// <summary>Opens the journal in a folder, which this object then holds alone, or begins one.</summary>
    /// <param name="disk">Where it lies.</param>
    /// <param name="folder">Its folder, created when absent.</param>
    /// <param name="options">The node and the size of segments.</param>
    /// <param name="newEpoch">Gives a number, 0 to 2^53-1, never used as an epoch of this node before.</param>
    /// <param name="report">What was found; worth a log line unless it is empty.</param>
    /// <exception cref="JournalRefusedException">Another node's journal, or of an unknown format.</exception>
    /// <exception cref="JournalFullException">No room for a first segment.</exception>
    /// <exception cref="DiskException">The folder cannot be used, or another process uses it.</exception>
    public static Journal Open(
        Disk disk,
        string folder,
        JournalOptions options,
        Func<long> newEpoch,
        out JournalReport report
    )
    {
        if (options.SegmentBytes < SmallestSegment || options.Node.Length > Limits.IdLength)
        {
            throw new ArgumentException($"{options} is out of range", nameof(options));
        }

        disk.CreateFolder(folder);
        var folderLock = disk.Lock(folder);
        Journal? journal = null;
        try
        {
            var found = new JournalOpening(disk, folder, options);
            found.Run();
            journal = new Journal(disk, folder, options, folderLock, found);
            var begin = found.Current is null;
            if (begin)
            {
                journal.Begin(found.HighestNumber + 1, found.LastFrame + 1, newEpoch());
            }
            else if (
                found.Head != journal.View.Last.Number
                && JournalHead.Prepare(disk, folder, journal.View.Last.Number)
            )
            {
                JournalHead.Publish(disk, folder);
                disk.SyncFolder(folder);
            }

            journal.FillReserve();
            var created = begin && found.Segments.Length == 0 && found.Damages.Count == 0;
            report = new JournalReport(created, begin, found.TornBytes, found.Damages);
            return journal;
        }
        catch
        {
            journal?._current?.Dispose();
            folderLock.Dispose();
            throw;
        }
    }

    /// <summary>Makes a frame durable. When this returns it is; nothing it says may leave the node before.</summary>
    /// <param name="number">One more than <see cref="LastFrame"/>.</param>
    /// <param name="body">1 byte to 256 MiB.</param>
    /// <param name="laneNext">The next item of each lane before this frame.</param>
    /// <exception cref="JournalFullException">A new segment was needed and there is no room; nothing happened.</exception>
    /// <exception cref="JournalFailedException">Unknown whether it is durable; this object is of no further use.</exception>
    /// <param name="beyondMax">Whether a segment may be begun beyond <see cref="JournalOptions.MaxBytes"/>.</param>
    public void Append(long number, ReadOnlySpan<byte> body, ReadOnlySpan<long> laneNext, bool beyondMax = false)
    {
        ThrowIfUnusable();
        ArgumentOutOfRangeException.ThrowIfNotEqual(number, LastFrame + 1);
        if (body.IsEmpty || body.Length > FrameLayout.MaxBody)
        {
            throw new ArgumentException($"{body.Length} bytes are no frame", nameof(body));
        }

        var bytes = FrameLayout.Bytes(body.Length);
        if (View.End + bytes > View.Last.Bytes)
        {
            Guarded(laneNext, lanes => StartSegment(View.Last.Number + 1, number, Epoch, lanes, bytes, beyondMax));
        }

        if (_buffer.Length < bytes)
        {
            _buffer = new byte[bytes];
        }

        var frame = _buffer.AsSpan(0, bytes);
        FrameLayout.Write(frame, _seed, number, body);
        try
        {
            _current.Write(View.End, frame);
            _current.Sync();
        }
        catch (DiskException e)
        {
            throw Fail(e);
        }

        var last = View.Last with { LastFrame = number };
        Publish(View.Segments.SetItem(View.Segments.Length - 1, last), View.End + bytes);
    }

    /// <summary>
    /// Begins a new segment, unless the current one is still empty. A node does so to put a snapshot into a segment's
    /// first frame. Exceptions are those of <see cref="Append"/>.
    /// </summary>
    /// <param name="laneNext">The next item of each lane before the next frame.</param>
    public void Roll(ReadOnlySpan<long> laneNext)
    {
        ThrowIfUnusable();
        if (View.End > SegmentHeader.Size)
        {
            Guarded(laneNext, lanes => StartSegment(View.Last.Number + 1, LastFrame + 1, Epoch, lanes, 0, false));
        }
    }

    /// <summary>
    /// Goes on under a new epoch, in a new segment: for when numbers may have been given to others that this journal no
    /// longer knows. Frames go on being numbered. Exceptions are those of <see cref="Append"/>.
    /// </summary>
    /// <param name="epoch">0 to 2^53-1, never used as an epoch of this node before.</param>
    public void BeginEpoch(long epoch)
    {
        ThrowIfUnusable();
        Begin(View.Last.Number + 1, LastFrame + 1, epoch);
    }

    /// <summary>Allocates the reserve again if there is none; false when there still is no room.</summary>
    public bool FillReserve()
    {
        ThrowIfUnusable();
        if (HasReserve || !_options.Reserve)
        {
            return true;
        }

        try
        {
            Allocated(ReserveName + Unfinished, _options.SegmentBytes, beyondMax: false).Dispose();
            _disk.Rename(InFolder(ReserveName + Unfinished), InFolder(ReserveName));
            HasReserve = true;
        }
        catch (DiskException e) when (e.IsFull)
        {
            HasReserve = false;
        }

        return HasReserve;
    }

    /// <summary>A reader from a frame on (or from the oldest frame kept), for one thread, any thread.</summary>
    public JournalReader Read(long fromFrame) => new(this, fromFrame);

    /// <summary>A reader that goes on where another was.</summary>
    public JournalReader Read(JournalPosition position) => new(this, position);

    /// <summary>The first frame of a segment such that the item of the lane is in it or behind it.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="item">Number of the item.</param>
    /// <param name="epoch">The epoch the number belongs to; absent the current one.</param>
    public long FrameAtOrBefore(Lane lane, long item, long? epoch = null) =>
        View.FrameAtOrBefore(lane, item, epoch ?? Epoch);

    /// <summary>Deletes the segments all of whose frames are older; never the last one.</summary>
    public void DeleteSegmentsBefore(long frame)
    {
        ThrowIfUnusable();
        while (View.Segments.Length > 1 && View.Segments[0].LastFrame < frame)
        {
            var oldest = View.Segments[0];
            Publish(View.Segments.RemoveAt(0), View.End);
            _disk.Delete(InFolder(oldest.File));
            _disk.SyncFolder(_folder);
        }
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _current.Dispose();
            _lock.Dispose();
        }
    }

    private string InFolder(string name) => Path.Combine(_folder, name);

    private void Begin(long segment, long firstFrame, long epoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(epoch, Limits.Number);
        if (View.Segments.Any(s => s.Epoch == epoch))
        {
            throw new InvalidOperationException($"epoch {epoch} has been used in {_folder}");
        }

        Guarded([1, 1, 1, 1], lanes => StartSegment(segment, firstFrame, epoch, lanes, 0, beyondMax: true));
    }

    private void StartSegment(
        long segment,
        long firstFrame,
        long epoch,
        long[] laneNext,
        int frameBytes,
        bool beyondMax
    )
    {
        var bytes = Math.Max(_options.SegmentBytes, SegmentHeader.Size + frameBytes);
        var name = JournalSegment.Name(segment, epoch);
        DiskFile file;
        string source;
        if (HasReserve && ReserveBytes() >= bytes)
        {
            source = ReserveName;
            file = _disk.Open(InFolder(source), DiskAccess.Write);
            bytes = file.Length;
        }
        else
        {
            source = name + Unfinished;
            file = Allocated(source, bytes, beyondMax);
        }

        try
        {
            var header = new SegmentHeader(_options.Node, epoch, segment, firstFrame, bytes, laneNext);
            file.Write(0, header.ToBytes());
            file.Sync();
            var head = JournalHead.Prepare(_disk, _folder, segment);
            _disk.Rename(InFolder(source), InFolder(name));
            HasReserve &= source != ReserveName;
            if (head)
            {
                JournalHead.Publish(_disk, _folder);
            }

            _disk.SyncFolder(_folder);
            _current?.Dispose();
            _current = file;
            _seed = Crc32C.Seed(epoch, segment);
            Publish(View.Segments.Add(JournalSegment.Of(name, header, firstFrame - 1)), SegmentHeader.Size);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        FillReserve();
    }

    private long ReserveBytes()
    {
        using var file = _disk.Open(InFolder(ReserveName), DiskAccess.Read);
        return file.Length;
    }

    private DiskFile Allocated(string name, long bytes, bool beyondMax)
    {
        if (!beyondMax && Bytes + bytes > _options.MaxBytes)
        {
            var reason = $"the journal may have {_options.MaxBytes} bytes ('max') and would have {Bytes + bytes}";
            throw new DiskException("allocate", InFolder(name), reason, DiskException.NoSpace);
        }

        if (_disk.Exists(InFolder(name)))
        {
            _disk.Delete(InFolder(name));
        }

        var file = _disk.Open(InFolder(name), DiskAccess.Create);
        try
        {
            file.Allocate(bytes);
            file.Sync();
            return file;
        }
        catch
        {
            file.Dispose();
            _disk.Delete(InFolder(name));
            throw;
        }
    }

    private void Guarded(ReadOnlySpan<long> laneNext, Action<long[]> start)
    {
        if (laneNext.Length != Lanes.Count)
        {
            throw new ArgumentException($"{laneNext.Length} lanes instead of {Lanes.Count}", nameof(laneNext));
        }

        try
        {
            start(laneNext.ToArray());
        }
        catch (DiskException e) when (e.IsFull)
        {
            throw new JournalFullException($"no room for a further segment of the journal: {e.Message}", e);
        }
        catch (DiskException e)
        {
            throw Fail(e);
        }
    }

    private JournalFailedException Fail(DiskException e)
    {
        _failure = e.Message;
        return new JournalFailedException($"the journal cannot go on: {e.Message}", e);
    }

    private void Publish(ImmutableArray<JournalSegment> segments, long end) =>
        Volatile.Write(ref _view, new JournalView(segments, end));

    private void ThrowIfUnusable()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_failure is not null)
        {
            throw new JournalFailedException($"the journal has failed: {_failure}");
        }
    }
}
