using System.Buffers.Binary;

namespace Mesh.Nodes;

/// <summary>
/// Says that LiteDB's log is whole: its length and checksum, in a small file beside it.
/// </summary>
/// <remarks>
/// LiteDB's log pages carry no checksum, so after a power cut it would take torn pages for good ones. But the store
/// makes a checkpoint after each batch, and a checkpoint only copies pages from the log to the data. So: before the
/// first page of data is overwritten, the log is synced and then sealed. At opening, a log that matches its seal is
/// whole and may have to be copied once more, which does no harm; one that does not was never relied upon, the data is
/// as the batch before left it, and the log is emptied. The batch comes again from the journal.
/// </remarks>
internal sealed class StoreSeal(DiskFile file) : IDisposable
{
    private const int Size = 16;

    /// <summary>Seals a log that has just been synced.</summary>
    internal void Set(DiskFile log)
    {
        Span<byte> bytes = stackalloc byte[Size];
        Of(log, bytes);
        file.Write(0, bytes);
        file.Sync();
    }

    /// <summary>Empties a log that does not match.</summary>
    internal void Check(DiskFile log)
    {
        Span<byte> now = stackalloc byte[Size];
        Span<byte> sealedAs = stackalloc byte[Size];
        if (log.Length == 0)
        {
            return;
        }

        Of(log, now);
        if (file.Read(0, sealedAs) < Size || !now.SequenceEqual(sealedAs))
        {
            log.SetLength(0);
            log.Sync();
        }
    }

    public void Dispose() => file.Dispose();

    private static void Of(DiskFile log, Span<byte> bytes)
    {
        var buffer = new byte[64 * 1024];
        var sum = uint.MaxValue;
        var length = 0L;
        for (int read; (read = log.Read(length, buffer)) > 0; length += read)
        {
            sum = Crc32C.Add(sum, buffer.AsSpan(0, read));
        }

        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], Crc32C.Finish(sum));
    }
}
