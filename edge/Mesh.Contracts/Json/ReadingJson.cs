using System.Text.Json;

namespace Mesh.Contracts;

/// <summary>
/// One reading as JSON: <c>{"device":"pir-101","sensor":"occupancy","value":false,"at":"2026-03-01T08:00:00Z","seq":17,
/// "boot":3,"labels":{"room":"101"}}</c>. Also <c>received</c>, <c>unit</c>, <c>quality</c> (<c>bad</c>) and
/// <c>fields</c>. Unknown keys are ignored; a key twice is an error.
/// </summary>
public static class ReadingJson
{
    /// <summary>What a batch says for all its readings, used where one does not say it itself.</summary>
    /// <param name="Device">The device, or null when each reading must name it.</param>
    /// <param name="Boot">The numbering.</param>
    /// <param name="At">The instant for readings without <c>at</c>, or null when each must have one.</param>
    public readonly record struct Defaults(string? Device, long Boot, Timestamp? At);

    /// <summary>Reads one reading that stands alone, as a line of a <c>.jsonl</c> file.</summary>
    /// <exception cref="WireException">The text is not a reading; the message says where and why.</exception>
    public static Reading Parse(ReadOnlySpan<byte> utf8, NameTable? names = null) =>
        WireReader.Whole(utf8, (ref Utf8JsonReader reader) => Read(ref reader, default, names));

    public static bool TryRead(ReadOnlySpan<byte> utf8, out Reading? reading, out string error)
    {
        try
        {
            reading = Parse(utf8);
            error = "";
            return true;
        }
        catch (WireException e)
        {
            reading = null;
            error = e.Message;
            return false;
        }
    }

    internal static Reading Read(ref Utf8JsonReader reader, Defaults defaults, NameTable? names)
    {
        WireReader.Expect(ref reader, JsonTokenType.StartObject, "reading");
        string? device = defaults.Device;
        string? sensor = null;
        string? unit = null;
        Value value = default;
        Timestamp? at = defaults.At;
        Timestamp? received = null;
        long seq = 0;
        var boot = defaults.Boot;
        var quality = Quality.Good;
        var fields = Fields.Empty;
        var labels = Labels.Empty;
        uint seen = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("device"u8))
            {
                WireReader.Once(ref seen, 0, "device");
                reader.Read();
                device = WireReader.Id(ref reader, "device", names);
            }
            else if (reader.ValueTextEquals("sensor"u8))
            {
                WireReader.Once(ref seen, 1, "sensor");
                reader.Read();
                sensor = WireReader.Word(ref reader, "sensor", names);
            }
            else if (reader.ValueTextEquals("value"u8))
            {
                WireReader.Once(ref seen, 2, "value");
                reader.Read();
                value = WireReader.Value(ref reader, "value", out var bad);
                quality = bad ? Quality.Bad : quality;
            }
            else if (reader.ValueTextEquals("at"u8))
            {
                WireReader.Once(ref seen, 3, "at");
                reader.Read();
                at = WireReader.Instant(ref reader, "at");
            }
            else if (reader.ValueTextEquals("seq"u8))
            {
                WireReader.Once(ref seen, 4, "seq");
                reader.Read();
                seq = IsNull(reader) ? seq : WireReader.Whole(ref reader, "seq");
            }
            else if (reader.ValueTextEquals("boot"u8))
            {
                WireReader.Once(ref seen, 5, "boot");
                reader.Read();
                boot = IsNull(reader) ? boot : WireReader.Whole(ref reader, "boot");
            }
            else if (reader.ValueTextEquals("received"u8))
            {
                WireReader.Once(ref seen, 6, "received");
                reader.Read();
                received = IsNull(reader) ? received : WireReader.Instant(ref reader, "received");
            }
            else if (reader.ValueTextEquals("labels"u8))
            {
                WireReader.Once(ref seen, 7, "labels");
                reader.Read();
                labels = new Labels(
                    ReadNamed(
                        ref reader,
                        "labels",
                        static (ref Utf8JsonReader r, string n) => WireReader.Text(ref r, n)
                    )
                );
            }
            else if (reader.ValueTextEquals("fields"u8))
            {
                WireReader.Once(ref seen, 8, "fields");
                reader.Read();
                fields = new Fields(
                    ReadNamed(
                        ref reader,
                        "fields",
                        static (ref Utf8JsonReader r, string n) => WireReader.Value(ref r, n, out _)
                    )
                );
            }
            else if (reader.ValueTextEquals("unit"u8))
            {
                WireReader.Once(ref seen, 9, "unit");
                reader.Read();
                unit = IsNull(reader) ? unit : WireReader.Text(ref reader, "unit", Limits.NameLength);
            }
            else if (reader.ValueTextEquals("quality"u8))
            {
                WireReader.Once(ref seen, 10, "quality");
                reader.Read();
                var text = IsNull(reader) ? "good" : WireReader.Text(ref reader, "quality", Limits.NameLength);
                quality = text switch
                {
                    "good" => quality,
                    "bad" => Quality.Bad,
                    _ => throw new WireException($"quality: found '{text}', expected good or bad"),
                };
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        if ((seen & 4) == 0)
        {
            throw new WireException("value: missing (null says that it is unknown)");
        }

        return new Reading
        {
            Device = device ?? throw new WireException("device: missing"),
            Sensor = sensor ?? throw new WireException("sensor: missing"),
            Value = value,
            At = at ?? throw new WireException("at: missing"),
            Received = received,
            Seq = seq,
            Boot = boot,
            Quality = quality,
            Unit = unit,
            Fields = fields,
            Labels = labels,
        };
    }

