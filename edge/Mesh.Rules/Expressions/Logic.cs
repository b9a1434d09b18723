using Mesh.Contracts;

namespace Mesh.Rules.Expressions;

internal sealed class NotNode(Node operand) : Node(ExpressionType.Boolean)
{
    public override Value Evaluate(Evaluation e) =>
        operand.Test(e) switch
        {
            Truth.True => Value.False,
            Truth.False => Value.True,
            _ => Value.Unknown,
        };
}

/// <summary>
/// Kleene's and/or: a known <paramref name="deciding"/> value on either side decides. The right side is left alone when
/// the left decides, and so is the clock: nothing on the right can change the result until the left changes.
/// </summary>
internal sealed class JunctionNode(Truth deciding, Node left, Node right) : Node(ExpressionType.Boolean)
{
    /// <summary>Both sides must hold.</summary>
    public bool IsAnd => deciding == Truth.False;

    public Node Left { get; } = left;

    public Node Right { get; } = right;

    public override Value Evaluate(Evaluation e)
    {
        var first = Left.Test(e);
        e.Witness?.Saw(Left, first);
        if (first == deciding)
        {
            return Truths.ToValue(deciding);
        }

        var second = Right.Test(e);
        e.Witness?.Saw(Right, second);
        if (second == deciding)
        {
            return Truths.ToValue(deciding);
        }

        return first == Truth.Unknown || second == Truth.Unknown ? Value.Unknown : Truths.ToValue(second);
    }
}

internal sealed class IfNode(Node condition, Node whenTrue, Node whenFalse, ExpressionType type) : Node(type)
{
    public override bool Ramps => whenTrue.Ramps || whenFalse.Ramps;

    public override Value Evaluate(Evaluation e)
    {
        var truth = condition.Test(e);
        e.Witness?.Saw(condition, truth);
        var chosen = truth switch
        {
            Truth.True => whenTrue,
            Truth.False => whenFalse,
            _ => null,
        };
        if (chosen is null)
        {
            e.Slope = 0;
            return Value.Unknown;
        }

        var value = chosen.Evaluate(e);
        if (!chosen.Ramps)
        {
            e.Slope = 0;
        }

        return value;
    }
}

/// <summary>Never unknown itself.</summary>
internal sealed class KnownNode(Node operand) : Node(ExpressionType.Boolean)
{
    public override Value Evaluate(Evaluation e) => Value.Of(!operand.Evaluate(e).IsUnknown);
}
