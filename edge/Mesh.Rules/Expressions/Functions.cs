using System.Text.RegularExpressions;
using Mesh.Contracts;

namespace Mesh.Rules.Expressions;

internal sealed class AbsNode(Node operand) : Node(operand.Type)
{
    public override bool Ramps => operand.Ramps;

    public override Value Evaluate(Evaluation e)
    {
        var value = operand.Evaluate(e);
        var scalar = Scalars.Of(value);
        if (operand.Ramps)
        {
            // The fold at zero: from there on the other slope holds, so look again.
            ClockCrossing.Note(e, Comparison.Less, scalar, e.Slope);
            e.Slope = scalar < 0 ? -e.Slope : e.Slope;
        }

        return value.Kind switch
        {
            ValueKind.Number => Value.Of(Math.Abs(scalar)),
            ValueKind.Duration => Value.Duration(Math.Abs(value.Micros)),
            _ => Value.Unknown,
        };
    }
}

/// <summary>The least or greatest of at least two values; unknown when one is unknown or kinds differ.</summary>
internal sealed class ExtremeNode(bool greatest, Node[] operands, ExpressionType type) : Node(type)
{
    public override bool Ramps { get; } = operands.Any(o => o.Ramps);

    public override Value Evaluate(Evaluation e)
    {
        Value best = default;
        double slope = 0;
        for (var i = 0; i < operands.Length; i++)
        {
            var value = operands[i].Evaluate(e);
            var valueSlope = operands[i].Ramps ? e.Slope : 0;
            if (value.IsUnknown || (i > 0 && value.Kind != best.Kind))
            {
                e.Slope = 0;
                return Value.Unknown;
            }

            if (i > 0 && Ramps)
            {
                ClockCrossing.Note(e, Comparison.Less, Scalars.Of(value) - Scalars.Of(best), valueSlope - slope);
            }

            var comparison = greatest ? Comparison.Greater : Comparison.Less;
            if (i == 0 || CompareNode.Apply(comparison, value, best).IsTrue)
            {
                (best, slope) = (value, valueSlope);
            }
        }

        e.Slope = slope;
        return best;
    }
}

/// <summary>To <paramref name="digits"/> digits behind the point, halves away from zero.</summary>
internal sealed class RoundNode(Node operand, int digits) : Node(ExpressionType.Number)
{
    public override Value Evaluate(Evaluation e)
    {
        var value = operand.Evaluate(e);
        return value.Kind == ValueKind.Number
            ? Value.Of(Math.Round(value.Number, digits, MidpointRounding.AwayFromZero))
            : Value.Unknown;
    }
}

internal sealed class TextTestNode(bool anywhere, Node text, Node part) : Node(ExpressionType.Boolean)
{
    public override Value Evaluate(Evaluation e)
    {
        var a = text.Evaluate(e);
        var b = part.Evaluate(e);
        if (a.Kind != ValueKind.Text || b.Kind != ValueKind.Text)
        {
            return Value.Unknown;
        }

        return Value.Of(
            anywhere
                ? a.Text.Contains(b.Text, StringComparison.Ordinal)
                : a.Text.StartsWith(b.Text, StringComparison.Ordinal)
        );
    }
}

/// <summary>A pattern without backtracking: its time is linear in the text, which limits bound.</summary>
internal sealed class MatchesNode(Node text, Regex pattern) : Node(ExpressionType.Boolean)
{
    public override Value Evaluate(Evaluation e)
    {
        var value = text.Evaluate(e);
        return value.Kind == ValueKind.Text ? Value.Of(pattern.IsMatch(value.Text)) : Value.Unknown;
    }
}

/// <summary>The hour (0 to 23) or day of the week (1 Monday to 7 Sunday) of the rule's time in a time zone.</summary>
internal sealed class CalendarNode(bool weekday, TimeZoneInfo zone) : Node(ExpressionType.Number)
{
    // Zones are offset by whole quarters of an hour; UTC by none.
    private readonly long _step = zone.Equals(TimeZoneInfo.Utc) ? 3_600_000_000L : 900_000_000L;

    public override Value Evaluate(Evaluation e)
    {
        if (e.Now < Timestamp.MinValue || e.Now > Timestamp.MaxValue)
        {
            return Value.Unknown;
        }

        e.ChangesAt(e.Now.Micros - Floor.Remainder(e.Now.Micros, _step) + _step);
        var local = TimeZoneInfo.ConvertTime(e.Now.ToDateTimeOffset(), zone);
        return Value.Of(weekday ? (((int)local.DayOfWeek + 6) % 7) + 1 : local.Hour);
    }
}

internal static class Floor
{
    /// <summary>The remainder towards negative infinity, so that instants before 1970 fall into the right step.</summary>
    public static long Remainder(long value, long step)
    {
        var remainder = value % step;
        return remainder < 0 ? remainder + step : remainder;
    }
}
