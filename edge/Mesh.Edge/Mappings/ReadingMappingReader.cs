using Mesh.Contracts;
using Mesh.Rules.Yaml;

namespace Mesh.Edge;

/// <summary>Reads what describes one reading of a row, at the top of the file or in its list of <c>readings</c>.</summary>
internal sealed class ReadingMappingReader(MappingReader reader, Diagnostics diagnostics)
{
    /// <summary>What is written at one place; what is absent may be given at the top.</summary>
    public sealed record Written(
        TextMapping? Device,
        TextMapping? Sensor,
        ValueMapping? Value,
        string? Unit,
        IReadOnlyList<KeyValuePair<string, TextMapping>> Labels,
        IReadOnlyList<KeyValuePair<string, ValueMapping>> Fields,
        IReadOnlyList<RowFilter> Where
    );

    public Written Parts(YamlFields fields) =>
        new(
            Text(fields.Get("device"), "device", t => Limits.IsId(t)),
            Text(fields.Get("sensor"), "sensor", t => Limits.IsName(t)),
            Value(fields.Get("value"), "value"),
            fields.Text("unit"),
            Labels(fields),
            Fields(fields),
            []
        );

    /// <summary>The reading, with what <paramref name="shared"/> gives where <paramref name="own"/> does not.</summary>
    public ReadingMapping? Whole(Written own, Written? shared, YamlNode node)
    {
        var device = own.Device ?? shared?.Device;
        var sensor = own.Sensor ?? shared?.Sensor;
        var value = own.Value ?? shared?.Value;
        foreach (
            var (part, name) in new (object? Part, string Name)[]
            {
                (device, "device"),
                (sensor, "sensor"),
                (value, "value"),
            }
        )
        {
            if (part is null)
            {
                diagnostics.Error(node, $"nothing says the '{name}' of the reading");
            }
        }

        if (device is null || sensor is null || value is null)
        {
            return null;
        }

        return new ReadingMapping(
            device,
            sensor,
            value,
            own.Unit ?? shared?.Unit,
            Over(own.Labels, shared?.Labels ?? []),
            Over(own.Fields, shared?.Fields ?? []),
            own.Where
        );
    }

    private static List<KeyValuePair<string, T>> Over<T>(
        IReadOnlyList<KeyValuePair<string, T>> own,
        IReadOnlyList<KeyValuePair<string, T>> shared
    ) => [.. shared.Where(s => own.All(o => o.Key != s.Key)), .. own];

    private List<KeyValuePair<string, TextMapping>> Labels(YamlFields fields)
    {
        var labels = new List<KeyValuePair<string, TextMapping>>();
        foreach (var entry in fields.Entries("labels"))
        {
            if (Named(entry.Key, "label") && Text(entry.Value, entry.Key.Text, _ => true) is { } text)
            {
                labels.Add(new(entry.Key.Text, text));
            }
        }

        return labels;
    }

    private List<KeyValuePair<string, ValueMapping>> Fields(YamlFields fields)
    {
        var found = new List<KeyValuePair<string, ValueMapping>>();
        foreach (var entry in fields.Entries("fields"))
        {
            if (Named(entry.Key, "field") && Value(entry.Value, entry.Key.Text) is { } value)
            {
                found.Add(new(entry.Key.Text, value));
            }
        }

        return found;
    }

    private bool Named(YamlScalar key, string what)
    {
        if (Limits.IsName(key.Text))
        {
            return true;
        }

        diagnostics.Error(key, $"'{key.Text}' is no {what} name; letters, digits, '_', '-' and '.' are expected");
        return false;
    }

    // A text with {column} in it, or {column: …, map: {…}, default: …}.
    private TextMapping? Text(YamlNode? node, string name, Func<string, bool> valid)
    {
        switch (node)
        {
            case null:
                return null;
            case YamlScalar scalar:
                var parts = Template(scalar);
                if (parts is [{ Column: null, Literal: var literal }] && !valid(literal))
                {
                    diagnostics.Error(
                        scalar,
                        $"'{literal}' is no {name}; letters, digits, '_', '-' and '.' are expected"
                    );
                }

                return new TextMapping(parts, null);
            case YamlMapping:
                var fields = new YamlFields(node, $"'{name}'", diagnostics);
                fields.Required("column");
                var column = fields.Scalar("column");
                var table = Table(fields);
                fields.Close();
                return column is null ? null : new TextMapping([new TextPart("", reader.Reference(column))], table);
            default:
                diagnostics.Error(node, $"'{name}' is {node.Description}; a text, or a column with a map, is expected");
                return null;
        }
    }

    private List<TextPart> Template(YamlScalar scalar)
    {
        var parts = new List<TextPart>();
        var text = scalar.Text;
        var from = 0;
        while (from < text.Length)
        {
            var open = text.IndexOf('{', from);
            if (open < 0)
            {
                break;
            }

            var close = text.IndexOf('}', open);
            if (close < 0)
            {
                diagnostics.Error(scalar.File, scalar.PositionOf(open), "'{' is not closed; {column} is expected");
                return [new TextPart(text, null)];
            }

            if (open > from)
            {
                parts.Add(new TextPart(text[from..open], null));
            }

            parts.Add(new TextPart("", reader.Reference(text[(open + 1)..close], scalar.PositionOf(open + 1))));
            from = close + 1;
        }

        if (from < text.Length || parts.Count == 0)
        {
            parts.Add(new TextPart(text[from..], null));
        }

        return parts;
    }

    // The name of a column, or {column: …, map | type, default, missing}, or {constant: …}.
    private ValueMapping? Value(YamlNode? node, string name)
    {
        switch (node)
        {
            case null:
                return null;
            case YamlScalar scalar:
                return new ValueMapping(reader.Reference(scalar), default, null, ValueType.Number, []);
            case YamlMapping:
                var fields = new YamlFields(node, $"'{name}'", diagnostics);
                var value = Value(fields, name);
                fields.Close();
                return value;
            default:
                diagnostics.Error(node, $"'{name}' is {node.Description}; the name of a column is expected");
                return null;
        }
    }

    private ValueMapping? Value(YamlFields fields, string name)
    {
        var constant = fields.Scalar("constant");
        var column = fields.Scalar("column");
        var type = (ValueType)(fields.Choice("type", "number", "text", "boolean") ?? 0);
        var missing = fields.List("missing").OfType<YamlScalar>().Select(s => s.Text).ToList();
        var table = Table(fields);
        if (column is null == constant is null)
        {
            diagnostics.Error(
                fields.Node!,
                $"'{name}' takes its value from a 'column' or is a 'constant': one of the two"
            );
            return null;
        }

        return new ValueMapping(
            column is null ? null : reader.Reference(column),
            constant?.Value ?? default,
            table,
            type,
            missing
        );
    }

    private ValueTable? Table(YamlFields fields)
    {
        var entries = new List<KeyValuePair<string, Value>>();
        foreach (var entry in fields.Entries("map"))
        {
            if (entry.Value is YamlScalar { IsNull: false } scalar)
            {
                entries.Add(new(entry.Key.Text, scalar.Value));
            }
            else
            {
                diagnostics.Error(
                    entry.Value,
                    $"'{entry.Key.Text}' maps to {entry.Value.Description}; a value is expected"
                );
            }
        }

        var @default = fields.Scalar("default");
        return entries.Count == 0 && @default is null ? null : new ValueTable(entries, @default?.Value);
    }
}
