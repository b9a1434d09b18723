using System.Globalization;
using System.Text;
using Mesh.Contracts;
using Mesh.Rules.Yaml;

namespace Mesh.Rules.Testing;

/// <summary>Writes values so that <see cref="YamlTree"/> reads them back as they were, in flow collections too.</summary>
internal static class YamlText
{
    public static string Of(Value value) =>
        value.Kind switch
        {
            ValueKind.Unknown => "null",
            ValueKind.Text => Of(value.Text),
            _ => value.ToString(),
        };

    /// <summary>Plain where a reader of any YAML takes it for a text, else in double quotes.</summary>
    public static string Of(string text) => IsPlain(text) ? text : Quoted(text);

    /// <summary><c>{a: 1, b: two}</c>; the values are written already.</summary>
    public static string Mapping(IEnumerable<(string Name, string Value)> entries) =>
        $"{{{string.Join(", ", entries.Select(e => $"{Of(e.Name)}: {e.Value}"))}}}";

    private static bool IsPlain(string text)
    {
        if (text.Length == 0 || !char.IsAsciiLetter(text[0]) || text[^1] == ' ')
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.' or '/' or ' '))
            {
                return false;
            }
        }

        return CoreSchema.Resolve(text).Kind == ValueKind.Text && !CoreSchema.IsTreacherous(text);
    }

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            switch (c)
            {
                case '"' or '\\':
                    quoted.Append('\\').Append(c);
                    break;
                case '\n':
                    quoted.Append("\\n");
                    break;
                case '\t':
                    quoted.Append("\\t");
                    break;
                case < ' ' or '\u007f' or '\u0085' or '\u00a0' or '\u2028' or '\u2029' or '\ufeff':
                    quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
                    break;
                default:
                    quoted.Append(c);
                    break;
            }
        }

        return quoted.Append('"').ToString();
    }
}
