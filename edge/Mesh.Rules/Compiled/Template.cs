using System.Text;
using Mesh.Contracts;
using Mesh.Rules.Expressions;
using Mesh.Rules.Yaml;

namespace Mesh.Rules.Compiled;

/// <summary>
/// A text with <c>{names}</c>; <c>{{</c> and <c>}}</c> stand for braces, <c>{name:0.0}</c> shows a number with one digit
/// behind the point.
/// </summary>
internal sealed class Template
{
    /// <summary>Characters of a filled text unless its place allows more.</summary>
    public const int UsualLimit = 4096;

    private readonly List<TemplateSlot> _pieces = [];
    private readonly Value? _constant;

    private Template(Value? constant) => _constant = constant;

    /// <summary>Whether a piece is looked up when the output is made.</summary>
    public bool Looks => _pieces.Exists(p => p.Kind == SlotKind.Look);

    /// <summary>Reads the template; unknown names are errors.</summary>
    public static Template Compile(YamlScalar scalar, TemplateNames names, Diagnostics diagnostics)
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
            if (names.Slot(text[(i + 1)..close], out var wrong) is { } slot)
            {
                template._pieces.Add(slot);
            }
            else
            {
                diagnostics.Error(scalar.File, scalar.PositionOf(i), wrong);
            }

            i = close;
        }

        template.AddText(literal);
        return template;
    }

    /// <summary>The filled text; a name that is unknown reads <c>unknown</c>. What is longer than the limit is cut, visibly.</summary>
    public string Fill(in TemplateSource source, int limit = UsualLimit)
    {
        if (_constant is { } constant)
        {
            return Cut(constant.ToString(), limit);
        }

        if (_pieces is [var only])
        {
            return Cut(only.Show(source), limit);
        }

        var text = new StringBuilder();
        foreach (var piece in _pieces)
        {
            text.Append(piece.Kind == SlotKind.Text ? piece.Text : piece.Show(source));
            if (text.Length > limit)
            {
                break;
            }
        }

        return Cut(text.ToString(), limit);
    }

    /// <summary>As a value: a constant and a lone <c>{name}</c> keep their kind, anything else is text.</summary>
    /// <remarks>A list, which no reading can carry, becomes text.</remarks>
    public Value FillValue(in TemplateSource source) =>
        _constant
        ?? (
            _pieces is [{ Kind: not SlotKind.Text, Digits: null } only]
            && only.Of(source) is { Kind: not ValueKind.List } value
                ? value
                : Value.Of(Fill(source, Limits.TextLength))
        );

    private void AddText(StringBuilder literal)
    {
        if (literal.Length > 0)
        {
            _pieces.Add(new TemplateSlot(SlotKind.Text, 0, literal.ToString()));
            literal.Clear();
        }
    }

    private static string Cut(string text, int limit)
    {
        if (text.Length <= limit)
        {
            return text;
        }

        var end = char.IsHighSurrogate(text[limit - 2]) ? limit - 2 : limit - 1;
        return string.Concat(text.AsSpan(0, end), "…");
    }
}

/// <summary>What the names in a rule's templates mean.</summary>
/// <param name="layout">The rule's memory; templates never add to it, because actions are no part of a rule's state.</param>
/// <param name="judged">Whether outputs come of one reading.</param>
internal sealed class TemplateNames(RuleLayout layout, bool judged)
{
    /// <summary>
    /// What the body adds, such as the steps of a pattern: from a name (<c>open</c>) and a part (<c>badge</c>, or null) to
    /// how it is looked up when the output is made; null when there is no such thing. It must not add to the layout.
    /// </summary>
    public Func<string, string?, Node?>? Bound { get; set; }

    /// <summary>Names of <see cref="Bound"/>, for suggestions.</summary>
    public IEnumerable<string> BoundNames { get; set; } = [];

    /// <summary>Null, and what is wrong, when the name means nothing or its format is none.</summary>
    public TemplateSlot? Slot(string written, out string wrong)
    {
        var colon = written.IndexOf(':', StringComparison.Ordinal);
        var name = (colon < 0 ? written : written[..colon]).Trim();
        if (Find(name) is not { } slot)
        {
            var known = layout
                .Lets.Select(l => l.Name)
                .Concat(layout.By)
                .Concat(["since", "at"])
                .Concat(layout.Inputs.Select(i => i.Name))
                .Concat(BoundNames);
            wrong =
                $"'{{{written}}}' is no part of the key, let name, input, since or at{Nearest.Suggestion(name, known)}";
            return null;
        }

        wrong = "";
        if (colon < 0)
        {
            return slot;
        }

        var format = written[(colon + 1)..].Trim();
        if (
            format is ['0'] or ['0', '.', _, ..]
            && format.Length <= 12
            && format.AsSpan(Math.Min(2, format.Length)).Trim('0').IsEmpty
        )
        {
            return slot with { Digits = Math.Max(0, format.Length - 2) };
        }

        wrong = $"'{format}' is no format; 0, 0.0, 0.00 … are expected: as many digits behind the point";
        return null;
    }

    private TemplateSlot? Find(string name)
    {
        var let = layout.Lets.FindIndex(l => l.Name == name);
        if (let >= 0)
        {
            return new TemplateSlot(SlotKind.Let, let, name);
        }

        var key = layout.By.ToList().IndexOf(name);
        return key >= 0 ? new TemplateSlot(SlotKind.Key, key, name)
            : name == "since" ? new TemplateSlot(SlotKind.Since, 0, name)
            : name == "at" ? new TemplateSlot(SlotKind.At, 0, name)
            : name == "suppressed" ? new TemplateSlot(SlotKind.Suppressed, 0, name)
            : judged && ReadingPart.Fixed.Contains(name) ? new TemplateSlot(SlotKind.Reading, 0, name)
            : Look(name) is { } node ? new TemplateSlot(SlotKind.Look, 0, name) { Node = node }
            : null;
    }

    private Node? Look(string name)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        var (target, part) = dot < 0 ? (name, null) : (name[..dot], name[(dot + 1)..]);
        if (Bound?.Invoke(target, part) is { } bound)
        {
            return bound;
        }

        return layout.FindInput(target) switch
        {
            { } input when part is null => Scope.Of(input),
            { Combination: Combination.Latest } input => new InputPartNode(input, ReadingPart.Parse(part!)),
            _ => null,
        };
    }
}
