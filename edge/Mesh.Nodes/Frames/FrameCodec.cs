using System.Buffers;
using System.Buffers.Binary;
using Mesh.Contracts;
using Mesh.Contracts.Blocks;

namespace Mesh.Nodes;

/// <summary>
/// A frame's body as bytes. Sections carry their length, so that a reader of one lane steps over everything else:
/// <code>
///   flags (1: holds a snapshot)   1 byte
///   time, clock                   8 + 8 bytes, little-endian microseconds
///   per input                     kind, length, content     (kind 0 ends the inputs)
///   per lane with items           lane + 1, length, first item, blocks of events    (0 ends the lanes)
///   forwarded readings            first item, count, places (count 0: none)
///   per other output              kind, length, content     (kind 0 ends the frame)
/// </code>
/// Numbers without a stated width are LEB128 varints; readings, detections and aggregates are blocks of
/// Mesh.Contracts/Blocks. Every length is checked against what is left; a broken body is a <see cref="FormatException"/>.
/// </summary>
public static class FrameCodec
{
    private const byte SnapshotFlag = 1;

    /// <summary>Events of one block. A turn may say more than one block holds, so a lane's section has several.</summary>
    private const int BlockEvents = 512;

    public static byte[] Encode(Frame frame)
    {
        var writer = new FrameWriter();
        writer.Byte(frame.Outputs.Any(o => o is Snapshot) ? SnapshotFlag : (byte)0);
        writer.Long(frame.Time.Micros);
        writer.Long(frame.Clock.Micros);
        foreach (var input in frame.Inputs)
        {
            InputBytes.Write(writer, input);
        }

        writer.Byte(0);
        WriteOutputs(writer, frame.Outputs);
        return writer.ToArray();
    }

    public static Frame Decode(long number, ReadOnlySpan<byte> body)
    {
        var reader = new FrameReader(body);
        reader.Byte();
        var (time, clock) = (new Timestamp(reader.Long()), new Timestamp(reader.Long()));
        var inputs = new List<NodeInput>();
        while (reader.Section(out var kind, out var content))
        {
            inputs.Add(InputBytes.Read(kind, content));
        }

        var outputs = new List<NodeOutput>();
        while (reader.Section(out var lane, out var content))
        {
            if (lane > Lanes.Count)
            {
                throw new FormatException($"a frame holds a lane of unknown kind {lane}");
            }

            ReadItems((Lane)(lane - 1), content, outputs);
        }

        if (ReadForwarded(ref reader) is { } forwarded)
        {
            outputs.Add(forwarded);
        }

        while (reader.Section(out var kind, out var content))
        {
            outputs.Add(OutputBytes.Read(kind, content));
        }

        return new Frame(number, time, inputs, outputs, clock);
    }

    /// <summary>Whether a frame holds a snapshot, without decoding it.</summary>
    public static bool HoldsSnapshot(ReadOnlySpan<byte> body) => !body.IsEmpty && (body[0] & SnapshotFlag) != 0;

    /// <summary>The clock rules saw after a frame, without decoding it.</summary>
    public static Timestamp Clock(ReadOnlySpan<byte> body) =>
        body.Length < 17 ? Timestamp.MinValue : new(BinaryPrimitives.ReadInt64LittleEndian(body[9..]));

    /// <summary>Whether two frames say the same to the outside: everything but snapshots, byte by byte.</summary>
    public static bool SameOutputs(Frame recorded, Frame computed)
    {
        var (a, b) = (new FrameWriter(), new FrameWriter());
        WriteOutputs(a, recorded.Outputs.Where(o => o is not Snapshot));
        WriteOutputs(b, computed.Outputs.Where(o => o is not Snapshot));
        return a.Written.SequenceEqual(b.Written);
    }

    /// <summary>Takes one lane's items, and for readings the marks, out of a frame.</summary>
    internal static void ReadLane(ReadOnlySpan<byte> body, Lane lane, Queue<LaneEntry> into)
    {
        var reader = Inputs(body, out var time);
        if (lane == Lane.Readings)
        {
            ReadReadings(ref reader, time, into);
            return;
        }

        SkipSections(ref reader);
        while (reader.Section(out var found, out var content))
        {
            if ((Lane)(found - 1) == lane)
            {
                var items = new FrameReader(content);
                var number = items.Number();
                while (!items.AtEnd)
                {
                    foreach (var item in items.Events())
                    {
                        into.Enqueue(new LaneEntry(number++, item, null, time));
                    }
                }
            }
        }
    }

