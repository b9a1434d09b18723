using System.Buffers;
using System.IO.Compression;

namespace Mesh.Contracts.Blocks;

/// <summary>
/// What stands around the bytes of a block: <c>format (1), length (varint), bytes</c>, or compressed <c>format (1),
/// length, compressed length, Brotli bytes</c>, whichever is clearly shorter.
/// </summary>
internal static class BlockEnvelope
{
    private const byte Plain = 0;
    private const byte Brotli = 1;

    /// <summary>Below this, compression costs more time than its bytes are worth.</summary>
    private const int WorthTrying = 256;
    private const int Quality = 1;
    private const int WindowBits = 18;

    internal static void Write(IBufferWriter<byte> to, byte kind, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > BlockBounds.Bytes)
        {
            throw new ArgumentException($"a block of {bytes.Length} bytes exceeds {BlockBounds.Bytes}", nameof(bytes));
        }

        var head = new ByteColumn();
        byte[]? rented = null;
        var compressed = bytes.Length < WorthTrying ? default : Compress(bytes, out rented);
        head.Byte((byte)(kind | (compressed.IsEmpty ? Plain : Brotli)));
        head.Number((ulong)bytes.Length);
        if (!compressed.IsEmpty)
        {
            head.Number((ulong)compressed.Length);
        }

        to.Write(head.Written);
        to.Write(compressed.IsEmpty ? bytes : compressed);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>The bytes of the block at the start of <paramref name="from"/>; <paramref name="rented"/> goes back to the pool.</summary>
    internal static ReadOnlySpan<byte> Read(ReadOnlySpan<byte> from, byte kind, out int consumed, out byte[]? rented)
    {
        var cursor = new ByteCursor(from);
        var format = cursor.Byte();
        rented = null;
        if ((format & ~Brotli) != kind)
        {
            throw new FormatException($"a block of format {format} where {kind} was expected");
        }

        var length = cursor.Count(BlockBounds.Bytes);
        if ((format & Brotli) == 0)
        {
            var plain = cursor.Raw(length);
            consumed = cursor.Position;
            return plain;
        }

        var compressed = cursor.Raw(cursor.CountOfBytes(BlockBounds.Bytes));
        consumed = cursor.Position;
        rented = Decompress(compressed, length);
        return rented.AsSpan(0, length);
    }

    /// <summary>Room grows with what comes out, not with what the block claims.</summary>
    private static byte[] Decompress(ReadOnlySpan<byte> compressed, int length)
    {
        using var decoder = new BrotliDecoder();
        var room = ArrayPool<byte>.Shared.Rent(Math.Max(1, Math.Min(length, 64 * (1024 + compressed.Length))));
        var written = 0;
        while (true)
        {
            var free = room.AsSpan(written, Math.Min(room.Length, length) - written);
            var status = decoder.Decompress(compressed, free, out var consumed, out var more);
            compressed = compressed[consumed..];
            written += more;
            if (status == OperationStatus.Done && written == length && compressed.IsEmpty)
            {
                return room;
            }

            if (status != OperationStatus.DestinationTooSmall || written >= length)
            {
                ArrayPool<byte>.Shared.Return(room);
                throw new FormatException("a block does not decompress to what it says");
            }

            var larger = ArrayPool<byte>.Shared.Rent(Math.Min(length, 2 * room.Length));
            room.AsSpan(0, written).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(room);
            room = larger;
        }
    }

    private static ReadOnlySpan<byte> Compress(ReadOnlySpan<byte> bytes, out byte[]? rented)
    {
        rented = ArrayPool<byte>.Shared.Rent(bytes.Length);
        var goal = bytes.Length - (bytes.Length / 8);
        return BrotliEncoder.TryCompress(bytes, rented.AsSpan(0, goal), out var written, Quality, WindowBits)
            ? rented.AsSpan(0, written)
            : default;
    }
}
