using System.Buffers;

namespace Mesh.Contracts.Blocks;

/// <summary>
/// Readings as a compact block: in the journal, in the store's history, between nodes. Every property comes back
/// exactly.
/// </summary>
/// <remarks>
/// <para>
/// Readings of a batch differ little from one another, so the block is made of columns, and each column holds how far a
/// reading is from what was expected. A <i>series</i> is what stays the same (device, boot, sensor, unit, labels, kind
/// of value, quality); the series that followed last time is expected to follow again; an instant is expected one period
/// after the last; a number of the device is expected to be the next. What comes as expected is a zero, and runs of
/// zeros have a length. Numbers are whole multiples of a power of ten where that is exact (21.53 is 2153 hundredths) and
/// written as the change, else their eight bytes. Brotli goes over it where it pays.
/// </para>
/// <code>
/// 0x10 | compressed, length, …        see BlockEnvelope
/// number of readings
/// texts, labels, fields               see TableWriter
/// series: number, then each           device, sensor, unit, labels, boot, flags, decimals
/// columns, each with its length       series, at, received, seq, bits, numbers, doubles, texts, micros, fields
/// </code>
/// <para>
/// All integers are varints, signed ones zig-zag. A reader of hostile bytes allocates at most a small multiple of their
/// size and of <see cref="BlockBounds.Items"/> readings.
/// </para>
/// </remarks>
public static class ReadingBlock
{
    internal const byte Kind = 0x10;

    [ThreadStatic]
    private static ReadingBlockWriter? t_writer;

    /// <summary>Appends one block.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="readings">At most <see cref="BlockBounds.Items"/>, in the order in which they come back.</param>
    /// <exception cref="ArgumentException">More than <see cref="BlockBounds"/> allow.</exception>
    public static void Write(IBufferWriter<byte> to, IReadOnlyList<Reading> readings)
    {
        if (readings.Count > BlockBounds.Items)
        {
            throw new ArgumentException($"{readings.Count} readings exceed {BlockBounds.Items}", nameof(readings));
        }

        var writer = t_writer ?? new ReadingBlockWriter();
        t_writer = null;
        BlockEnvelope.Write(to, Kind, writer.Write(readings));
        t_writer = writer;
    }

    /// <summary>Reads the block at the start of the bytes.</summary>
    /// <exception cref="FormatException">The bytes are not a block, or exceed <see cref="BlockBounds"/>.</exception>
    public static Reading[] Read(ReadOnlySpan<byte> from, out int consumed)
    {
        var bytes = BlockEnvelope.Read(from, Kind, out consumed, out var rented);
        try
        {
            return ReadingBlockReader.Read(bytes);
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }
}
