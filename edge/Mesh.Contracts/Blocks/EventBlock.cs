using System.Buffers;

namespace Mesh.Contracts.Blocks;

/// <summary>
/// Detections and aggregates as a block: <c>number of events, texts, labels, fields, then each event</c>, in the
/// envelope of a <see cref="ReadingBlock"/>. Every property comes back exactly.
/// </summary>
public static class EventBlock
{
    internal const byte Kind = 0x20;

    /// <summary>Appends one block.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="events">At most <see cref="BlockBounds.Items"/> detections and aggregates; readings have their own block.</param>
    /// <exception cref="ArgumentException">A reading, or more than <see cref="BlockBounds"/> allow.</exception>
    public static void Write(IBufferWriter<byte> to, IReadOnlyList<MeshEvent> events)
    {
        if (events.Count > BlockBounds.Items)
        {
            throw new ArgumentException($"{events.Count} events exceed {BlockBounds.Items}", nameof(events));
        }

        var writer = new EventWriter();
        foreach (var item in events)
        {
            writer.Event(item);
        }

        BlockEnvelope.Write(to, Kind, writer.Finish(events.Count));
    }

    /// <summary>Reads the block at the start of the bytes.</summary>
    /// <exception cref="FormatException">The bytes are not a block, or exceed <see cref="BlockBounds"/>.</exception>
    public static MeshEvent[] Read(ReadOnlySpan<byte> from, out int consumed)
    {
        var bytes = BlockEnvelope.Read(from, Kind, out consumed, out var rented);
        try
        {
            var cursor = new ByteCursor(bytes);
            var count = cursor.Count(BlockBounds.Items);
            var reader = new EventReader(Tables.Read(ref cursor));
            var events = new MeshEvent[Math.Min(count, cursor.Left)];
            if (events.Length < count)
            {
                throw new FormatException($"{count} events in {cursor.Left} bytes");
            }

            for (var i = 0; i < count; i++)
            {
                events[i] = reader.Event(ref cursor);
            }

            return events;
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
