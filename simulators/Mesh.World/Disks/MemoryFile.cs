using Mesh.Nodes;

namespace Mesh.World;

/// <summary>What a file of <see cref="MemoryDisk"/> holds: synced bytes, and the sectors written since.</summary>
internal sealed class Content
{
    private const int Sector = 4096;
    private readonly Lock _gate = new();
    private readonly SortedSet<int> _dirty = [];
    private byte[] _now = [];
    private byte[] _synced = [];

    public long Length => _now.Length;

    public byte[] Bytes() => [.. _now];

    public int Read(long offset, Span<byte> buffer)
    {
        lock (_gate)
        {
            var count = (int)Math.Clamp(_now.Length - offset, 0, buffer.Length);
            _now.AsSpan((int)Math.Min(offset, _now.Length), count).CopyTo(buffer);
            return count;
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (offset + bytes.Length > _now.Length)
            {
                Array.Resize(ref _now, (int)offset + bytes.Length);
            }

            bytes.CopyTo(_now.AsSpan((int)offset));
            for (var sector = (int)(offset / Sector); sector * (long)Sector < offset + bytes.Length; sector++)
            {
                _dirty.Add(sector);
            }
        }
    }

    public void SetLength(long bytes)
    {
        lock (_gate)
        {
            Array.Resize(ref _now, (int)bytes);
            _dirty.RemoveWhere(sector => sector * (long)Sector >= bytes);
        }
    }

    public void Sync()
    {
        lock (_gate)
        {
            Array.Resize(ref _synced, _now.Length);
            foreach (var sector in _dirty)
            {
                Copy(_now, _synced, sector * Sector, Sector);
            }

            _dirty.Clear();
        }
    }

    public void Replace(byte[] bytes)
    {
        _now = bytes;
        _synced = [.. bytes];
        _dirty.Clear();
    }

    public Content Cut(Random random)
    {
        lock (_gate)
        {
            var after = new Content();
            var bytes = new byte[random.Next(2) == 0 ? _now.Length : _synced.Length];
            _synced.AsSpan(0, Math.Min(bytes.Length, _synced.Length)).CopyTo(bytes);
            foreach (var sector in _dirty)
            {
                switch (random.Next(3))
                {
                    case 0:
                        Copy(_now, bytes, sector * Sector, Sector);
                        break;
                    case 1:
                        // Torn: some run of bytes is new, the rest old.
                        var start = random.Next(Sector);
                        Copy(_now, bytes, (sector * Sector) + start, random.Next(Sector - start));
                        break;
                    default:
                        break;
                }
            }

            after.Replace(bytes);
            return after;
        }
    }

    private static void Copy(byte[] from, byte[] to, int offset, int count)
    {
        var bytes = Math.Min(Math.Min(count, from.Length - offset), to.Length - offset);
        if (bytes > 0)
        {
            from.AsSpan(offset, bytes).CopyTo(to.AsSpan(offset));
        }
    }
}

internal sealed class MemoryFile(MemoryDisk disk, string path, Content content) : DiskFile(path)
{
    public override long Length => content.Length;

    public override int Read(long offset, Span<byte> buffer) => content.Read(offset, buffer);

    public override void Allocate(long bytes)
    {
        disk.Step();
        disk.Reserve(Path, bytes - content.Length);
        content.SetLength(Math.Max(bytes, content.Length));
    }

    public override void SetLength(long bytes)
    {
        disk.Step();
        content.SetLength(bytes);
    }

    protected override void WriteAt(long offset, ReadOnlySpan<byte> bytes)
    {
        // The cut that comes with this write may leave it in the cache or, by what Cut decides, not.
        disk.ThrowIfCut();
        content.Write(offset, bytes);
        disk.Step();
    }

    protected override void SyncContent()
    {
        disk.Step();
        disk.FailSync(Path);
        if (!disk.Lies)
        {
            content.Sync();
        }
    }

    protected override void Dispose(bool disposing) { }
}
