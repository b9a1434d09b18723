namespace Mesh.Rules.Yaml;

/// <summary>The text of a file, kept so that an error inside a scalar can be placed exactly.</summary>
internal sealed class YamlSource(string file, string text)
{
    public string File { get; } = file;

    public string Text { get; } = text;

    /// <summary>
    /// Walks the file beside the scalar's text: quotes, folding and indentation only ever add or remove blanks, so the
    /// n-th visible character is the same in both, except behind an escape, where the walk stops being exact.
    /// </summary>
    public Position PositionOf(YamlScalar scalar, int offset)
    {
        var (line, column) = (scalar.At.Line, scalar.At.Column);
        var at = scalar.Index;
        if (at >= Text.Length)
        {
            return scalar.At;
        }

        if (scalar.IsBlock)
        {
            while (at < Text.Length && Text[at] != '\n')
            {
                at++;
            }

            if (at == Text.Length)
            {
                return scalar.At;
            }
        }
        else if (!scalar.IsPlain)
        {
            at++;
            column++;
        }

        var want = 0;
        for (var i = 0; i < offset && i < scalar.Text.Length; i++)
        {
            want += char.IsWhiteSpace(scalar.Text[i]) ? 0 : 1;
        }

        // A place at a blank is the place behind the visible character before it.
        var behind = offset >= scalar.Text.Length || char.IsWhiteSpace(scalar.Text[offset]);
        return Walk(at, line, column, want, behind, scalar.At);
    }

    private Position Walk(int at, int line, int column, int want, bool behind, Position start)
    {
        if (want == 0 && behind)
        {
            return new Position(line, column);
        }

        for (; at < Text.Length; at++)
        {
            if (Text[at] == '\n')
            {
                line++;
                column = 1;
                continue;
            }

            if (!char.IsWhiteSpace(Text[at]))
            {
                if (want == 0)
                {
                    return new Position(line, column);
                }

                want--;
                if (want == 0 && behind)
                {
                    return new Position(line, column + 1);
                }
            }

            column++;
        }

        return start;
    }
}
