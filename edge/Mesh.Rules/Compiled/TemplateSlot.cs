using System.Globalization;
using Mesh.Contracts;
using Mesh.Rules.Expressions;

namespace Mesh.Rules.Compiled;

/// <summary>What a <c>{name}</c> in a template stands for.</summary>
internal enum SlotKind : byte
{
    Text,
    Key,
    Since,
    At,
    Let,

    /// <summary>How many outputs the throttle kept back before this one.</summary>
    Suppressed,

    /// <summary>A part of the reading judged.</summary>
    Reading,

    /// <summary>Looked up when the output is made: an input, a step of a pattern.</summary>
    Look,
}

/// <summary>What a template is filled from: one output of a rule.</summary>
/// <param name="Key">The parts of the key.</param>
/// <param name="Since">Since when, where the output has that.</param>
/// <param name="At">The output's event time.</param>
/// <param name="Lets">The output's values: those of the <c>let</c> names in their order, then others.</param>
/// <param name="Reading">The reading judged; null when there is none.</param>
/// <param name="Evaluation">Begun for the output's key, where a template of the rule looks something up.</param>
internal readonly record struct TemplateSource(
    IReadOnlyList<KeyPart> Key,
    Timestamp? Since,
    Timestamp At,
    IReadOnlyList<KeyValuePair<string, Value>> Lets,
    Reading? Reading,
    Evaluation Evaluation
);

/// <summary>A piece of a template: a text, or a name with the number of digits its numbers are shown with.</summary>
internal sealed record TemplateSlot(SlotKind Kind, int Index, string Text)
{
    /// <summary>For <see cref="SlotKind.Look"/>.</summary>
    public Node? Node { get; init; }

    /// <summary>Digits behind the point; null for as many as it takes.</summary>
    public int? Digits { get; init; }

    public Value Of(in TemplateSource source) =>
        Kind switch
        {
            SlotKind.Text => Value.Of(Text),
            SlotKind.Key => source.Key[Index].Value,
            SlotKind.Let => source.Lets[Index].Value,
            SlotKind.Since => source.Since is { } since ? Value.Of(since) : Value.Unknown,
            SlotKind.At => Value.Of(source.At),
            SlotKind.Suppressed => Suppressed(source),
            SlotKind.Look => Node!.Evaluate(source.Evaluation),
            _ => source.Reading is { } reading ? ReadingPart.Parse(Text).Of(reading) : Value.Unknown,
        };

    public string Show(in TemplateSource source)
    {
        var value = Of(source);
        return Digits is { } digits && value.Kind == ValueKind.Number
            ? value.Number.ToString("F" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
            : value.ToString();
    }

    private static Value Suppressed(in TemplateSource source)
    {
        foreach (var (name, value) in source.Lets)
        {
            if (name == "suppressed")
            {
                return value;
            }
        }

        return Value.Of(0);
    }
}
