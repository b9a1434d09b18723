using System.Text.Json;

namespace Mesh.Contracts;

/// <summary>Detections and aggregates as JSON, as ranges, the REST API and <c>mesh rules run</c> have them.</summary>
public static class EventJson
{
    public static void Write(Utf8JsonWriter writer, MeshEvent item)
    {
        switch (item)
        {
            case Reading reading:
                ReadingJson.Write(writer, reading);
                break;
            case Detection detection:
                Write(writer, detection);
                break;
            case Aggregate aggregate:
                Write(writer, aggregate);
                break;
        }
    }

    /// <summary>An event as one line of JSON.</summary>
    public static string Text(MeshEvent item) => JsonText.Of(item, Write);

    public static void Write(Utf8JsonWriter writer, Detection detection)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, detection.Id);
        writer.WriteString("rule"u8, detection.Rule);
        writer.WriteString("ruleHash"u8, detection.RuleHash);
        WriteNamed(writer, "key"u8, detection.Key.Select(k => new KeyValuePair<string, Value>(k.Name, k.Value)));
        writer.WriteString("kind"u8, KindName(detection.Kind));
        writer.WriteString("severity"u8, SeverityName(detection.Severity));
        ValueJson.Write(writer, "at"u8, detection.At);
        ValueJson.Write(writer, "emitted"u8, detection.Emitted);
        if (detection.Since is { } since)
        {
            ValueJson.Write(writer, "since"u8, since);
        }

        if (detection.Reason is { } reason)
        {
            writer.WriteString("reason"u8, reason);
        }

        WriteNamed(writer, "values"u8, detection.Values);
        WriteBindings(writer, detection.Bindings);
        ValueJson.Write(writer, detection.Labels);
        if (detection.Node is { } node)
        {
            writer.WriteString("node"u8, node);
        }

        writer.WriteEndObject();
    }

    private static void WriteBindings(Utf8JsonWriter writer, IReadOnlyList<NamedBinding> bindings)
    {
        writer.WriteStartObject("bindings"u8);
        foreach (var binding in bindings)
        {
            writer.WritePropertyName(binding.Name);
            if (!binding.Repeated)
            {
                Write(writer, binding.Readings[0]);
                continue;
            }

            writer.WriteStartArray();
            foreach (var reading in binding.Readings)
            {
                Write(writer, reading);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, Binding binding)
    {
        writer.WriteStartObject();
        writer.WriteString("device"u8, binding.Device);
        writer.WriteNumber("boot"u8, binding.Boot);
        writer.WriteNumber("seq"u8, binding.Seq);
        ValueJson.Write(writer, "at"u8, binding.At);
        writer.WritePropertyName("value"u8);
        ValueJson.Write(writer, binding.Value);
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, Aggregate aggregate)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, aggregate.Id);
        WriteText(writer, "device"u8, aggregate.Device);
        WriteText(writer, "sensor"u8, aggregate.Sensor);
        WriteText(writer, "rule"u8, aggregate.Rule);
        WriteText(writer, "ruleHash"u8, aggregate.RuleHash);
        if (aggregate.Rule is not null)
        {
            WriteNamed(writer, "key"u8, aggregate.Key.Select(k => new KeyValuePair<string, Value>(k.Name, k.Value)));
            writer.WriteString("kind"u8, "aggregate"u8);
            ValueJson.Write(writer, "at"u8, aggregate.End);
            ValueJson.Write(writer, "since"u8, aggregate.Start);
        }

        ValueJson.Write(writer, "start"u8, aggregate.Start);
        ValueJson.Write(writer, "end"u8, aggregate.End);
        ValueJson.Write(writer, "emitted"u8, aggregate.Emitted);
        writer.WriteNumber("count"u8, aggregate.Count);
        if (aggregate.Numbers > 0)
        {
            writer.WriteNumber("numbers"u8, aggregate.Numbers);
            writer.WriteNumber("sum"u8, aggregate.Sum);
            writer.WriteNumber("min"u8, aggregate.Min);
            writer.WriteNumber("max"u8, aggregate.Max);
        }

        if (aggregate.Device is not null)
        {
            writer.WritePropertyName("last"u8);
            ValueJson.Write(writer, aggregate.Last);
            ValueJson.Write(writer, "lastAt"u8, aggregate.LastAt);
        }

        if (aggregate.Rule is not null || aggregate.Values.Count > 0)
        {
            WriteNamed(writer, "values"u8, aggregate.Values);
        }

        if (aggregate.Covers.Count > 0)
        {
            writer.WriteStartArray("covers"u8);
            foreach (var (boot, from, to) in aggregate.Covers)
            {
                writer.WriteStartArray();
                writer.WriteNumberValue(boot);
                writer.WriteNumberValue(from);
                writer.WriteNumberValue(to);
                writer.WriteEndArray();
            }

            writer.WriteEndArray();
        }

        ValueJson.Write(writer, aggregate.Labels);
        WriteText(writer, "node"u8, aggregate.Node);
        writer.WriteEndObject();
    }

    public static string KindName(DetectionKind kind) =>
        kind switch
        {
            DetectionKind.Fire => "fire",
            DetectionKind.Clear => "clear",
            DetectionKind.Match => "match",
            _ => "timeout",
        };

    public static string SeverityName(Severity severity) =>
        severity switch
        {
            Severity.Info => "info",
            Severity.Warning => "warning",
            _ => "critical",
        };

    private static void WriteText(Utf8JsonWriter writer, ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null)
        {
            writer.WriteString(name, text);
        }
    }

    private static void WriteNamed(
        Utf8JsonWriter writer,
        ReadOnlySpan<byte> name,
        IEnumerable<KeyValuePair<string, Value>> values
    )
    {
        writer.WriteStartObject(name);
        foreach (var (key, value) in values)
        {
            writer.WritePropertyName(key);
            ValueJson.Write(writer, value);
        }

        writer.WriteEndObject();
    }
}
