using System.Text;
using System.Text.RegularExpressions;

namespace Mesh.Rules.Yaml;

/// <summary>
/// Gives a YAML file its canonical layout: two blanks per level, list dashes below the key they belong to, one blank
/// behind <c>:</c>, <c>,</c> and <c>-</c>, none inside braces, at most one empty line, LF. Only white space changes, so
/// comments stay; the result is read again and compared, and a file that would not mean the same is refused.
/// </summary>
public static partial class YamlLayout
{
    /// <summary>The file in its layout; null, and an error, when it cannot be read or would not mean the same.</summary>
    public static string? Format(string file, string text, Diagnostics diagnostics)
    {
        var before = diagnostics.Errors;
        var root = YamlTree.Parse(file, text, diagnostics);
        if (diagnostics.Errors > before)
        {
            return null;
        }

        var lines = text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        var formatted = new Page(lines, root).Write();
        var again = new Diagnostics();
        var same = YamlTree.Parse(file, formatted, again);
        if (again.HasErrors || !Same(root, same) || !Visible(text).SequenceEqual(Visible(formatted)))
        {
            diagnostics.Error(
                file,
                default,
                "the layout of this file cannot be changed without changing what it means"
            );
            return null;
        }

        return formatted;
    }

    private static IEnumerable<char> Visible(string text) => text.Where(c => !char.IsWhiteSpace(c));

    private static bool Same(YamlNode? a, YamlNode? b) =>
        (a, b) switch
        {
            (null, null) => true,
            (YamlScalar x, YamlScalar y) => x.Text == y.Text && x.IsPlain == y.IsPlain,
            (YamlSequence x, YamlSequence y) => x.Items.Count == y.Items.Count
                && x.Items.Zip(y.Items).All(p => Same(p.First, p.Second)),
            (YamlMapping x, YamlMapping y) => x.Entries.Count == y.Entries.Count
                && x.Entries.Zip(y.Entries)
                    .All(p => Same(p.First.Key, p.Second.Key) && Same(p.First.Value, p.Second.Value)),
            _ => false,
        };

