using Mesh.Contracts;

namespace Mesh.Rules.Expressions;

internal enum PartKind : byte
{
    Value,
    At,
    Device,
    Sensor,
    Unit,

    /// <summary>A field, else a label.</summary>
    Named,
    Field,
    Label,
}

/// <summary>One part of a reading, and how to get it.</summary>
internal sealed record ReadingPart(PartKind Kind, string Name = "")
{
    public static readonly string[] Fixed = ["value", "at", "device", "sensor", "unit"];

    public ExpressionType Type =>
        Kind switch
        {
            PartKind.At => ExpressionType.Instant,
            PartKind.Device or PartKind.Sensor or PartKind.Unit or PartKind.Label => ExpressionType.Text,
            _ => ExpressionType.Any,
        };

    /// <summary><c>value at device sensor unit</c>, else a field or label of that name.</summary>
    public static ReadingPart Parse(string name)
    {
        var index = Array.IndexOf(Fixed, name);
        return index >= 0 ? new ReadingPart((PartKind)index, name) : new ReadingPart(PartKind.Named, name);
    }

    public Value Of(Reading reading)
    {
        switch (Kind)
        {
            case PartKind.Value:
                return reading.Trusted;
            case PartKind.At:
                return Value.Of(reading.At);
            case PartKind.Device:
                return Value.Of(reading.Device);
            case PartKind.Sensor:
                return Value.Of(reading.Sensor);
            case PartKind.Unit:
                return Value.Of(reading.Unit);
        }

        if (Kind != PartKind.Label && reading.Fields.TryGet(Name, out var field))
        {
            return field;
        }

        return Kind != PartKind.Field && reading.Labels.TryGet(Name, out var label) ? Value.Of(label) : Value.Unknown;
    }
}

/// <summary>A part of the reading being judged.</summary>
internal sealed class PartNode(ReadingPart part) : Node(part.Type)
{
    public ReadingPart Part { get; } = part;

    public override Value Evaluate(Evaluation e) => e.Judged is { } reading ? Part.Of(reading) : Value.Unknown;
}

/// <summary>A part of the key: <c>room</c>.</summary>
internal sealed class KeyPartNode(int index) : Node(ExpressionType.Any)
{
    public override Value Evaluate(Evaluation e) => e.Key.Values.Parts[index];
}

/// <summary>What a <c>let</c> name came to.</summary>
internal sealed class LetNode(int index, ExpressionType type) : Node(type)
{
    public override Value Evaluate(Evaluation e) => e.Lets[index];
}
