namespace Mesh.Edge;

/// <summary>Cuts lines into fields.</summary>
internal static class Splitting
{
    /// <summary>False when the line is not of the format; the row says why.</summary>
    public static bool Split(Row row, RowFormat format) =>
        format switch
        {
            RowFormat.Space => Blanks(row),
            RowFormat.Tab => Tabs(row),
            _ => Commas(row),
        };

    private static bool Blanks(Row row)
    {
        var line = row.Line.AsSpan();
        var at = 0;
        while (true)
        {
            var start = line[at..].IndexOfAnyExcept(' ', '\t');
            if (start < 0)
            {
                return true;
            }

            at += start;
            var length = line[at..].IndexOfAny(' ', '\t');
            length = length < 0 ? line.Length - at : length;
            row.Add(line.Slice(at, length), at + 1);
            at += length;
        }
    }

    private static bool Tabs(Row row)
    {
        var line = row.Line.AsSpan();
        foreach (var range in line.Split('\t'))
        {
            row.Add(line[range], range.Start.Value + 1);
        }

        return true;
    }

    private static bool Commas(Row row)
    {
        var line = row.Line.AsSpan();
        var at = 0;
        while (true)
        {
            var start = at;
            if (at < line.Length && line[at] == '"')
            {
                if (!Quoted(row, line, ref at))
                {
                    return false;
                }
            }
            else
            {
                var length = line[at..].IndexOf(',');
                at = length < 0 ? line.Length : at + length;
                row.Add(line[start..at].Trim(' '), start + 1);
            }

            if (at == line.Length)
            {
                return true;
            }

            at++;
        }
    }

    // From the opening quote to behind the closing one; a doubled quote stands for one.
    private static bool Quoted(Row row, ReadOnlySpan<char> line, ref int at)
    {
        var start = at++;
        while (true)
        {
            var length = line[at..].IndexOf('"');
            if (length < 0)
            {
                return row.Fail(start + 1, "a quoted field has no closing '\"' on its line");
            }

            at += length + 1;
            if (at == line.Length || line[at] != '"')
            {
                break;
            }

            at++;
        }

        if (at < line.Length && line[at] != ',')
        {
            return row.Fail(at + 1, $"'{line[at]}' was found behind a quoted field; ',' is expected");
        }

        var text = line[(start + 1)..(at - 1)];
        row.Add(text.Contains('"') ? text.ToString().Replace("\"\"", "\"", StringComparison.Ordinal) : text, start + 1);
        return true;
    }
}