    [GeneratedRegex(
        @"^(?<dashes>(?:-\s+)*)(?<key>[A-Za-z0-9_.-]+):\s+(?<value>\S.*)$",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Entry();

    [GeneratedRegex(@"^(?<dashes>(?:-\s+)+)(?<value>\S.*)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Item();

    private sealed class Page
    {
        private readonly string[] _lines;

        // What the indent of a line shall be, where a key or a dash begins on it; -1 elsewhere.
        private readonly int[] _indents;
        private readonly bool[] _hasKey;

        // Lines of a text in a block (| or >), where every blank counts, and how far they are moved.
        private readonly bool[] _isText;
        private readonly int[] _moves;

        public Page(string[] lines, YamlNode? root)
        {
            _lines = lines;
            _indents = new int[lines.Length];
            Array.Fill(_indents, -1);
            _hasKey = new bool[lines.Length];
            _isText = new bool[lines.Length];
            _moves = new int[lines.Length];
            Place(root, 0);
        }

        public string Write()
        {
            var text = new StringBuilder();
            var (shift, empty) = (0, false);
            for (var i = 0; i < _lines.Length; i++)
            {
                var line = _lines[i];
                if (!_isText[i] && string.IsNullOrWhiteSpace(line))
                {
                    empty = text.Length > 0;
                    continue;
                }

                text.Append(empty ? "\n" : "");
                empty = false;
                var indent = Indent(line);
                if (_indents[i] >= 0)
                {
                    shift = _indents[i] - indent;
                    text.Append(' ', _indents[i]).Append(Content(line.Trim(), _hasKey[i]));
                }
                else if (!_isText[i] && line.AsSpan().TrimStart().StartsWith("#"))
                {
                    text.Append(' ', Comment(i, indent, shift)).Append(line.Trim());
                }
                else if (_isText[i])
                {
                    text.Append(' ', indent == line.Length ? 0 : Math.Max(0, indent + _moves[i]))
                        .Append(line[indent..]);
                }
                else
                {
                    text.Append(' ', Math.Max(0, indent + shift)).Append(line[indent..].TrimEnd());
                }

                text.Append('\n');
            }

            return text.ToString();
        }

        // A comment goes with the line below it when it stood in line with it, else with the one above.
        private int Comment(int at, int indent, int shift)
        {
            for (var i = at + 1; i < _lines.Length; i++)
            {
                if (_indents[i] >= 0)
                {
                    return Indent(_lines[i]) == indent ? _indents[i] : Math.Max(0, indent + shift);
                }
            }

            return Math.Max(0, indent + shift);
        }

        private void Place(YamlNode? node, int column)
        {
            switch (node)
            {
                case YamlMapping mapping when !IsFlow(node):
                    foreach (var (key, value) in mapping.Entries)
                    {
                        Begin(key, column);
                        _hasKey[key.At.Line - 1] = true;
                        Below(value, key.At, value is YamlSequence ? column : column + 2);
                    }

                    break;
                case YamlSequence list when !IsFlow(node):
                    foreach (var item in list.Items)
                    {
                        Begin(item, column);
                        Below(item, new Position(0, Indent(_lines[item.At.Line - 1]) + 1), column + 2);
                    }

                    break;
            }
        }

        private void Below(YamlNode value, Position parent, int column)
        {
            if (value is YamlScalar { IsBlock: true })
            {
                Text(value.At, parent.Column - 1, column);
            }

            Place(value, column);
        }

        // The first line says how far the text is indented, unless the header does by a digit. Empty lines at the end
        // belong to the text only where the header keeps them by a '+'.
        private void Text(Position header, int parent, int column)
        {
            var words = _lines[header.Line - 1][(header.Column - 1)..];
            var (first, end) = (header.Line, header.Line);
            for (var i = first; i < _lines.Length && IsWithin(_lines[i], parent); i++)
            {
                end = string.IsNullOrWhiteSpace(_lines[i]) && !words.Contains('+') ? end : i + 1;
            }

            var begin = Array.FindIndex(_lines, first, end - first, l => !string.IsNullOrWhiteSpace(l));
            var move = begin < 0 ? 0 : column - Indent(_lines[begin]);
            move = words.AsSpan().IndexOfAnyInRange('0', '9') is 1 or 2 ? _indents[header.Line - 1] - parent : move;
            for (var i = first; i < end; i++)
            {
                (_isText[i], _moves[i]) = (true, move);
            }
        }

        private static bool IsWithin(string line, int parent) =>
            string.IsNullOrWhiteSpace(line) || Indent(line) > parent;

        // What begins first on a line decides.
        private void Begin(YamlNode node, int column)
        {
            var line = node.At.Line - 1;
            _indents[line] = _indents[line] < 0 ? column : _indents[line];
        }

        private bool IsFlow(YamlNode node)
        {
            var line = _lines[node.At.Line - 1];
            return node.At.Column <= line.Length && line[node.At.Column - 1] is '{' or '[';
        }

        private static int Indent(string line) => line.Length - line.AsSpan().TrimStart(' ').Length;

        private static string Content(string line, bool hasKey)
        {
            if (hasKey && Entry().Match(line) is { Success: true } entry)
            {
                return $"{Dashes(entry)}{entry.Groups["key"].Value}: {FlowLayout.Tidy(entry.Groups["value"].Value)}";
            }

            return Item().Match(line) is { Success: true } item && !hasKey
                ? Dashes(item) + FlowLayout.Tidy(item.Groups["value"].Value)
                : line;
        }

        private static string Dashes(Match match) =>
            string.Concat(match.Groups["dashes"].Value.Where(c => c == '-').Select(_ => "- "));
    }
}
