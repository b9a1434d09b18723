namespace Mesh.Nodes;

/// <summary>
/// An open file. Reads and writes name their offset, so that one reader and one writer need no lock between them.
/// After a failed <see cref="Sync"/> the file is poisoned: the kernel may have thrown the dirty pages away and report
/// success next time, so every later write or sync fails as well.
/// </summary>
public abstract class DiskFile : IDisposable
{
    private string? _poison;

    protected DiskFile(string path) => Path = path;

    public string Path { get; }

    /// <summary>Bytes.</summary>
    public abstract long Length { get; }

    /// <summary>Reads up to the buffer's length from an offset; fewer bytes only at the end of the file.</summary>
    public abstract int Read(long offset, Span<byte> buffer);

    /// <summary>Writes all bytes at an offset; not durable before <see cref="Sync"/>.</summary>
    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        ThrowIfPoisoned("write");
        WriteAt(offset, bytes);
    }

    /// <summary>Gives the file this length with its blocks reserved, so that later writes below it find room.</summary>
    public abstract void Allocate(long bytes);

    /// <summary>Cuts the file, or extends it with zeros.</summary>
    public abstract void SetLength(long bytes);

    /// <summary>Returns once content and length are on the medium.</summary>
    public void Sync()
    {
        ThrowIfPoisoned("sync");
        try
        {
            SyncContent();
        }
        catch (DiskException e)
        {
            _poison = e.Message;
            throw;
        }
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void WriteAt(long offset, ReadOnlySpan<byte> bytes);

    protected abstract void SyncContent();

    protected abstract void Dispose(bool disposing);

    private void ThrowIfPoisoned(string operation)
    {
        if (_poison is not null)
        {
            throw new DiskException(operation, Path, $"an earlier sync failed ({_poison})");
        }
    }
}
