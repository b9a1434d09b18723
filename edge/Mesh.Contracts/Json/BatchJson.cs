using System.Buffers;
using System.Text.Json;

namespace Mesh.Contracts;

/// <summary>
/// What an agent publishes: <c>{"v":1,"boot":3,"from":18,"readings":[…],"mark":{"time":"…","final":true}}</c>, and
/// <c>skipped</c> as in <see cref="RangeJson"/> where item numbers are missing for good.
/// <c>device</c> beside <c>boot</c> stands for all readings that name none; a reading may carry its own <c>boot</c>.
/// </summary>
public static class BatchJson
{
    public const int Version = 1;

    /// <param name="utf8">The payload, at most <see cref="Limits.BatchBytes"/>.</param>
    /// <param name="arrival">Stands for a missing <c>at</c>; null makes it an error.</param>
    /// <param name="names">Keeps names as one string each.</param>
    /// <exception cref="WireException">The payload is not a batch; the message says where and why.</exception>
    public static ReadingBatch Parse(ReadOnlySpan<byte> utf8, Timestamp? arrival = null, NameTable? names = null)
    {
        if (utf8.Length > Limits.BatchBytes)
        {
            throw new WireException($"the batch has {utf8.Length} bytes, at most {Limits.BatchBytes} are allowed");
        }

        var head = WireReader.Whole(utf8, (ref Utf8JsonReader reader) => ReadHead(ref reader, names));
        return WireReader.Whole(utf8, (ref Utf8JsonReader reader) => Read(ref reader, head, arrival, names));
    }

    /// <summary>The keys that hold for all readings may stand behind them, so they are read first.</summary>
    private static (string? Device, long Boot) ReadHead(ref Utf8JsonReader reader, NameTable? names)
    {
        WireReader.Expect(ref reader, JsonTokenType.StartObject, "batch");
        (string? Device, long Boot) head = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("device"u8))
            {
                reader.Read();
                head.Device = WireReader.Id(ref reader, "device", names);
            }
            else if (reader.ValueTextEquals("boot"u8))
            {
                reader.Read();
                head.Boot = WireReader.Whole(ref reader, "boot");
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return head;
    }

    private static ReadingBatch Read(
        ref Utf8JsonReader reader,
        (string? Device, long Boot) head,
        Timestamp? arrival,
        NameTable? names
    )
    {
        long? from = null;
        Mark? mark = null;
        var readings = new List<Reading>();
        var skipped = new List<Skipped>();
        uint seen = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("v"u8))
            {
                WireReader.Once(ref seen, 0, "v");
                reader.Read();
                var version = WireReader.Whole(ref reader, "v");
                if (version != Version)
                {
                    throw new WireException($"v: found {version}, this node understands {Version}");
                }
            }
            else if (reader.ValueTextEquals("boot"u8))
            {
                WireReader.Once(ref seen, 1, "boot");
                reader.Read();
            }
            else if (reader.ValueTextEquals("device"u8))
            {
                WireReader.Once(ref seen, 2, "device");
                reader.Read();
            }
            else if (reader.ValueTextEquals("from"u8))
            {
                WireReader.Once(ref seen, 3, "from");
                reader.Read();
                from = WireReader.Whole(ref reader, "from");
                if (from == 0)
                {
                    throw new WireException("from: found 0, items are numbered from 1");
                }
            }
            else if (reader.ValueTextEquals("readings"u8))
            {
                WireReader.Once(ref seen, 4, "readings");
                reader.Read();
                WireReader.Expect(ref reader, JsonTokenType.StartArray, "readings");
                ReadReadings(ref reader, readings, new(head.Device, head.Boot, arrival), names);
            }
            else if (reader.ValueTextEquals("mark"u8))
            {
                WireReader.Once(ref seen, 5, "mark");
                reader.Read();
                mark = MarkJson.Read(ref reader);
            }
            else if (reader.ValueTextEquals("skipped"u8))
            {
                WireReader.Once(ref seen, 6, "skipped");
                reader.Read();
                RangeJson.ReadSkipped(ref reader, skipped);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        if ((seen & 16) == 0)
        {
            throw new WireException("readings: missing");
        }

        RangeJson.CheckSkipped(from ?? 0, readings.Count, skipped);
        return new ReadingBatch(head.Boot, from, readings, mark) { Skipped = skipped };
    }

    private static void ReadReadings(
        ref Utf8JsonReader reader,
        List<Reading> into,
        ReadingJson.Defaults defaults,
        NameTable? names
    )
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (into.Count == Limits.BatchReadings)
            {
                throw new WireException($"readings: more than {Limits.BatchReadings} in one batch");
            }

            try
            {
                into.Add(ReadingJson.Read(ref reader, defaults, names));
            }
            catch (WireException e)
            {
                throw new WireException($"readings[{into.Count}].{e.Message}", e);
            }
        }
    }

    public static byte[] Write(ReadingBatch batch)
    {
        var buffer = new ArrayBufferWriter<byte>(256 + (batch.Readings.Count * 160));
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("v"u8, Version);
            writer.WriteNumber("boot"u8, batch.Boot);
            if (batch.From is { } from)
            {
                writer.WriteNumber("from"u8, from);
            }

            writer.WriteStartArray("readings"u8);
            foreach (var reading in batch.Readings)
            {
                writer.WriteStartObject();
                writer.WriteString("device"u8, reading.Device);
                ReadingJson.WriteRest(writer, reading, writeBoot: reading.Boot != batch.Boot);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            RangeJson.WriteSkipped(writer, batch.Skipped);
            if (batch.Mark is { } mark)
            {
                MarkJson.Write(writer, mark);
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
