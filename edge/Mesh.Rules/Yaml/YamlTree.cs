using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Mesh.Rules.Yaml;

/// <summary>
/// Reads one YAML document into nodes that know their place. No objects are built from it by name or type: whoever
/// reads it maps the nodes by hand. Aliases, anchors, tags, duplicate keys and second documents are errors; depth and
/// size are bounded, because files come from outside.
/// </summary>
public static class YamlTree
{
    /// <summary>Nesting beyond this is an error.</summary>
    public const int MaxDepth = 32;

    /// <summary>Characters beyond this are an error.</summary>
    public const int MaxCharacters = 32 * 1024 * 1024;

    /// <summary>
    /// The root node; null when the file is empty or cannot be read, and then <paramref name="diagnostics"/> says why.
    /// </summary>
    public static YamlNode? Parse(string file, string text, Diagnostics diagnostics)
    {
        if (text.Length > MaxCharacters)
        {
            diagnostics.Error(
                file,
                default,
                $"the file has {text.Length} characters; at most {MaxCharacters} are expected: make several files of it"
            );
            return null;
        }

        if (!IsText(file, text, diagnostics))
        {
            return null;
        }

        var source = new YamlSource(file, text);
        using var reader = new StringReader(text);
        try
        {
            return new Builder(source, new Parser(new Scanner(reader)), diagnostics).Document();
        }
        catch (Unreadable)
        {
            return null;
        }
        catch (YamlException e)
        {
            diagnostics.Error(file, At(e.Start), $"this is not YAML: {Sentence(e)}{YamlHint.For(text, e.Start.Line)}");
            return null;
        }
    }

    /// <summary>
    /// False, and an error at its place, when the text holds U+FFFD, which stands where bytes could not be read: what
    /// the author wrote there is lost, and a name with it would never match.
    /// </summary>
    internal static bool IsText(string file, string text, Diagnostics diagnostics)
    {
        var at = text.IndexOf('\uFFFD', StringComparison.Ordinal);
        if (at < 0)
        {
            return true;
        }

        var before = text.AsSpan(0, at);
        diagnostics.Error(
            file,
            new Position(before.Count('\n') + 1, at - before.LastIndexOf('\n')),
            "a character here is not UTF-8; save the file as UTF-8"
        );
        return false;
    }

    private static Position At(in Mark mark) => new((int)mark.Line, (int)mark.Column);

    private static string Sentence(YamlException e)
    {
        var message = e.Message;
        var close = message.IndexOf("): ", StringComparison.Ordinal);
        if (message.StartsWith('(') && close >= 0)
        {
            message = message[(close + 3)..];
        }

        message = message.TrimEnd('.');
        return message.Length == 0 ? message : char.ToLowerInvariant(message[0]) + message[1..];
    }

    private sealed class Unreadable : Exception;

    private sealed class Builder(YamlSource source, Parser parser, Diagnostics diagnostics)
    {
        public YamlNode? Document()
        {
            Move();
            Move();
            if (parser.Current is not DocumentStart)
            {
                return null;
            }

            Move();
            var root = Node(0);

            Move();
            if (parser.Current is DocumentStart second)
            {
                diagnostics.Error(
                    source.File,
                    At(second.Start),
                    "a second document was found; one per file is expected"
                );
            }

            return root is YamlScalar { IsNull: true } ? null : root;
        }

        // The scanner throws InvalidOperationException instead of its own exception on some broken flow collections.
        private void Move()
        {
            try
            {
                parser.MoveNext();
            }
            catch (InvalidOperationException)
            {
                var at = parser.Current is { } last ? At(last.End) : default;
                diagnostics.Error(
                    source.File,
                    at,
                    "this is not YAML: a list or mapping is not closed, or a ':' is misplaced"
                        + YamlHint.For(source.Text, at.Line)
                );
                throw new Unreadable();
            }
        }

        // Reads the node at the current event and moves behind it.
        private YamlNode Node(int depth)
        {
            var current = parser.Current!;
            var at = At(current.Start);
            if (depth > MaxDepth)
            {
                diagnostics.Error(source.File, at, $"this is nested deeper than {MaxDepth} levels");
                throw new Unreadable();
            }

            if (current is NodeEvent node)
            {
                Refuse(node, at);
            }

            switch (current)
            {
                case AnchorAlias alias:
                    diagnostics.Error(
                        source.File,
                        at,
                        $"the alias *{alias.Value} is not supported: write the value out"
                    );
                    Move();
                    return new YamlScalar(source, at, (int)alias.Start.Index, "", plain: true, block: false);
                case Scalar scalar:
                    Move();
                    return Leaf(scalar, at);
                case SequenceStart:
                    return Sequence(at, depth);
                default:
                    return Mapping(at, depth);
            }
        }

        private YamlScalar Leaf(Scalar scalar, Position at) =>
            new(
                source,
                at,
                (int)scalar.Start.Index,
                scalar.Value,
                scalar.Style == ScalarStyle.Plain,
                scalar.Style is ScalarStyle.Literal or ScalarStyle.Folded
            );

        private YamlSequence Sequence(Position at, int depth)
        {
            var items = new List<YamlNode>();
            Move();
            while (parser.Current is not SequenceEnd)
            {
                items.Add(Warned(Node(depth + 1)));
            }

            Move();
            return new YamlSequence(source, at, items);
        }

        private YamlMapping Mapping(Position at, int depth)
        {
            var entries = new List<YamlEntry>();
            var seen = new Dictionary<string, Position>(StringComparer.Ordinal);
            Move();
            while (parser.Current is not MappingEnd)
            {
                var key = Node(depth + 1);
                var value = Warned(Node(depth + 1));
                if (key is not YamlScalar name)
                {
                    diagnostics.Error(key, $"{key.Description} was found as a key; a text is expected");
                }
                else if (!seen.TryAdd(name.Text, name.At))
                {
                    diagnostics.Error(
                        name,
                        $"'{name.Text}' is given twice; the first is in line {seen[name.Text].Line}"
                    );
                }
                else
                {
                    entries.Add(new YamlEntry(name, value));
                }
            }

            Move();
            return new YamlMapping(source, at, entries);
        }

        private YamlNode Warned(YamlNode value)
        {
            if (value is YamlScalar { IsPlain: true, Text.Length: > 0 } text && CoreSchema.IsTreacherous(text.Text))
            {
                diagnostics.Warning(text, $"'{text.Text}' is a text here; put it in quotes to say so");
            }

            return value;
        }

        private void Refuse(NodeEvent node, Position at)
        {
            if (!node.Tag.IsEmpty)
            {
                diagnostics.Error(source.File, at, $"the tag {node.Tag.Value} is not supported");
            }

            if (!node.Anchor.IsEmpty)
            {
                diagnostics.Error(
                    source.File,
                    at,
                    $"the anchor &{node.Anchor.Value} is not supported: write values out"
                );
            }
        }
    }
}
