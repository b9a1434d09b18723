using Mesh.Contracts;

namespace Mesh.Rules.Expressions;

internal enum Comparison : byte
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// <summary>
/// Compares two values. Unknown on either side gives unknown; values of different kinds are different, and have no
/// order (unknown).
/// </summary>
internal sealed class CompareNode(Comparison comparison, Node left, Node right) : Node(ExpressionType.Boolean)
{
    private readonly bool _ramps = left.Ramps || right.Ramps;

    public Comparison Comparison { get; } = comparison;

    public Node Left { get; } = left;

    public Node Right { get; } = right;

    public override Value Evaluate(Evaluation e)
    {
        var a = Left.Evaluate(e);
        var slope = Left.Ramps ? e.Slope : 0;
        var b = Right.Evaluate(e);
        if (a.IsUnknown || b.IsUnknown)
        {
            return Value.Unknown;
        }

        if (_ramps && a.Kind == b.Kind)
        {
            slope -= Right.Ramps ? e.Slope : 0;
            ClockCrossing.Note(e, Comparison, Scalars.Of(a) - Scalars.Of(b), slope);
        }

        return Apply(Comparison, a, b);
    }

    /// <summary>The comparison that says the same with its sides exchanged.</summary>
    public static Comparison Mirrored(Comparison comparison) =>
        comparison switch
        {
            Comparison.Less => Comparison.Greater,
            Comparison.LessOrEqual => Comparison.GreaterOrEqual,
            Comparison.Greater => Comparison.Less,
            Comparison.GreaterOrEqual => Comparison.LessOrEqual,
            _ => comparison,
        };

    public static Value Apply(Comparison comparison, in Value a, in Value b)
    {
        if (comparison is Comparison.Equal or Comparison.NotEqual)
        {
            return Value.Of(a.Equals(b) == (comparison == Comparison.Equal));
        }

        if (a.Kind != b.Kind)
        {
            return Value.Unknown;
        }

        return a.Kind switch
        {
            ValueKind.Number => Value.Of(Holds(comparison, a.Number.CompareTo(b.Number))),
            ValueKind.Text => Value.Of(Holds(comparison, string.CompareOrdinal(a.Text, b.Text))),
            ValueKind.Duration or ValueKind.Instant => Value.Of(Holds(comparison, a.Micros.CompareTo(b.Micros))),
            _ => Value.Unknown,
        };
    }

    public static bool Holds(Comparison comparison, int order) =>
        comparison switch
        {
            Comparison.Equal => order == 0,
            Comparison.NotEqual => order != 0,
            Comparison.Less => order < 0,
            Comparison.LessOrEqual => order <= 0,
            Comparison.Greater => order > 0,
            _ => order >= 0,
        };
}

internal sealed class InNode(Node operand, Node[] items) : Node(ExpressionType.Boolean)
{
    public Node Operand { get; } = operand;

    public IReadOnlyList<Node> Items => items;

    public override Value Evaluate(Evaluation e)
    {
        var value = Operand.Evaluate(e);
        if (value.IsUnknown)
        {
            return Value.Unknown;
        }

        var result = Truth.False;
        foreach (var item in items)
        {
            var candidate = item.Evaluate(e);
            if (candidate.IsUnknown)
            {
                result = Truth.Unknown;
            }
            else if (candidate.Equals(value))
            {
                return Value.True;
            }
        }

        return Truths.ToValue(result);
    }
}

/// <summary>
/// A difference that moves linearly with the clock changes the sign at a computable microsecond: that is when the
/// condition is evaluated again, not before and not by polling.
/// </summary>
internal static class ClockCrossing
{
    /// <param name="e">Told the earliest instant at which the comparison can have another result.</param>
    /// <param name="comparison">How the difference is compared with zero.</param>
    /// <param name="difference">Left minus right, now.</param>
    /// <param name="slope">How much the difference grows per microsecond.</param>
    public static void Note(Evaluation e, Comparison comparison, double difference, double slope)
    {
        if (slope == 0 || !double.IsFinite(difference))
        {
            return;
        }

        // The difference is zero after -difference/slope; the result can change there or one microsecond beside it.
        var zero = -difference / slope;
        if (zero is < -1 or > 1e17)
        {
            return;
        }

        var now = CompareNode.Holds(comparison, Math.Sign(difference));
        var first = Math.Max(1, (long)Math.Floor(zero));
        for (var after = first; after <= first + 2; after++)
        {
            if (CompareNode.Holds(comparison, Math.Sign(difference + (slope * after))) != now)
            {
                e.ChangesAt(e.Now.Micros + after);
                return;
            }
        }
    }
}