    // A program that writes every member gives null to those it has nothing for: like an absent one.
    private static bool IsNull(in Utf8JsonReader reader) => reader.TokenType == JsonTokenType.Null;

    private delegate T Entry<T>(ref Utf8JsonReader reader, string name);

    private static List<KeyValuePair<string, T>> ReadNamed<T>(ref Utf8JsonReader reader, string name, Entry<T> entry)
    {
        if (IsNull(reader))
        {
            return [];
        }

        WireReader.Expect(ref reader, JsonTokenType.StartObject, name);
        var entries = new List<KeyValuePair<string, T>>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            if (!Limits.IsName(key))
            {
                throw new WireException($"{name}: a key is not a name of 1 to {Limits.NameLength} characters");
            }

            if (entries.Exists(e => e.Key == key))
            {
                throw new WireException($"{name}.{key}: the key appears twice");
            }

            if (entries.Count == Limits.NamedValues)
            {
                throw new WireException($"{name}: more than {Limits.NamedValues} entries");
            }

            reader.Read();
            entries.Add(new(key, entry(ref reader, $"{name}.{key}")));
        }

        return entries;
    }

    public static void Write(Utf8JsonWriter writer, Reading reading)
    {
        writer.WriteStartObject();
        writer.WriteString("device"u8, reading.Device);
        WriteRest(writer, reading, writeBoot: true);
        writer.WriteEndObject();
    }

    internal static void WriteRest(Utf8JsonWriter writer, Reading reading, bool writeBoot)
    {
        writer.WriteString("sensor"u8, reading.Sensor);
        writer.WritePropertyName("value"u8);
        ValueJson.Write(writer, reading.Value);
        ValueJson.Write(writer, "at"u8, reading.At);
        writer.WriteNumber("seq"u8, reading.Seq);
        if (writeBoot)
        {
            writer.WriteNumber("boot"u8, reading.Boot);
        }

        if (reading.Received is { } received)
        {
            ValueJson.Write(writer, "received"u8, received);
        }

        if (reading.Unit is { } unit)
        {
            writer.WriteString("unit"u8, unit);
        }

        if (reading.Quality != Quality.Good)
        {
            writer.WriteString("quality"u8, "bad"u8);
        }

        if (reading.Fields.Count > 0)
        {
            writer.WriteStartObject("fields"u8);
            foreach (var (name, value) in reading.Fields)
            {
                writer.WritePropertyName(name);
                ValueJson.Write(writer, value);
            }

            writer.WriteEndObject();
        }

        ValueJson.Write(writer, reading.Labels);
    }
}
