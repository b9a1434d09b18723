namespace Mesh.Rules.Yaml;

/// <summary>
/// What to do about a text that is not YAML. The scanner says what it missed, in its own words; authors of rules
/// stumble over five things only, which can be told from the line.
/// </summary>
internal static class YamlHint
{
    /// <summary>A clause to go behind the scanner's message; empty where nothing is to be advised.</summary>
    /// <param name="text">The whole file.</param>
    /// <param name="line">The line in which the trouble began, from 1.</param>
    public static string For(string text, long line)
    {
        var lines = text.Split('\n');
        if (line < 1 || line > lines.Length)
        {
            return "";
        }

        // A tab is met only when the value of the line before is continued.
        var next = line < lines.Length ? lines[line] : "";
        return HasTab(lines[line - 1]) || HasTab(next)
            ? "; indent with spaces, not with tabs"
            : OfValue(Value(lines[line - 1].TrimEnd()));
    }

    private static string OfValue(string value)
    {
        if (value.Length == 0)
        {
            return "";
        }

        switch (value[0])
        {
            case '!' or '&' or '*':
                return $"; a value cannot begin with '{value[0]}': write 'not' and 'and' as words";
            case '"' or '\'':
                var close = value.IndexOf(value[0], 1);
                return close > 0 && close < value.Length - 1
                    ? "; a value that begins with a quote must end with it: put single quotes around the whole expression"
                    : "";
            case '{' or '[':
                return "; between { } or [ ] put what contains , [ ] { } in quotes";
            default:
                return value.Contains(": ", StringComparison.Ordinal) || value.EndsWith(':')
                    ? "; put a value that contains ': ' in quotes"
                    : "";
        }
    }

    // What stands behind the first 'key:', or behind the '-' of an entry without one.
    private static string Value(string line)
    {
        var rest = line.TrimStart(' ', '-');
        var colon = rest.IndexOf(": ", StringComparison.Ordinal);
        return rest.Length == 0 || rest[0] is '{' or '[' or '"' or '\'' or '!' or '&' or '*' || colon < 0
            ? rest
            : rest[(colon + 2)..].TrimStart();
    }

    private static bool HasTab(string line) => line.TrimStart(' ').StartsWith('\t');
}
