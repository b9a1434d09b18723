using Mesh.Contracts;

namespace Mesh.Rules.Expressions;

/// <summary>What is known before running; <see cref="Any"/> is the value of a reading, whose kind only the reading tells.</summary>
internal enum ExpressionType : byte
{
    Any,
    Boolean,
    Number,
    Text,
    Duration,
    Instant,
}

/// <summary>
/// A node of the interpreter tree. Evaluation allocates nothing, never throws, and yields unknown where kinds do not
/// fit. A tree holds no state: all state is reached through the <see cref="Evaluation"/>.
/// </summary>
internal abstract class Node(ExpressionType type)
{
    public ExpressionType Type { get; } = type;

    /// <summary>
    /// The value moves with the clock, linearly; after evaluating, <see cref="Evaluation.Slope"/> says how fast.
    /// Comparisons turn that into the instant at which their truth changes.
    /// </summary>
    public virtual bool Ramps => false;

    public abstract Value Evaluate(Evaluation e);

    /// <summary>As a condition: anything but true and false is unknown.</summary>
    public Truth Test(Evaluation e) => Truths.Of(Evaluate(e));
}

/// <summary>Kleene's three values.</summary>
internal enum Truth : byte
{
    Unknown,
    False,
    True,
}

internal static class Truths
{
    public static Truth Of(Value value) =>
        value.Kind != ValueKind.Boolean ? Truth.Unknown
        : value.IsTrue ? Truth.True
        : Truth.False;

    public static Value ToValue(Truth truth) =>
        truth switch
        {
            Truth.True => Value.True,
            Truth.False => Value.False,
            _ => Value.Unknown,
        };
}

internal sealed class ConstantNode(Value value) : Node(Types.Of(value.Kind))
{
    public Value Value { get; } = value;

    public override Value Evaluate(Evaluation e) => Value;
}

internal static class Types
{
    public static ExpressionType Of(ValueKind kind) =>
        kind switch
        {
            ValueKind.Boolean => ExpressionType.Boolean,
            ValueKind.Number => ExpressionType.Number,
            ValueKind.Text => ExpressionType.Text,
            ValueKind.Duration => ExpressionType.Duration,
            ValueKind.Instant => ExpressionType.Instant,
            _ => ExpressionType.Any,
        };

    public static string Name(ExpressionType type) =>
        type switch
        {
            ExpressionType.Boolean => "true or false",
            ExpressionType.Number => "a number",
            ExpressionType.Text => "a text",
            ExpressionType.Duration => "a duration",
            ExpressionType.Instant => "an instant",
            _ => "a value",
        };
}
