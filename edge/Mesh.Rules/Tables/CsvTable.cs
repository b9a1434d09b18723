using System.Text;
using Mesh.Contracts;
using Mesh.Rules.Yaml;

namespace Mesh.Rules.Tables;

/// <summary>
/// Reads a reference table: lines of cells between commas, the first line the names of the columns, the first column the
/// key. A cell is a number, true or false, a duration, else a text; in quotes (<c>""</c> for one of them) always a text;
/// empty, it is unknown. Lines that begin with <c>#</c> and blank ones are left out.
/// </summary>
internal static class CsvTable
{
    /// <summary>Null, and every error with its line, when the text is no table.</summary>
    public static LookupTable? Parse(string file, string text, Diagnostics diagnostics)
    {
        var before = diagnostics.Errors;
        if (!YamlTree.IsText(file, text, diagnostics))
        {
            return null;
        }

        var rows = new Dictionary<string, Value[]>(StringComparer.Ordinal);
        List<string>? columns = null;
        var number = 0;
        foreach (var raw in text.AsSpan().EnumerateLines())
        {
            number++;
            var line = raw.TrimStart('\uFEFF').Trim();
            if (line.IsEmpty || line[0] == '#')
            {
                continue;
            }

            var cells = Cells(line);
            if (cells is null)
            {
                Error("a cell in quotes is not closed, or something follows it");
            }
            else if (columns is null)
            {
                columns = Header(cells, Error);
            }
            else if (cells.Count != columns.Count + 1)
            {
                Error($"there are {cells.Count} cells; {columns.Count + 1} are expected, one for each column");
            }
            else if (cells[0].Text.Length == 0)
            {
                Error("the key is empty");
            }
            else if (rows.Count == LookupTable.MaxRows)
            {
                Error($"there are more than {LookupTable.MaxRows} rows");
                return null;
            }
            else if (!rows.TryAdd(cells[0].Text, [.. cells.Skip(1).Select(ValueOf)]))
            {
                Error($"the key '{cells[0].Text}' is used twice");
            }
        }

        if (columns is null && diagnostics.Errors == before)
        {
            diagnostics.Error(file, default, "the table is empty; a line with the names of its columns is expected");
        }

        return diagnostics.Errors == before ? new LookupTable(columns!, rows) : null;

        void Error(string message) => diagnostics.Error(file, new Position(number, 1), message);
    }

    private static List<string> Header(List<(string Text, bool Quoted)> cells, Action<string> error)
    {
        var names = new List<string>();
        foreach (var (name, _) in cells.Skip(1))
        {
            if (!Limits.IsName(name))
            {
                error($"the column '{name}' has no name that an expression can use");
            }
            else if (names.Contains(name, StringComparer.Ordinal))
            {
                error($"the column '{name}' is there twice");
            }

            names.Add(name);
        }

        if (names.Count is 0 or > LookupTable.MaxColumns)
        {
            error($"there are {names.Count} columns beside the key; from 1 to {LookupTable.MaxColumns} are expected");
        }

        return names;
    }

    private static Value ValueOf((string Text, bool Quoted) cell)
    {
        var text = cell.Text.Length <= Limits.TextLength ? cell.Text : cell.Text[..Limits.TextLength];
        if (cell.Quoted)
        {
            return Value.Of(text);
        }

        var value = CoreSchema.Resolve(text);
        return value.Kind == ValueKind.Text && Durations.TryParse(text, out var duration)
            ? Value.Duration(CompiledRule.Micros(duration))
            : value;
    }

    // Null when quotes do not pair up.
    private static List<(string Text, bool Quoted)>? Cells(ReadOnlySpan<char> line)
    {
        var cells = new List<(string, bool)>();
        while (true)
        {
            line = line.TrimStart();
            if (line.IsEmpty || line[0] != '"')
            {
                var comma = line.IndexOf(',');
                cells.Add(((comma < 0 ? line : line[..comma]).Trim().ToString(), false));
                if (comma < 0)
                {
                    return cells;
                }

                line = line[(comma + 1)..];
                continue;
            }

            if (Quoted(ref line) is not { } text)
            {
                return null;
            }

            cells.Add((text, true));
            line = line.TrimStart();
            if (line.IsEmpty)
            {
                return cells;
            }

            if (line[0] != ',')
            {
                return null;
            }

            line = line[1..];
        }
    }

    private static string? Quoted(ref ReadOnlySpan<char> line)
    {
        var text = new StringBuilder();
        for (var i = 1; i < line.Length; i++)
        {
            if (line[i] != '"')
            {
                text.Append(line[i]);
            }
            else if (i + 1 < line.Length && line[i + 1] == '"')
            {
                text.Append('"');
                i++;
            }
            else
            {
                line = line[(i + 1)..];
                return text.ToString();
            }
        }

        return null;
    }
}
