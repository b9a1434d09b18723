using Mesh.Rules.Yaml;

namespace Mesh.Edge;

/// <summary>Finds out the columns of a recording and whether its rows begin with a number that nothing names.</summary>
internal static class Opening
{
    public static BoundMapping? Bind(string path, MappingFile mapping, Diagnostics diagnostics)
    {
        if (mapping.Format == RowFormat.Jsonl)
        {
            return BoundMapping.Bind(mapping, BoundMapping.NamedBy(mapping), rowNumber: false, diagnostics);
        }

        var columns = mapping.Columns;
        var header = mapping.Header != HeaderLine.None;
        var row = new Row();
        foreach (var (number, text) in BoundedLines.Read(path))
        {
            if (text is null || !Recording.IsRow(text, mapping))
            {
                continue;
            }

            row.Start(text);
            var split = Splitting.Split(row, mapping.Format);
            if (!header)
            {
                var spare = mapping.Header == HeaderLine.Names && row.Count == columns.Count + 1;
                return BoundMapping.Bind(mapping, columns, mapping.RowNumber ?? spare, diagnostics);
            }

            header = false;
            if (mapping.Header == HeaderLine.Names)
            {
                if (!split)
                {
                    var (column, message) = row.Problem!.Value;
                    diagnostics.Error(path, new Position((int)number, column), message);
                    return null;
                }

                columns = [.. Enumerable.Range(0, row.Count).Select(i => row[i].ToString())];
            }
        }

        // Nothing but a header, or nothing at all: no readings, and still every column must exist.
        return columns.Count == 0
            ? Empty(path, diagnostics)
            : BoundMapping.Bind(mapping, columns, mapping.RowNumber ?? false, diagnostics);
    }

    private static BoundMapping? Empty(string path, Diagnostics diagnostics)
    {
        diagnostics.Error(
            path,
            new Position(1, 1),
            "the file is empty; a header with the names of the columns is expected"
        );
        return null;
    }
}
