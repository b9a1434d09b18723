using Mesh.Contracts;

namespace Mesh.Rules.Expressions;

internal enum Operation : byte
{
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

internal static class Scalars
{
    /// <summary>The number, or the microseconds; NaN for what has neither. Exact below 2^53.</summary>
    public static double Of(in Value value) =>
        value.Kind switch
        {
            ValueKind.Number => value.Number,
            ValueKind.Duration or ValueKind.Instant => value.Micros,
            _ => double.NaN,
        };

    public static Value Duration(double micros) =>
        Math.Abs(micros) < 9e18 ? Value.Duration((long)Math.Round(micros)) : Value.Unknown;

    public static Value Instant(double micros) =>
        micros >= Timestamp.MinValue.Micros && micros <= Timestamp.MaxValue.Micros
            ? Value.Of(new Timestamp((long)micros))
            : Value.Unknown;
}

/// <summary>Numbers, durations and instants; any other pair of kinds is unknown.</summary>
internal sealed class ArithmeticNode(Operation operation, Node left, Node right, ExpressionType type) : Node(type)
{
    public override bool Ramps { get; } = left.Ramps || right.Ramps;

    public override Value Evaluate(Evaluation e)
    {
        var a = left.Evaluate(e);
        var slopeA = left.Ramps ? e.Slope : 0;
        var b = right.Evaluate(e);
        if (Ramps)
        {
            var slopeB = right.Ramps ? e.Slope : 0;
            e.Slope = operation switch
            {
                Operation.Add => slopeA + slopeB,
                Operation.Subtract => slopeA - slopeB,
                Operation.Multiply => (slopeA * Scalars.Of(b)) + (slopeB * Scalars.Of(a)),
                _ => slopeA / Scalars.Of(b),
            };
        }

        return Apply(operation, a, b);
    }

    public static Value Apply(Operation operation, in Value a, in Value b) =>
        (a.Kind, b.Kind) switch
        {
            (ValueKind.Number, ValueKind.Number) => Value.Of(Compute(operation, a.Number, b.Number)),
            (ValueKind.Duration, ValueKind.Duration) => Durations(operation, a.Micros, b.Micros),
            (ValueKind.Duration, ValueKind.Number) when operation is Operation.Multiply or Operation.Divide =>
                Scalars.Duration(Compute(operation, a.Micros, b.Number)),
            (ValueKind.Number, ValueKind.Duration) when operation == Operation.Multiply => Scalars.Duration(
                a.Number * b.Micros
            ),
            (ValueKind.Instant, ValueKind.Instant) when operation == Operation.Subtract => Value.Duration(
                a.Micros - b.Micros
            ),
            (ValueKind.Instant, ValueKind.Duration) when operation is Operation.Add or Operation.Subtract =>
                Scalars.Instant(operation == Operation.Add ? a.Micros + b.Micros : a.Micros - b.Micros),
            (ValueKind.Duration, ValueKind.Instant) when operation == Operation.Add => Scalars.Instant(
                a.Micros + b.Micros
            ),
            _ => Value.Unknown,
        };

    /// <summary>The type of the result; null when the operation cannot take these types.</summary>
    public static ExpressionType? TypeOf(Operation operation, ExpressionType a, ExpressionType b)
    {
        if (a is ExpressionType.Boolean or ExpressionType.Text || b is ExpressionType.Boolean or ExpressionType.Text)
        {
            return null;
        }

        // What is added to a number, or divides one, can only be a number.
        var numbersOnly = operation is Operation.Add or Operation.Subtract or Operation.Remainder;
        if (
            (numbersOnly && (a, b) is (ExpressionType.Any, ExpressionType.Number))
            || (operation != Operation.Multiply && (a, b) is (ExpressionType.Number, ExpressionType.Any))
        )
        {
            return ExpressionType.Number;
        }

        if (a == ExpressionType.Any || b == ExpressionType.Any)
        {
            return ExpressionType.Any;
        }

        return (a, b, operation) switch
        {
            (ExpressionType.Number, ExpressionType.Number, _) => ExpressionType.Number,
            (ExpressionType.Duration, ExpressionType.Duration, Operation.Divide) => ExpressionType.Number,
            (ExpressionType.Duration, ExpressionType.Duration, Operation.Multiply) => null,
            (ExpressionType.Duration, ExpressionType.Duration, _) => ExpressionType.Duration,
            (ExpressionType.Duration, ExpressionType.Number, Operation.Multiply or Operation.Divide) =>
                ExpressionType.Duration,
            (ExpressionType.Number, ExpressionType.Duration, Operation.Multiply) => ExpressionType.Duration,
            (ExpressionType.Instant, ExpressionType.Instant, Operation.Subtract) => ExpressionType.Duration,
            (ExpressionType.Instant, ExpressionType.Duration, Operation.Add or Operation.Subtract) =>
                ExpressionType.Instant,
            (ExpressionType.Duration, ExpressionType.Instant, Operation.Add) => ExpressionType.Instant,
            _ => null,
        };
    }

    private static double Compute(Operation operation, double a, double b) =>
        operation switch
        {
            Operation.Add => a + b,
            Operation.Subtract => a - b,
            Operation.Multiply => a * b,
            Operation.Divide => a / b,
            _ => a % b,
        };

    private static Value Durations(Operation operation, long a, long b) =>
        operation switch
        {
            Operation.Add => Value.Duration(a + b),
            Operation.Subtract => Value.Duration(a - b),
            Operation.Divide => Value.Of((double)a / b),
            Operation.Remainder => b == 0 ? Value.Unknown : Value.Duration(a % b),
            _ => Value.Unknown,
        };
}

internal sealed class NegateNode(Node operand) : Node(operand.Type)
{
    public override bool Ramps => operand.Ramps;

    public override Value Evaluate(Evaluation e)
    {
        var value = operand.Evaluate(e);
        e.Slope = -e.Slope;
        return value.Kind switch
        {
            ValueKind.Number => Value.Of(-value.Number),
            ValueKind.Duration => Value.Duration(-value.Micros),
            _ => Value.Unknown,
        };
    }
}
