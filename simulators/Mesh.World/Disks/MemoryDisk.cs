using Mesh.Nodes;

namespace Mesh.World;

/// <summary>
/// A disk in memory that keeps apart what is written and what is synced. <see cref="Cut"/> is a power cut: every
/// unsynced sector of 4 KiB survives, is lost or is torn, and every unsynced name operation of a folder survives or is
/// lost together with those after it, as the seed decides.
/// </summary>
public sealed class MemoryDisk : Disk
{
    private const int Errno = 5;
    private readonly Dictionary<string, Content> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _locks = new(StringComparer.Ordinal);
    private readonly List<NameChange> _unsyncedNames = [];
    private volatile bool _cut;
    private Dictionary<string, Content> _durableNames = new(StringComparer.Ordinal);

    /// <summary>Bytes there are room for.</summary>
    public long Capacity { get; set; } = long.MaxValue;

    /// <summary>Syncs of files until one fails; negative for never.</summary>
    public int SyncsUntilFailure { get; set; } = -1;

    /// <summary>Operations until the power goes, in the middle of whatever it is; negative for never.</summary>
    public int OperationsUntilCut { get; set; } = -1;

    /// <summary>A defect: syncs return as if they had been done.</summary>
    public bool Lies { get; set; }

    /// <summary>
    /// The process that used it was killed: what it wrote stays, synced or not, and its locks are gone. Nothing that still
    /// runs may use it.
    /// </summary>
    public void Restart()
    {
        _cut = false;
        _locks.Clear();
        OperationsUntilCut = -1;
    }

    public override DiskFile Open(string path, DiskAccess access)
    {
        Step();
        var exists = _names.TryGetValue(path, out var content);
        if (exists ? access == DiskAccess.Create : access is DiskAccess.Read or DiskAccess.Write)
        {
            throw new DiskException("open", path, exists ? "exists" : "no such file", exists ? 17 : 2);
        }

        if (content is null)
        {
            content = new Content();
            Change(path, content);
        }

        return new MemoryFile(this, path, content);
    }

    public override bool Exists(string path) => _names.ContainsKey(path);

    public override void CreateFolder(string folder) { }

    public override IReadOnlyList<string> List(string folder) =>
        [
            .. _names
                .Keys.Where(p => Path.GetDirectoryName(p) == folder)
                .Select(p => Path.GetFileName(p))
                .Order(StringComparer.Ordinal),
        ];

    public override void Rename(string from, string to)
    {
        Step();
        var content = _names[from];
        Apply(new NameChange([(from, null), (to, content)]));
    }

    public override void Delete(string path)
    {
        Step();
        Change(path, null);
    }

    public override void SyncFolder(string folder)
    {
        Step();
        if (Lies)
        {
            return;
        }

        _durableNames = new Dictionary<string, Content>(_names, StringComparer.Ordinal);
        _unsyncedNames.Clear();
    }

    public override long FreeBytes(string folder) => Capacity - Used();

    public override IDisposable Lock(string folder) =>
        _locks.Add(folder)
            ? new Release(() => _locks.Remove(folder))
            : throw new DiskException("lock", folder, "another process uses this folder; stop it first");

    /// <summary>What a disk holds after power has gone now.</summary>
    public MemoryDisk Cut(Random random)
    {
        var after = new MemoryDisk { Capacity = Capacity, Lies = Lies };
        var survive = random.Next(_unsyncedNames.Count + 1);
        var names = new Dictionary<string, Content>(_durableNames, StringComparer.Ordinal);
        foreach (var change in _unsyncedNames.Take(survive))
        {
            change.Apply(names);
        }

        foreach (var (path, content) in names)
        {
            after._names[path] = after._durableNames[path] = content.Cut(random);
        }

        return after;
    }

    /// <summary>Changes the bytes of a file behind everybody's back.</summary>
    public void Damage(string path, Func<byte[], byte[]> change) => _names[path].Replace(change(_names[path].Bytes()));

    public byte[] Bytes(string path) => _names[path].Bytes();

    /// <summary>Without power nothing happens any more, whatever still runs.</summary>
    internal void ThrowIfCut()
    {
        if (_cut)
        {
            throw new PowerCutException();
        }
    }

    internal void Step()
    {
        ThrowIfCut();
        if (OperationsUntilCut >= 0 && OperationsUntilCut-- == 0)
        {
            _cut = true;
            throw new PowerCutException();
        }
    }

    internal void Reserve(string path, long more)
    {
        if (more > 0 && Used() + more > Capacity)
        {
            throw new DiskException("allocate", path, "No space left on device", 28);
        }
    }

    internal void FailSync(string path)
    {
        if (SyncsUntilFailure >= 0 && SyncsUntilFailure-- == 0)
        {
            throw new DiskException("sync", path, "Input/output error", Errno);
        }
    }

    private long Used() => _names.Values.Sum(c => c.Length);

    private void Change(string path, Content? content) => Apply(new NameChange([(path, content)]));

    private void Apply(NameChange change)
    {
        change.Apply(_names);
        _unsyncedNames.Add(change);
    }

    private sealed record NameChange(IReadOnlyList<(string Path, Content? Content)> Steps)
    {
        public void Apply(Dictionary<string, Content> names)
        {
            foreach (var (path, content) in Steps)
            {
                if (content is null)
                {
                    names.Remove(path);
                }
                else
                {
                    names[path] = content;
                }
            }
        }
    }

    private sealed class Release(Action action) : IDisposable
    {
        public void Dispose() => action();
    }
}

/// <summary>The power went.</summary>
public sealed class PowerCutException : Exception;
