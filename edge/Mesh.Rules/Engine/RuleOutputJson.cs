using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Mesh.Contracts;

namespace Mesh.Rules;

/// <summary>
/// An output as one JSON object, as <c>mesh rules run</c> prints it: id, rule, key, kind, at, emitted, since, values,
/// bindings; instants in RFC 3339 UTC with microseconds.
/// </summary>
public static class RuleOutputJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Line(RuleOutput output)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            Write(writer, output);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static void Write(Utf8JsonWriter writer, RuleOutput output)
    {
        writer.WriteStartObject();
        switch (output.Event)
        {
            case Detection detection:
                Write(writer, detection);
                break;
            case Aggregate aggregate:
                Write(writer, aggregate);
                break;
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, Detection detection)
    {
        writer.WriteString("id", detection.Id);
        writer.WriteString("rule", detection.Rule);
        Key(writer, detection.Key);
        writer.WriteString("kind", KindName(detection.Kind));
        writer.WriteString("at", detection.At.ToString());
        writer.WriteString("emitted", detection.Emitted.ToString());
        if (detection.Since is { } since)
        {
            writer.WriteString("since", since.ToString());
        }

        if (detection.Reason is { } reason)
        {
            writer.WriteString("reason", reason);
        }

        Values(writer, detection.Values);
        writer.WriteStartObject("bindings");
        foreach (var binding in detection.Bindings)
        {
            Bound(writer, binding);
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, Aggregate aggregate)
    {
        writer.WriteString("id", aggregate.Id);
        writer.WriteString("rule", aggregate.Rule);
        Key(writer, aggregate.Key);
        writer.WriteString("kind", "aggregate");
        writer.WriteString("at", aggregate.End.ToString());
        writer.WriteString("emitted", aggregate.Emitted.ToString());
        writer.WriteString("start", aggregate.Start.ToString());
        writer.WriteString("end", aggregate.End.ToString());
        writer.WriteNumber("count", aggregate.Count);
        Values(writer, aggregate.Values);
        writer.WriteStartObject("bindings");
        writer.WriteEndObject();
    }

    private static void Key(Utf8JsonWriter writer, IReadOnlyList<KeyPart> key)
    {
        writer.WriteStartObject("key");
        foreach (var part in key)
        {
            Value(writer, part.Name, part.Value);
        }

        writer.WriteEndObject();
    }

    private static void Values(Utf8JsonWriter writer, IReadOnlyList<KeyValuePair<string, Value>> values)
    {
        writer.WriteStartObject("values");
        foreach (var (name, value) in values)
        {
            Value(writer, name, value);
        }

        writer.WriteEndObject();
    }

    private static void Bound(Utf8JsonWriter writer, NamedBinding binding)
    {
        writer.WritePropertyName(binding.Name);
        if (binding.Repeated)
        {
            writer.WriteStartArray();
        }

        foreach (var reading in binding.Readings)
        {
            writer.WriteStartObject();
            writer.WriteString("device", reading.Device);
            writer.WriteNumber("boot", reading.Boot);
            writer.WriteNumber("seq", reading.Seq);
            writer.WriteString("at", reading.At.ToString());
            Value(writer, "value", reading.Value);
            writer.WriteEndObject();
        }

        if (binding.Repeated)
        {
            writer.WriteEndArray();
        }
    }

    private static void Value(Utf8JsonWriter writer, string name, Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.Unknown:
                writer.WriteNull(name);
                break;
            case ValueKind.Boolean:
                writer.WriteBoolean(name, value.IsTrue);
                break;
            case ValueKind.Number:
                writer.WriteNumber(name, value.Number);
                break;
            default:
                writer.WriteString(name, value.ToString());
                break;
        }
    }

    private static string KindName(DetectionKind kind) =>
        kind switch
        {
            DetectionKind.Fire => "fire",
            DetectionKind.Clear => "clear",
            DetectionKind.Match => "match",
            _ => "timeout",
        };
}
