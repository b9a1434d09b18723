using System.Text;
using System.Text.Json;

namespace Mesh.Rules.Language;

/// <summary>The language as a JSON Schema (draft 7), for editors that complete and check YAML while one types.</summary>
public static class RuleSchema
{
    private static readonly IReadOnlyList<KeyTable> Tables = [.. TestKeys.All, .. RuleKeys.All];

    public static string Text()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("$schema", "http://json-schema.org/draft-07/schema#");
            writer.WriteString("title", "Rules and tests of Mesh (*.rules.yaml, *.cases.yaml)");
            writer.WriteString("$ref", "#/definitions/file");
            writer.WriteStartObject("definitions");
            foreach (var table in Tables)
            {
                writer.WritePropertyName(table.Name);
                Write(writer, table);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void Write(Utf8JsonWriter writer, KeyTable table)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "object");
        writer.WriteString("description", table.Says);
        writer.WriteStartObject("properties");
        foreach (var key in table.Keys)
        {
            writer.WriteStartObject(key.Name);
            writer.WriteString("description", key.Says);
            WriteType(writer, key.Type);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        if (table.Keys.Any(k => k.Required))
        {
            writer.WriteStartArray("required");
            foreach (var key in table.Keys.Where(k => k.Required))
            {
                writer.WriteStringValue(key.Name);
            }

            writer.WriteEndArray();
        }

        writer.WritePropertyName("additionalProperties");
        WriteTypeOrNone(writer, table.Free);
        writer.WriteEndObject();
    }

    private static void WriteTypeOrNone(Utf8JsonWriter writer, string? type)
    {
        if (type is null)
        {
            writer.WriteBooleanValue(false);
            return;
        }

        writer.WriteStartObject();
        WriteType(writer, type);
        writer.WriteEndObject();
    }

    private static void WriteType(Utf8JsonWriter writer, string type)
    {
        var alternatives = Alternatives(type);
        if (alternatives is [var only])
        {
            WriteOne(writer, only);
            return;
        }

        writer.WriteStartArray("anyOf");
        foreach (var alternative in alternatives)
        {
            writer.WriteStartObject();
            WriteOne(writer, alternative);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteOne(Utf8JsonWriter writer, string type)
    {
        switch (type)
        {
            case ['@', .. var table]:
                writer.WriteString("$ref", $"#/definitions/{table}");
                break;
            case ['[', .. var item, ']']:
                writer.WriteString("type", "array");
                writer.WritePropertyName("items");
                WriteTypeOrNone(writer, item);
                break;
            case ['{', .. var value, '}']:
                WriteKinds(writer, "object", "null");
                writer.WritePropertyName("additionalProperties");
                WriteTypeOrNone(writer, value);
                break;
            case "boolean" or "integer" or "number":
                writer.WriteString("type", type);
                break;
            case "any":
                break;
            case "value":
                WriteKinds(writer, "string", "number", "boolean", "null");
                break;
            case "text" or "expression" or "duration" or "instant" or "time" or "sensor":
                // An unquoted number or truth value is a text too where a text is expected.
                WriteKinds(writer, "string", "number", "boolean");
                break;
            default:
                writer.WriteStartArray("enum");
                foreach (var word in type.Split('|'))
                {
                    writer.WriteStringValue(word);
                }

                writer.WriteEndArray();
                break;
        }
    }

    private static void WriteKinds(Utf8JsonWriter writer, params ReadOnlySpan<string> kinds)
    {
        writer.WriteStartArray("type");
        foreach (var kind in kinds)
        {
            writer.WriteStringValue(kind);
        }

        writer.WriteEndArray();
    }

    // Blanks inside brackets belong to what stands there.
    private static List<string> Alternatives(string type)
    {
        var (found, depth, from) = (new List<string>(), 0, 0);
        for (var i = 0; i <= type.Length; i++)
        {
            var c = i < type.Length ? type[i] : ' ';
            depth +=
                c is '[' or '{' ? 1
                : c is ']' or '}' ? -1
                : 0;
            if (c == ' ' && depth == 0)
            {
                found.Add(type[from..i]);
                from = i + 1;
            }
        }

        return found;
    }
}
