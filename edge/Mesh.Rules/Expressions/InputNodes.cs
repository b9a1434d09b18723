using Mesh.Contracts;
using Mesh.Rules.Compiled;
using Mesh.Rules.Running;

namespace Mesh.Rules.Expressions;

/// <summary>The newest value of an input; from its <c>max_age</c> on unknown, and then its <c>default</c>.</summary>
internal sealed class LatestNode(InputPlan plan) : Node(ExpressionType.Any)
{
    public override Value Evaluate(Evaluation e)
    {
        var reading = e.Key.Inputs[plan.Slot].Newest;
        if (reading is null)
        {
            return plan.Default;
        }

        var value = plan.Fresh(e, reading) ? reading.Trusted : Value.Unknown;
        return value.IsUnknown ? plan.Default : value;
    }
}

/// <summary>Every device's latest value of an input, made one.</summary>
internal sealed class CombinedNode(InputPlan plan) : Node(TypeOf(plan.Combination))
{
    public override Value Evaluate(Evaluation e)
    {
        var devices = e.Key.Inputs[plan.Slot].Devices;
        var value = plan.Combination is Combination.Any or Combination.All ? Junction(e, devices) : Number(e, devices);
        return value.IsUnknown ? plan.Default : value;
    }

    private static ExpressionType TypeOf(Combination combination) =>
        combination switch
        {
            Combination.Any or Combination.All => ExpressionType.Boolean,
            Combination.Count or Combination.Average => ExpressionType.Number,
            _ => ExpressionType.Any,
        };

    // No device at all is unknown: nothing has been seen.
    private Value Junction(Evaluation e, List<DeviceReading>? devices)
    {
        var deciding = plan.Combination == Combination.Any ? Truth.True : Truth.False;
        var (seen, unknown, decided) = (false, false, false);
        foreach (var device in devices ?? [])
        {
            if (!device.Counts)
            {
                continue;
            }

            seen = true;
            var truth = plan.Fresh(e, device.Reading) ? Truths.Of(device.Reading.Trusted) : Truth.Unknown;
            unknown |= truth == Truth.Unknown;
            decided |= truth == deciding;
        }

        return decided ? Truths.ToValue(deciding)
            : unknown || !seen ? Value.Unknown
            : Value.Of(deciding == Truth.False);
    }

    private Value Number(Evaluation e, List<DeviceReading>? devices)
    {
        var (count, sum, best) = (0, 0.0, double.NaN);
        foreach (var device in devices ?? [])
        {
            var value = device.Counts && plan.Fresh(e, device.Reading) ? device.Reading.Trusted : default;
            if (plan.Combination == Combination.Count)
            {
                count += value.IsUnknown ? 0 : 1;
            }
            else if (value.Kind == ValueKind.Number)
            {
                count++;
                sum += value.Number;
                best = Better(best, value.Number);
            }
        }

        return plan.Combination switch
        {
            Combination.Count => Value.Of(count),
            Combination.Sum => count == 0 ? Value.Unknown : Value.Of(sum),
            Combination.Average => Value.Of(sum / count),
            _ => Value.Of(best),
        };
    }

    private double Better(double best, double value)
    {
        if (double.IsNaN(best))
        {
            return value;
        }

        return plan.Combination == Combination.Minimum ? Math.Min(best, value) : Math.Max(best, value);
    }
}

/// <summary>A part of the reading behind an input: <c>door.at</c>, <c>door.badge</c>.</summary>
internal sealed class InputPartNode(InputPlan plan, ReadingPart part) : Node(part.Type)
{
    public override Value Evaluate(Evaluation e)
    {
        var reading = e.Key.Inputs[plan.Slot].Newest;
        return reading is null || !plan.Fresh(e, reading) ? Value.Unknown : part.Of(reading);
    }
}

/// <summary>How old the newest reading of an input is; 0 for one ahead of the clock. A stale reading has an age too.</summary>
internal sealed class AgeNode(InputPlan plan) : Node(ExpressionType.Duration)
{
    public override bool Ramps => true;

    public override Value Evaluate(Evaluation e)
    {
        if (Newest(e.Key.Inputs[plan.Slot]) is not { } reading)
        {
            e.Slope = 0;
            return Value.Unknown;
        }

        var age = e.Now.Micros - reading.At.Micros;
        e.Slope = age >= 0 ? 1 : 0;
        if (age < 0)
        {
            e.ChangesAt(reading.At.Micros);
        }

        return Value.Duration(Math.Max(0, age));
    }

    // Of a combined input: the newest of those that count.
    private static Reading? Newest(in InputState input)
    {
        var newest = input.Newest;
        foreach (var device in input.Devices ?? [])
        {
            newest = device.Counts && (newest is null || device.Reading.At > newest.At) ? device.Reading : newest;
        }

        return newest;
    }
}

/// <summary>Finds the history that <c>prev</c>, <c>changed</c> and <c>rate</c> look at.</summary>
internal abstract class HistoryPlace
{
    /// <summary>How many values before the current one the rule needs.</summary>
    public int Depth { get; private set; } = 1;

    public void Need(int depth) => Depth = Math.Max(Depth, depth);

    public abstract History? Find(Evaluation e);
}

internal sealed class InputHistory(InputPlan plan) : HistoryPlace
{
    public override History? Find(Evaluation e) => e.Key.Inputs[plan.Slot].History;
}

/// <summary>The values of one part of the judged reading, over the readings of the same sensor in the key.</summary>
internal sealed class PartHistory(int slot, ReadingPart part) : HistoryPlace
{
    public ReadingPart Part { get; } = part;

    public int Slot { get; } = slot;

    /// <summary>How many such places the rule has; known when the rule is compiled.</summary>
    public int Stride { get; set; }

    public override History? Find(Evaluation e) => e.Key.Tracks[(e.JudgedSensor * Stride) + Slot];
}

/// <summary>The values of a <c>let</c> name, over the windows of the key.</summary>
internal sealed class LetHistory(int slot, int let) : HistoryPlace
{
    public int Slot { get; } = slot;

    public int Let { get; } = let;

    public override History? Find(Evaluation e) => e.Key.Window?.Lets[Slot];
}

internal sealed class PreviousNode(HistoryPlace place, int n, ExpressionType type) : Node(type)
{
    public override Value Evaluate(Evaluation e) => place.Find(e)?.Previous(n) ?? Value.Unknown;
}

/// <summary>Unknown while the newest value is, be it by age.</summary>
internal sealed class ChangedNode(HistoryPlace place, Node newest) : Node(ExpressionType.Boolean)
{
    public override Value Evaluate(Evaluation e) =>
        newest.Evaluate(e).IsUnknown ? Value.Unknown : place.Find(e)?.Changed ?? Value.Unknown;
}

internal sealed class RateNode(HistoryPlace place, Node per) : Node(ExpressionType.Number)
{
    public override Value Evaluate(Evaluation e)
    {
        var duration = per.Evaluate(e);
        return duration.Kind == ValueKind.Duration && place.Find(e) is { } history
            ? Value.Of(history.RatePerMicro * duration.Micros)
            : Value.Unknown;
    }
}