    /// <summary>Takes the items of one lane out of a frame that were carried over into it.</summary>
    internal static void ReadCarried(ReadOnlySpan<byte> body, Lane lane, Queue<LaneEntry> into)
    {
        var reader = Inputs(body, out var time);
        while (reader.Section(out var kind, out var content))
        {
            if (kind == InputBytes.CarriedKind && !content.IsEmpty && (Lane)content[0] == lane)
            {
                var carried = (ItemsCarried)InputBytes.Read(kind, content);
                for (var i = 0; i < carried.Items.Count; i++)
                {
                    into.Enqueue(new LaneEntry(carried.From + i, carried.Items[i], null, time));
                }
            }
        }
    }

    /// <summary>The numbers in their lane of the readings that a frame sends up, without decoding them.</summary>
    internal static (long From, long To)? ForwardedReadings(ReadOnlySpan<byte> body)
    {
        var reader = Inputs(body, out _);
        SkipSections(ref reader);
        SkipSections(ref reader);
        var (from, count) = (reader.Number(), reader.Number());
        return count > 0 ? (from, from + count - 1) : null;
    }

    /// <summary>The numbers of the first and the last item of a lane in a frame; null when it holds none.</summary>
    internal static (long From, long To)? Items(ReadOnlySpan<byte> body, Lane lane)
    {
        if (lane == Lane.Readings)
        {
            return ForwardedReadings(body);
        }

        var items = new Queue<LaneEntry>();
        ReadLane(body, lane, items);
        return items.TryPeek(out var first) ? (first.Item, first.Item + items.Count - 1) : null;
    }

    /// <summary>The node's clock at a frame's turn, without decoding it.</summary>
    internal static Timestamp Time(ReadOnlySpan<byte> body) =>
        body.Length < 17 ? Timestamp.MinValue : new(BinaryPrimitives.ReadInt64LittleEndian(body[1..]));

    /// <summary>Takes one sink's actions out of a frame.</summary>
    internal static void ReadSink(long number, ReadOnlySpan<byte> body, string sink, Queue<SinkEntry> into)
    {
        var reader = Inputs(body, out _);
        SkipSections(ref reader);
        SkipSections(ref reader);
        ReadForwarded(ref reader);
        while (reader.Section(out var kind, out var content))
        {
            if (kind == OutputBytes.ActionKind)
            {
                var action = new FrameReader(content);
                if (action.Text() == sink)
                {
                    into.Enqueue(new SinkEntry(action.Number(), number, SinkBytes.ReadAction(ref action)));
                }
            }
        }
    }

    /// <summary>A reader of a frame that stands at its inputs; its lanes come behind them, then what it forwards and its other outputs.</summary>
    private static FrameReader Inputs(ReadOnlySpan<byte> body, out Timestamp time)
    {
        var reader = new FrameReader(body);
        reader.Byte();
        time = new Timestamp(reader.Long());
        reader.Long();
        return reader;
    }

    private static void SkipSections(ref FrameReader reader)
    {
        while (reader.Section(out _, out _)) { }
    }

    private static void ReadReadings(ref FrameReader reader, Timestamp time, Queue<LaneEntry> into)
    {
        // Only frames that forward readings need their inputs decoded; the choice comes behind them.
        var start = reader;
        SkipSections(ref reader);
        SkipSections(ref reader);
        var forwarded = ReadForwarded(ref reader);
        var readings = new List<Reading>();
        Mark? mark = null;
        while (start.Section(out var kind, out var content))
        {
            if (forwarded is null && !InputBytes.MayMark(kind))
            {
                continue;
            }

            switch (InputBytes.Read(kind, content))
            {
                case RangeArrived { Range: { Lane: Lane.Readings } range }:
                    readings.AddRange(range.Items.Cast<Reading>());
                    mark = range.Mark ?? mark;
                    break;
                case ReadingsArrived arrived:
                    readings.AddRange(arrived.Readings);
                    mark = arrived.Mark ?? mark;
                    break;
            }
        }

        for (var i = 0; i < (forwarded?.Places.Count ?? 0); i++)
        {
            var place = forwarded!.Places[i];
            if (place >= readings.Count)
            {
                throw new FormatException($"a frame forwards reading {place} and holds {readings.Count}");
            }

            into.Enqueue(new LaneEntry(forwarded.From + i, readings[place], null, time));
        }

        if (mark is not null)
        {
            into.Enqueue(new LaneEntry(0, null, mark, time));
        }
    }

