using Mesh.Rules.Yaml;

namespace Mesh.Edge;

/// <summary>Reads a mapping file; collects everything that is wrong with it.</summary>
internal sealed class MappingReader(string file, Diagnostics diagnostics)
{
    private static readonly string[] Formats = ["space", "tab", "csv", "jsonl"];
    private readonly List<ColumnReference> _references = [];

    public MappingFile? Read(string text)
    {
        var before = diagnostics.Errors;
        if (YamlTree.Parse(file, text, diagnostics) is not { } root)
        {
            if (diagnostics.Errors == before)
            {
                diagnostics.Error(file, new Position(1, 1), "the file is empty; a mapping with 'format' is expected");
            }

            return null;
        }

        var fields = new YamlFields(root, "a mapping file", diagnostics);
        if (!fields.IsMapping)
        {
            return null;
        }

        var mapping = Read(fields);
        fields.Close();
        CheckColumns(mapping);
        return diagnostics.Errors == before ? mapping : null;
    }

    private MappingFile Read(YamlFields fields)
    {
        fields.Required("format");
        var format = (RowFormat)(fields.Choice("format", Formats) ?? 0);
        var header = (HeaderLine)(fields.Choice("header", "none", "names", "skip") ?? 0);
        var columns = Columns(fields);
        if (header == HeaderLine.Names && columns.Count > 0)
        {
            diagnostics.Error(fields.Get("columns")!, "'columns' and 'header: names' say the same twice; keep one");
        }

        if (header != HeaderLine.Names && columns.Count == 0 && format != RowFormat.Jsonl)
        {
            diagnostics.Error(fields.Node!, "nothing names the columns; give 'columns: […]' or 'header: names'");
        }

        fields.Required("time");
        return new MappingFile
        {
            File = file,
            Format = format,
            Header = format == RowFormat.Jsonl ? HeaderLine.None : header,
            RowNumber = fields.Boolean("row_number"),
            Columns = columns,
            At = Time(fields, "time") ?? new TimeMapping([], null, TimeForm.Iso, null),
            Received = Time(fields, "received"),
            Comment = fields.Text("comment"),
            Where = Filters(fields, "where"),
            Skip = Filters(fields, "skip"),
            Readings = Readings(fields),
        };
    }

    private List<string> Columns(YamlFields fields)
    {
        var columns = new List<string>();
        foreach (var node in fields.List("columns"))
        {
            if (node is not YamlScalar { Text: { Length: > 0 } name })
            {
                diagnostics.Error(node, $"{node.Description} was found; the name of a column is expected");
            }
            else if (columns.Contains(name, StringComparer.Ordinal))
            {
                diagnostics.Error(node, $"the column '{name}' is named twice");
            }
            else
            {
                columns.Add(name);
            }
        }

        return columns;
    }

    private TimeMapping? Time(YamlFields parent, string name)
    {
        if (parent.Fields(name, $"'{name}'") is not { IsMapping: true } fields)
        {
            return null;
        }

        var column = fields.Scalar("column");
        var columns = fields
            .List("columns")
            .Concat(column is null ? [] : [column])
            .OfType<YamlScalar>()
            .Select(Reference)
            .ToList();
        if (columns.Count == 0)
        {
            diagnostics.Error(fields.Node!, $"'{name}' names no column; give 'column' or 'columns'");
        }

        var (form, pattern) = fields.Text("pattern") switch
        {
            null or "iso" => (TimeForm.Iso, null),
            "unix" => (TimeForm.Unix, null),
            "unix_ms" => (TimeForm.UnixMilliseconds, null),
            var other => (TimeForm.Pattern, other),
        };
        var zone = Zone(fields);
        if (form == TimeForm.Pattern && zone is null && fields.Get("zone") is null)
        {
            diagnostics.Error(fields.Node!, $"'{name}' has a pattern but no 'zone', such as Europe/Brussels or UTC");
        }

        fields.Close();
        return new TimeMapping(columns, zone, form, pattern);
    }

    private TimeZoneInfo? Zone(YamlFields fields)
    {
        if (fields.Scalar("zone") is not { } scalar)
        {
            return null;
        }

        if (TimeZoneInfo.TryFindSystemTimeZoneById(scalar.Text, out var zone))
        {
            return zone;
        }

        var known = TimeZoneInfo.GetSystemTimeZones().Select(z => z.Id);
        diagnostics.Error(
            scalar,
            $"'{scalar.Text}' is no time zone known here; a name such as Europe/Brussels is expected"
                + Nearest.Suggestion(scalar.Text, known)
        );
        return null;
    }

    private List<ReadingMapping> Readings(YamlFields top)
    {
        var reader = new ReadingMappingReader(this, diagnostics);
        var shared = reader.Parts(top);
        if (top.Get("readings") is null)
        {
            return reader.Whole(shared, null, top.Node!) is { } only ? [only] : [];
        }

        var readings = new List<ReadingMapping>();
        foreach (var node in top.List("readings"))
        {
            var fields = new YamlFields(node, "a reading", diagnostics);
            if (!fields.IsMapping)
            {
                continue;
            }

            var own = reader.Parts(fields) with { Where = Filters(fields, "where") };
            fields.Close();
            if (reader.Whole(own, shared, node) is { } reading)
            {
                readings.Add(reading);
            }
        }

        return readings;
    }

    private List<RowFilter> Filters(YamlFields fields, string name)
    {
        var filters = new List<RowFilter>();
        foreach (var (key, value) in fields.Entries(name).Select(e => (e.Key, e.Value)))
        {
            var items = value is YamlSequence list ? list.Items : [value];
            if (items.FirstOrDefault(i => i is not YamlScalar) is { } wrong)
            {
                diagnostics.Error(wrong, $"{wrong.Description} was found; a text or a list of texts is expected");
                continue;
            }

            filters.Add(new RowFilter(Reference(key), [.. items.Cast<YamlScalar>().Select(s => s.Text)]));
        }

        return filters;
    }

    public ColumnReference Reference(YamlScalar scalar) => Reference(scalar.Text, scalar.At);

    public ColumnReference Reference(string name, Position place)
    {
        var reference = new ColumnReference(name, file, place);
        _references.Add(reference);
        return reference;
    }

    private void CheckColumns(MappingFile mapping)
    {
        if (mapping.Columns.Count == 0)
        {
            return;
        }

        foreach (var reference in _references.Where(r => !mapping.Columns.Contains(r.Name, StringComparer.Ordinal)))
        {
            diagnostics.Error(
                file,
                reference.Place,
                $"'{reference.Name}' is none of the columns {string.Join(", ", mapping.Columns)}"
                    + Nearest.Suggestion(reference.Name, mapping.Columns)
            );
        }
    }
}
