using System.Text;

namespace Mesh.Rules.Yaml;

/// <summary>Sets the blanks inside <c>{a: 1, b: [2, 3]}</c>; only where it begins and ends on the line.</summary>
internal static class FlowLayout
{
    public static string Tidy(string text)
    {
        if (text[0] is not ('{' or '['))
        {
            return text;
        }

        var tidy = new StringBuilder(text.Length);
        var (depth, last) = (0, ',');
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            switch (c)
            {
                case ' ' or '\t':
                    // Blanks inside a plain text stay; those beside punctuation are set by it.
                    if (!IsStructure(last, text, i) && !IsClosing(text, i))
                    {
                        tidy.Append(c);
                    }

                    continue;
                case '"' or '\'' when BeginsToken(last, text, i):
                    var end = Close(text, i);
                    if (end < 0)
                    {
                        return text;
                    }

                    tidy.Append(text, i, end - i + 1);
                    (i, last) = (end, 'x');
                    continue;
                case '#' when last != ',' && i > 0 && text[i - 1] == ' ':
                    return text;
                case '{' or '[':
                    depth++;
                    break;
                case '}' or ']':
                    depth--;
                    break;
            }

            tidy.Append(c);
            if (depth == 0)
            {
                return tidy.Append(text, i + 1, text.Length - i - 1).ToString();
            }

            if (c == ',' || (c == ':' && i + 1 < text.Length && text[i + 1] is ' ' or '\t'))
            {
                tidy.Append(' ');
                last = ',';
            }
            else
            {
                last = c;
            }
        }

        return text;
    }

    private static bool IsStructure(char last, string text, int at) =>
        last == ',' || (last is '{' or '[' && text[..at].TrimEnd()[^1] == last);

    // The next visible character closes or separates.
    private static bool IsClosing(string text, int at)
    {
        while (at < text.Length && text[at] is ' ' or '\t')
        {
            at++;
        }

        return at < text.Length && text[at] is ',' or '}' or ']';
    }

    private static bool BeginsToken(char last, string text, int at) =>
        last is ',' or '{' or '[' && text[..at].TrimEnd() is [.., ',' or '{' or '[' or ':'];

    private static int Close(string text, int at)
    {
        for (var i = at + 1; i < text.Length; i++)
        {
            if (text[i] == '\\' && text[at] == '"')
            {
                i++;
            }
            else if (text[i] == text[at])
            {
                if (text[at] == '\'' && i + 1 < text.Length && text[i + 1] == '\'')
                {
                    i++;
                    continue;
                }

                return i;
            }
        }

        return -1;
    }
}
