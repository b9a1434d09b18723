using System.Text;
using Mesh.Contracts;
using Mesh.Rules.Expressions;
using Mesh.Rules.Yaml;

namespace Mesh.Rules.Compiled;

/// <summary>What a <c>{name}</c> in a template stands for.</summary>
internal enum SlotKind : byte
{
    Text,
    Key,
    Since,
    At,
    Let,
    Reading,
}

/// <summary>What a template is filled from: one output of a rule.</summary>
internal readonly record struct TemplateSource(
    IReadOnlyList<KeyPart> Key,
    Timestamp? Since,
    Timestamp At,
    IReadOnlyList<KeyValuePair<string, Value>> Lets,
    Reading? Reading
);

/// <summary>A text with <c>{names}</c>; <c>{{</c> and <c>}}</c> stand for braces.</summary>
internal sealed class Template
{
    private readonly List<(SlotKind Kind, int Index, string Text)> _pieces = [];
    private readonly Value? _constant;

    private Template(Value? constant) => _constant = constant;

    /// <summary>Reads the template; unknown names are errors.</summary>
    public static Template Compile(YamlScalar scalar, RuleLayout layout, bool judged, Diagnostics diagnostics)
    {
        var text = scalar.Text;
        if (text.AsSpan().IndexOfAny('{', '}') < 0)
        {
            return new Template(scalar.Value);
        }

        var template = new Template(null);
        var literal = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is '{' or '}' && i + 1 < text.Length && text[i + 1] == c)
            {
                literal.Append(c);
                i++;
                continue;
            }

            var close = c == '{' ? text.IndexOf('}', i) : -1;
            if (c == '}' || (c == '{' && close < 0))
            {
                diagnostics.Error(
                    scalar.File,
                    scalar.PositionOf(i),
                    $"a '{c}' stands alone; for the character write '{c}{c}'"
                );
                return template;
            }

            if (c != '{')
            {
                literal.Append(c);
                continue;
            }

            template.AddText(literal);
            if (!template.AddName(text[(i + 1)..close].Trim(), layout, judged, out var known))
            {
                var name = text[(i + 1)..close];
                diagnostics.Error(
                    scalar.File,
                    scalar.PositionOf(i),
                    $"'{{{name}}}' is no part of the key, let name, since or at{Nearest.Suggestion(name, known)}"
                );
            }

            i = close;
        }

        template.AddText(literal);
        return template;
    }

    /// <summary>The filled text; a name that is unknown reads <c>unknown</c>.</summary>
    public string Fill(in TemplateSource source)
    {
        if (_constant is { } constant)
        {
            return constant.ToString();
        }

        var text = new StringBuilder();
        foreach (var piece in _pieces)
        {
            text.Append(piece.Kind == SlotKind.Text ? piece.Text : Get(piece, source).ToString());
        }

        return text.ToString();
    }

    /// <summary>As a value: a constant and a lone <c>{name}</c> keep their kind, anything else is text.</summary>
    /// <remarks>A list, which no reading can carry, becomes text.</remarks>
    public Value FillValue(in TemplateSource source) =>
        _constant
        ?? (
            _pieces is [{ Kind: not SlotKind.Text } only] && Get(only, source) is { Kind: not ValueKind.List } value
                ? value
                : Value.Of(Fill(source))
        );

    private void AddText(StringBuilder literal)
    {
        if (literal.Length > 0)
        {
            _pieces.Add((SlotKind.Text, 0, literal.ToString()));
            literal.Clear();
        }
    }

    private bool AddName(string name, RuleLayout layout, bool judged, out IEnumerable<string> known)
    {
        known = layout.Lets.Select(l => l.Name).Concat(layout.By).Concat(["since", "at"]);
        var let = layout.Lets.FindIndex(l => l.Name == name);
        var key = layout.By.ToList().IndexOf(name);
        (SlotKind, int, string)? piece = (let, key, name) switch
        {
            (>= 0, _, _) => (SlotKind.Let, let, name),
            (_, >= 0, _) => (SlotKind.Key, key, name),
            (_, _, "since") => (SlotKind.Since, 0, name),
            (_, _, "at") => (SlotKind.At, 0, name),
            _ when judged && ReadingPart.Fixed.Contains(name) => (SlotKind.Reading, 0, name),
            _ => null,
        };
        if (piece is { } found)
        {
            _pieces.Add(found);
        }

        return piece is not null;
    }

    private static Value Get((SlotKind Kind, int Index, string Text) piece, in TemplateSource source) =>
        piece.Kind switch
        {
            SlotKind.Key => source.Key[piece.Index].Value,
            SlotKind.Let => source.Lets[piece.Index].Value,
            SlotKind.Since => source.Since is { } since ? Value.Of(since) : Value.Unknown,
            SlotKind.At => Value.Of(source.At),
            _ => source.Reading is { } reading ? ReadingPart.Parse(piece.Text).Of(reading) : Value.Unknown,
        };
}
