using System.Text.Json;

namespace Mesh.Contracts;

/// <summary>Writes values, instants and labels the one way every message has them.</summary>
public static class ValueJson
{
    /// <summary>Numbers, booleans and texts as themselves, durations and instants as text, lists as arrays, unknown as null.</summary>
    public static void Write(Utf8JsonWriter writer, Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.Boolean:
                writer.WriteBooleanValue(value.IsTrue);
                break;
            case ValueKind.Number:
                writer.WriteNumberValue(value.Number);
                break;
            case ValueKind.Unknown:
                writer.WriteNullValue();
                break;
            case ValueKind.Instant:
                Write(writer, value.AsTimestamp);
                break;
            case ValueKind.List:
                writer.WriteStartArray();
                foreach (var item in value.Items)
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            default:
                writer.WriteStringValue(value.ToString());
                break;
        }
    }

    public static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> name, Timestamp instant)
    {
        writer.WritePropertyName(name);
        Write(writer, instant);
    }

    public static void Write(Utf8JsonWriter writer, Timestamp instant)
    {
        Span<char> text = stackalloc char[27];
        instant.TryFormat(text, out var length);
        writer.WriteStringValue(text[..length]);
    }

    /// <summary>A property <c>labels</c>, left out when there are none.</summary>
    public static void Write(Utf8JsonWriter writer, Labels labels)
    {
        if (labels.Count == 0)
        {
            return;
        }

        writer.WriteStartObject("labels"u8);
        foreach (var (name, text) in labels)
        {
            writer.WriteString(name, text);
        }

        writer.WriteEndObject();
    }
}
