using System.Text.Json;

namespace Mesh.Contracts;

/// <summary>How far a source's recorded time has come: <c>"mark":{"time":"…","final":true}</c>.</summary>
internal static class MarkJson
{
    public static Mark Read(ref Utf8JsonReader reader)
    {
        WireReader.Expect(ref reader, JsonTokenType.StartObject, "mark");
        Timestamp? time = null;
        var final = false;
        uint seen = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("time"u8))
            {
                WireReader.Once(ref seen, 0, "mark.time");
                reader.Read();
                time = WireReader.Instant(ref reader, "mark.time");
            }
            else if (reader.ValueTextEquals("final"u8))
            {
                WireReader.Once(ref seen, 1, "mark.final");
                reader.Read();
                final = WireReader.Boolean(ref reader, "mark.final");
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return new Mark(time ?? throw new WireException("mark.time: missing"), final);
    }

    public static void Write(Utf8JsonWriter writer, Mark mark)
    {
        writer.WriteStartObject("mark"u8);
        ValueJson.Write(writer, "time"u8, mark.Time);
        if (mark.Final)
        {
            writer.WriteBoolean("final"u8, true);
        }

        writer.WriteEndObject();
    }
}
