namespace Mesh.Nodes;

/// <summary>
/// What a node can be asked about: last values, devices, detections, aggregates, commands, sources and, on the cloud,
/// the history of readings. A view of the journal's frames in LiteDB files, which can always be built anew.
/// </summary>
/// <remarks>
/// <para>
/// <b>Each file knows the last frame in it</b>, stored in the transaction that brought it. A batch goes to the files of
/// its periods first and to <c>current.db</c> last; its frame is <see cref="AppliedFrame"/>. After a crash in between,
/// the feeder starts at <see cref="StartFeed"/> and a file skips what it has, so nothing is applied twice.
/// </para>
/// <para>
/// <b>Trouble</b> is whatever an operation throws. The store closes and reopens its files; if the same file fails again
/// it is set aside (unless the disk is merely full), an empty one takes its place, and the feeder is asked to begin at
/// the first frame there is: files that are whole skip what they have. Queries meanwhile say
/// <see cref="StoreUnavailableException"/> or answer from what there is.
/// </para>
/// <para>
/// <b>Threads</b>: one thread applies (<see cref="Start"/>, or the caller of <see cref="Apply"/> where there is none),
/// any number ask. Answers are complete when they return; no cursor into a file outlives a call.
/// </para>
/// </remarks>
public sealed partial class LocalStore : IDisposable
{
    private const int NoSpace = 28;
    private readonly Disk _disk;
    private readonly IDisposable _folderLock;
    private readonly StoreOptions _options;
    private readonly TimeProvider _time;
    private readonly Action<StoreTrouble> _report;
    private readonly ReaderWriterLockSlim _lock = new();
    private readonly StoreFiles _files;
    private readonly Dictionary<string, int> _failures = new(StringComparer.Ordinal);
    private CurrentFile? _current;
    private string? _suspect;
    private long _applied;
    private bool _disposed;

    private LocalStore(Disk disk, StoreOptions options, TimeProvider time, Action<StoreTrouble> report)
    {
        (_disk, _options, _time, _report) = (disk, options, time, report);
        _files = new StoreFiles(disk, options, report);
        _folderLock = disk.Lock(options.Folder);
    }

    /// <summary>The journal's incarnation this is a view of.</summary>
    public long Epoch => _options.Epoch;

    /// <summary>The last frame whose effects are visible; it goes back when a file has to be built anew.</summary>
    public long AppliedFrame => Volatile.Read(ref _applied);

    /// <summary>Opens the store in a folder; what cannot be read is set aside and reported.</summary>
    /// <param name="disk">Where it lies.</param>
    /// <param name="options">Where and what.</param>
    /// <param name="time">For waiting.</param>
    /// <param name="report">Told of each trouble, on any thread.</param>
    /// <exception cref="StoreRefusedException">A store of an unknown format.</exception>
    /// <exception cref="DiskException">The folder cannot be used, or another process uses it.</exception>
    public static LocalStore Open(Disk disk, StoreOptions options, TimeProvider time, Action<StoreTrouble> report)
    {
        disk.CreateFolder(options.Folder);
        var store = new LocalStore(disk, options, time, report);
        try
        {
            store.OpenCurrent();
            foreach (var name in store._files.Names())
            {
                // Damage that shows on opening is better found now than by the first query.
                store.Check(name);
            }

            store._files.CloseIdle();
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Applies frames, ascending, in one batch. False after trouble: feed again from <see cref="StartFeed"/>.</summary>
    public bool Apply(IReadOnlyList<Frame> frames)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (frames.Count == 0)
        {
            return true;
        }

        var at = CurrentFile.Name;
        _lock.EnterWriteLock();
        try
        {
            if (Interlocked.Exchange(ref _suspect, null) is { } suspect)
            {
                at = suspect;
                throw new FormatException("a query could not read it");
            }

            if (_current is null)
            {
                OpenCurrent();
            }

            foreach (var (name, changes) in StoreChanges.Of(frames, _options).Periods)
            {
                at = name;
                PeriodFile.Apply(_files.Open(name), changes, frames[^1].Number);
            }

            at = CurrentFile.Name;
            _current!.Apply(frames);
            _files.CloseIdle();
            if (_options.Keep is { } keep)
            {
                _files.DeleteBefore(frames[^1].Clock - keep);
            }

            Volatile.Write(ref _applied, frames[^1].Number);
        }
        catch (Exception e) when (e is not (StoreRefusedException or OutOfMemoryException))
        {
            Recover(at, e);
            return false;
        }
        finally
        {
            _lock.ExitWriteLock();
        }

        Announce();
        return true;
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        Stop();
        _disposed = true;
        _lock.EnterWriteLock();
        try
        {
            CloseAll();
        }
        finally
        {
            _lock.ExitWriteLock();
        }

        _lock.Dispose();
        _folderLock.Dispose();
    }

    private string PathOf(string name) => Path.Combine(_options.Folder, name);

    private void OpenCurrent()
    {
        try
        {
            _current = CurrentFile.Load(_disk, PathOf(CurrentFile.Name), _options.Epoch);
            if (_current.File.Epoch != _options.Epoch)
            {
                throw new FormatException($"it belongs to epoch {_current.File.Epoch} of the journal");
            }
        }
        catch (Exception e) when (e is not (StoreRefusedException or DiskException or OutOfMemoryException))
        {
            _current?.Dispose();
            _current = null;
            _files.SetAside(CurrentFile.Name, e.Message);
            _current = CurrentFile.Load(_disk, PathOf(CurrentFile.Name), _options.Epoch);
        }

        Volatile.Write(ref _applied, _current.File.Fed);
    }

    private void Check(string name)
    {
        try
        {
            _files.Open(name);
        }
        catch (Exception e) when (e is not (StoreRefusedException or DiskException or OutOfMemoryException))
        {
            FeedAgain();
            _files.SetAside(name, e.Message);
        }
    }

    private void Recover(string name, Exception e)
    {
        CloseAll();
        RequestFeed();
        var full = e is IOException { HResult: NoSpace } or DiskException { IsFull: true };
        var failures = _failures[name] = _failures.GetValueOrDefault(name) + 1;
        try
        {
            if (full || failures < 2)
            {
                _report(new StoreTrouble(name, e.Message, null));
                OpenCurrent();
                return;
            }

            _failures.Remove(name);
            if (name == CurrentFile.Name)
            {
                _files.SetAside(name, e.Message);
                OpenCurrent();
            }
            else
            {
                OpenCurrent();
                FeedAgain();
                _files.SetAside(name, e.Message);
            }
        }
        catch (Exception again) when (again is not (StoreRefusedException or OutOfMemoryException))
        {
            // Nothing can be opened now (a disk that is full or read-only): the next batch tries again.
            _current = null;
            _report(new StoreTrouble(name, again.Message, null));
        }
    }

    /// <summary>
    /// Has the feeder begin at the first frame; files that are whole skip what they have. Comes before a file is set
    /// aside: a crash in between must not leave a store that believes it is complete.
    /// </summary>
    private void FeedAgain()
    {
        _current!.File.Fed = 0;
        _current.File.Save();
        Volatile.Write(ref _applied, 0);
        RequestFeed();
    }

    private void CloseAll()
    {
        try
        {
            _current?.Dispose();
        }
        catch (Exception e) when (e is LiteDB.LiteException or IOException or DiskException)
        {
            _report(new StoreTrouble(CurrentFile.Name, $"closing: {e.Message}", null));
        }

        _current = null;
        _files.CloseAll();
    }
}
