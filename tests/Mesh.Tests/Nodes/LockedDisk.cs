using Mesh.Nodes;
using Mesh.World;

namespace Mesh.Tests.Nodes;

/// <summary>
/// A <see cref="MemoryDisk"/> under a whole node: one thread at a time, the store on a disk of its own (it is a view), and
/// readers that do not count, so that the writer of the journal alone decides where the power goes. After a cut every
/// operation fails.
/// </summary>
internal sealed class LockedDisk(MemoryDisk journal) : Disk
{
    private readonly Lock _gate = new();
    private readonly MemoryDisk _store = new();
    private bool _dead;

    public MemoryDisk Journal => journal;

    /// <summary>Runs before each sync of the journal, on the thread that syncs.</summary>
    public Action BeforeSync { get; set; } = () => { };

    /// <summary>Whether the power is gone.</summary>
    public bool IsDead
    {
        get
        {
            lock (_gate)
            {
                return _dead;
            }
        }
    }

    /// <summary>Runs between other operations.</summary>
    public T Do<T>(Func<MemoryDisk, T> action)
    {
        lock (_gate)
        {
            return action(journal);
        }
    }

    public override DiskFile Open(string path, DiskAccess access) =>
        new LockedFile(
            this,
            path,
            Run(path, d => access == DiskAccess.Read ? Uncounted(d, path) : d.Open(path, access))
        );

    public override bool Exists(string path) => Run(path, d => d.Exists(path));

    public override void CreateFolder(string folder) { }

    public override IReadOnlyList<string> List(string folder) => Run(folder, d => d.List(folder));

    public override void Rename(string from, string to) => Run(from, d => Done(() => d.Rename(from, to)));

    public override void Delete(string path) => Run(path, d => Done(() => d.Delete(path)));

    public override void SyncFolder(string folder) => Run(folder, d => Done(() => d.SyncFolder(folder)));

    public override long FreeBytes(string folder) => Run(folder, d => d.FreeBytes(folder));

    public override IDisposable Lock(string folder) => Run(folder, d => d.Lock(folder));

    private static DiskFile Uncounted(MemoryDisk disk, string path)
    {
        var left = disk.OperationsUntilCut;
        disk.OperationsUntilCut = -1;
        try
        {
            return disk.Open(path, DiskAccess.Read);
        }
        finally
        {
            disk.OperationsUntilCut = left;
        }
    }

    private static bool Done(Action action)
    {
        action();
        return true;
    }

    private T Run<T>(string path, Func<MemoryDisk, T> action)
    {
        lock (_gate)
        {
            var disk = path.Contains("store", StringComparison.Ordinal) ? _store : journal;
            if (_dead && disk == journal)
            {
                throw new DiskException("use", path, "the power is gone", 5);
            }

            try
            {
                return action(disk);
            }
            catch (PowerCutException)
            {
                _dead = true;
                throw new DiskException("use", path, "the power went", 5);
            }
        }
    }

    private sealed class LockedFile(LockedDisk disk, string path, DiskFile file) : DiskFile(path)
    {
        public override long Length => disk.Run(Path, _ => file.Length);

        public override int Read(long offset, Span<byte> buffer)
        {
            var bytes = new byte[buffer.Length];
            var read = disk.Run(Path, _ => file.Read(offset, bytes));
            bytes.AsSpan(0, read).CopyTo(buffer);
            return read;
        }

        public override void Allocate(long bytes) => disk.Run(Path, _ => Done(() => file.Allocate(bytes)));

        public override void SetLength(long bytes) => disk.Run(Path, _ => Done(() => file.SetLength(bytes)));

        protected override void WriteAt(long offset, ReadOnlySpan<byte> bytes)
        {
            var copy = bytes.ToArray();
            disk.Run(Path, _ => Done(() => file.Write(offset, copy)));
        }

        protected override void SyncContent()
        {
            if (Path.Contains("journal", StringComparison.Ordinal))
            {
                disk.BeforeSync();
            }

            disk.Run(Path, _ => Done(file.Sync));
        }

        protected override void Dispose(bool disposing) => file.Dispose();
    }
}