    private static void WriteOutputs(FrameWriter writer, IEnumerable<NodeOutput> outputs)
    {
        var all = outputs as IReadOnlyCollection<NodeOutput> ?? outputs.ToList();
        foreach (var lane in Lanes.All)
        {
            var items = all.OfType<LaneItem>().Where(o => o.Lane == lane).ToList();
            if (items.Count > 0)
            {
                writer.Section(
                    (byte)(lane + 1),
                    section =>
                    {
                        section.Number(items[0].Item);
                        foreach (var block in items.Chunk(BlockEvents))
                        {
                            EventBlock.Write(section.Buffer, Array.ConvertAll(block, i => i.Event));
                        }
                    }
                );
            }
        }

        writer.Byte(0);
        var forwarded = all.OfType<ReadingsForwarded>().SingleOrDefault();
        writer.Number(forwarded?.From ?? 0);
        writer.Number(forwarded?.Places.Count ?? 0);
        var last = -1;
        foreach (var place in forwarded?.Places ?? [])
        {
            writer.Number(place - last - 1);
            last = place;
        }

        foreach (var output in all)
        {
            OutputBytes.Write(writer, output);
        }

        writer.Byte(0);
    }

    private static void ReadItems(Lane lane, ReadOnlySpan<byte> content, List<NodeOutput> into)
    {
        var reader = new FrameReader(content);
        var number = reader.Number();
        while (!reader.AtEnd)
        {
            foreach (var item in reader.Events())
            {
                into.Add(new LaneItem(lane, number++, item));
            }
        }
    }

    private static ReadingsForwarded? ReadForwarded(ref FrameReader reader)
    {
        var (from, count) = (reader.Number(), reader.Number());
        if (count == 0)
        {
            return null;
        }

        var places = new int[reader.Count(count)];
        var last = -1L;
        foreach (ref var place in places.AsSpan())
        {
            var step = reader.Number();
            last = step is >= 0 and < int.MaxValue ? last + 1 + step : long.MaxValue;
            place =
                last < int.MaxValue
                    ? (int)last
                    : throw new FormatException("a frame forwards a reading it cannot hold");
        }

        return new ReadingsForwarded(from, places);
    }
}

/// <summary>Appends the parts of a frame.</summary>
internal sealed class FrameWriter
{
    public ArrayBufferWriter<byte> Buffer { get; } = new(4096);

    public ReadOnlySpan<byte> Written => Buffer.WrittenSpan;

    public byte[] ToArray() => Buffer.WrittenSpan.ToArray();

    public void Byte(byte value) => Buffer.Write([value]);

    public void Long(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Buffer.GetSpan(8), value);
        Buffer.Advance(8);
    }

    /// <summary>A non-negative number as a varint.</summary>
    public void Number(long value)
    {
        var span = Buffer.GetSpan(10);
        var length = 0;
        var rest = (ulong)value;
        while (rest >= 0x80)
        {
            span[length++] = (byte)(rest | 0x80);
            rest >>= 7;
        }

        span[length++] = (byte)rest;
        Buffer.Advance(length);
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Number(bytes.Length);
        Buffer.Write(bytes);
    }

    public void Text(string? text) => Bytes(System.Text.Encoding.UTF8.GetBytes(text ?? ""));

    public void Section(byte kind, Action<FrameWriter> write)
    {
        var inner = new FrameWriter();
        write(inner);
        Byte(kind);
        Bytes(inner.Written);
    }
}

/// <summary>Reads the parts of a frame; throws <see cref="FormatException"/> where they end too early.</summary>
internal ref struct FrameReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public byte Byte() => Take(1)[0];

    public long Long() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public long Number()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if ((next & 0x80) == 0)
            {
                return (long)value;
            }
        }

        throw new FormatException("a number in a frame does not end");
    }

    /// <summary>A count of things of at least one byte each, so never more than what is left.</summary>
    public readonly int Count(long count) =>
        count >= 0 && count <= _rest.Length ? (int)count : throw new FormatException("a frame ends too early");

    public ReadOnlySpan<byte> Bytes() => Take(Number());

    public string Text() => System.Text.Encoding.UTF8.GetString(Bytes());

    public readonly bool AtEnd => _rest.IsEmpty;

    public ReadOnlySpan<byte> Rest() => Take(_rest.Length);

    public MeshEvent[] Events()
    {
        var events = EventBlock.Read(_rest, out var consumed);
        Take(consumed);
        return events;
    }

    public Reading[] Readings()
    {
        var readings = ReadingBlock.Read(_rest, out var consumed);
        Take(consumed);
        return readings;
    }

    public bool Section(out byte kind, out ReadOnlySpan<byte> content)
    {
        kind = Byte();
        content = kind == 0 ? default : Bytes();
        return kind != 0;
    }

    private ReadOnlySpan<byte> Take(long count)
    {
        if (count < 0 || count > _rest.Length)
        {
            throw new FormatException("a frame ends too early");
        }

        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }
}
