using System.Buffers;
using System.Text.Json;

namespace Mesh.Contracts;

/// <summary>
/// The body of a range on HTTP: <c>{"v":1,"items":[…],"skipped":[{"from":3,"to":9,"reason":"expired"}],"mark":{…}}</c>.
/// Who sends, which epoch, lane and numbers stand in the address. On MQTT, whose address has no numbers, <c>boot</c> (the
/// epoch) and <c>from</c> stand in the body.
/// </summary>
public static class RangeJson
{
    public const int Version = 1;

    public static byte[] Write(LaneRange range) => Write(range, numbered: false);

    /// <summary>With <c>boot</c> and <c>from</c>, for an address that does not say them.</summary>
    public static byte[] WriteNumbered(LaneRange range) => Write(range, numbered: true);

    private static byte[] Write(LaneRange range, bool numbered)
    {
        var buffer = new ArrayBufferWriter<byte>(256 + (range.Items.Count * 256));
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("v"u8, Version);
            if (numbered)
            {
                writer.WriteNumber("boot"u8, range.Epoch);
                writer.WriteNumber("from"u8, range.From);
            }

            writer.WriteStartArray("items"u8);
            foreach (var item in range.Items)
            {
                EventJson.Write(writer, item);
            }

            writer.WriteEndArray();
            WriteSkipped(writer, range.Skipped);
            if (range.Mark is { } mark)
            {
                MarkJson.Write(writer, mark);
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="WireException">The body is not a range, or does not cover exactly what the address says.</exception>
    public static LaneRange Parse(
        ReadOnlySpan<byte> utf8,
        string sender,
        long epoch,
        Lane lane,
        long from,
        long to,
        NameTable? names = null
    )
    {
        if (utf8.Length > Limits.BodyBytes)
        {
            throw new WireException($"the body has {utf8.Length} bytes, at most {Limits.BodyBytes} are allowed");
        }

        var range = WireReader.Whole(
            utf8,
            (ref Utf8JsonReader reader) =>
                Read(ref reader, new LaneRange(sender, epoch, lane, from, [], [], null), names)
        );
        return range.To == to
            ? range
            : throw new WireException($"the body covers items {from} to {range.To}, the address says {from} to {to}");
    }

    /// <exception cref="WireException">The body is not a range with its own numbers.</exception>
    public static LaneRange ParseNumbered(ReadOnlySpan<byte> utf8, string sender, Lane lane, NameTable? names = null)
    {
        if (utf8.Length > Limits.LaneBytes)
        {
            throw new WireException($"the range has {utf8.Length} bytes, at most {Limits.LaneBytes} are allowed");
        }

        var (boot, from) = WireReader.Whole(utf8, static (ref Utf8JsonReader reader) => ReadNumbers(ref reader));
        return WireReader.Whole(
            utf8,
            (ref Utf8JsonReader reader) =>
                Read(ref reader, new LaneRange(sender, boot, lane, from, [], [], null), names)
        );
    }

    private static (long Boot, long From) ReadNumbers(ref Utf8JsonReader reader)
    {
        WireReader.Expect(ref reader, JsonTokenType.StartObject, "range");
        (long? Boot, long? From) found = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("boot"u8))
            {
                reader.Read();
                found.Boot = WireReader.Whole(ref reader, "boot");
            }
            else if (reader.ValueTextEquals("from"u8))
            {
                reader.Read();
                found.From = WireReader.Whole(ref reader, "from");
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return (
            found.Boot ?? throw new WireException("boot: missing"),
            found.From is > 0 ? found.From.Value : throw new WireException("from: a number from 1 on is expected")
        );
    }

    private static LaneRange Read(ref Utf8JsonReader reader, LaneRange range, NameTable? names)
    {
        WireReader.Expect(ref reader, JsonTokenType.StartObject, "range");
        var items = new List<MeshEvent>();
        var skipped = new List<Skipped>();
        uint seen = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("items"u8))
            {
                WireReader.Once(ref seen, 0, "items");
                reader.Read();
                ReadItems(ref reader, range.Lane, items, names);
            }
            else if (reader.ValueTextEquals("skipped"u8))
            {
                WireReader.Once(ref seen, 1, "skipped");
                reader.Read();
                ReadSkipped(ref reader, skipped);
            }
            else if (reader.ValueTextEquals("mark"u8))
            {
                WireReader.Once(ref seen, 2, "mark");
                reader.Read();
                range = range with { Mark = MarkJson.Read(ref reader) };
            }
            else if (reader.ValueTextEquals("v"u8))
            {
                WireReader.Once(ref seen, 3, "v");
                reader.Read();
                var version = WireReader.Whole(ref reader, "v");
                if (version != Version)
                {
                    throw new WireException($"v: found {version}, this node understands {Version}");
                }
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        CheckSkipped(range.From, items.Count, skipped);
        return range with { Items = items, Skipped = skipped };
    }

    private static void ReadItems(ref Utf8JsonReader reader, Lane lane, List<MeshEvent> items, NameTable? names)
    {
        WireReader.Expect(ref reader, JsonTokenType.StartArray, "items");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (items.Count == Limits.RangeItems)
            {
                throw new WireException($"items: more than {Limits.RangeItems}");
            }

            try
            {
                items.Add(
                    lane switch
                    {
                        Lane.Readings => ReadingJson.Read(ref reader, default, names),
                        Lane.Aggregates => EventJsonReader.ReadAggregate(ref reader, names),
                        _ => EventJsonReader.ReadDetection(ref reader, names),
                    }
                );
            }
            catch (WireException e)
            {
                throw new WireException($"items[{items.Count}].{e.Message}", e);
            }
        }
    }

    /// <summary>Writes <c>skipped: [{from, to, reason}]</c>; nothing where there is none.</summary>
    public static void WriteSkipped(Utf8JsonWriter writer, IReadOnlyList<Skipped> skipped)
    {
        if (skipped.Count == 0)
        {
            return;
        }

        writer.WriteStartArray("skipped"u8);
        foreach (var (from, to, reason) in skipped)
        {
            writer.WriteStartObject();
            writer.WriteNumber("from"u8, from);
            writer.WriteNumber("to"u8, to);
            writer.WriteString("reason"u8, reason);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>Skipped numbers must lie among those a range covers, or its items would have others than it says.</summary>
    internal static void CheckSkipped(long from, int items, List<Skipped> skipped)
    {
        if (skipped.Count == 0)
        {
            return;
        }

        var to = from - 1 + items + skipped.Sum(s => s.To - s.From + 1);
        if (from < 1 || skipped[0].From < from || skipped[^1].To > to)
        {
            throw new WireException(
                $"skipped: {skipped[0].From} to {skipped[^1].To} is not within the items {from} to {to} that are sent"
            );
        }
    }

    internal static void ReadSkipped(ref Utf8JsonReader reader, List<Skipped> into)
    {
        WireReader.Expect(ref reader, JsonTokenType.StartArray, "skipped");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var entry = FlatObject.Read(ref reader);
            var one = new Skipped(entry.Number("from"), entry.Number("to"), entry.TextOr("reason") ?? "");
            if (one.From < 1 || one.To < one.From || (into.Count > 0 && one.From <= into[^1].To))
            {
                throw new WireException($"skipped: {one.From} to {one.To} is not a range behind the one before it");
            }

            into.Add(one);
        }
    }
}
