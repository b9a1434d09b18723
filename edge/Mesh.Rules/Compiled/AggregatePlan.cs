using System.Globalization;
using Mesh.Contracts;
using Mesh.Rules.Expressions;
using Mesh.Rules.Running;

namespace Mesh.Rules.Compiled;

internal enum AggregateFunction : byte
{
    Count,
    Sum,
    Average,
    Minimum,
    Maximum,
    Deviation,
    First,
    Last,
    Percentile,
    Distinct,
    Collect,
}

/// <summary>
/// An aggregate over the readings of a window, in its slot. All but <c>count()</c> skip what is unknown. Sums, means,
/// deviations and percentiles look at numbers only, or at durations where the expression is one; the least and the
/// greatest at numbers, and at texts when there is no number.
/// </summary>
/// <param name="slot">Place among the rule's aggregates.</param>
/// <param name="function">What is made of the values.</param>
/// <param name="argument">What is taken of each reading; null counts readings.</param>
/// <param name="text">Canonical text, by which equal aggregates share a slot.</param>
/// <param name="percent">Of a percentile: above 0, below 100.</param>
internal sealed class AggregatePlan(
    int slot,
    AggregateFunction function,
    Node? argument,
    string text,
    double percent = 0
)
{
    /// <summary>The functions as rules write them, and what each is; percentiles come on top, see <see cref="TryParse"/>.</summary>
    public static readonly IReadOnlyDictionary<string, AggregateFunction> Functions = new Dictionary<
        string,
        AggregateFunction
    >(StringComparer.Ordinal)
    {
        ["count"] = AggregateFunction.Count,
        ["sum"] = AggregateFunction.Sum,
        ["avg"] = AggregateFunction.Average,
        ["min"] = AggregateFunction.Minimum,
        ["max"] = AggregateFunction.Maximum,
        ["stddev"] = AggregateFunction.Deviation,
        ["first"] = AggregateFunction.First,
        ["last"] = AggregateFunction.Last,
        ["distinct"] = AggregateFunction.Distinct,
        ["collect"] = AggregateFunction.Collect,
        ["p50"] = AggregateFunction.Percentile,
        ["p95"] = AggregateFunction.Percentile,
        ["p99"] = AggregateFunction.Percentile,
    };

    public int Slot { get; } = slot;

    public AggregateFunction Function => function;

    public Node? Argument => argument;

    public double Percent => percent;

    public string Text { get; } = text;

    /// <summary>The kind that counts as a number here.</summary>
    public ValueKind NumberKind { get; } =
        argument?.Type switch
        {
            ExpressionType.Duration => ValueKind.Duration,
            ExpressionType.Instant => ValueKind.Instant,
            _ => ValueKind.Number,
        };

    public ExpressionType Type =>
        function switch
        {
            AggregateFunction.Count or AggregateFunction.Distinct => ExpressionType.Number,
            AggregateFunction.Collect => ExpressionType.Any,
            AggregateFunction.First
            or AggregateFunction.Last
            or AggregateFunction.Minimum
            or AggregateFunction.Maximum => argument!.Type,
            _ => argument!.Type == ExpressionType.Duration ? ExpressionType.Duration : ExpressionType.Number,
        };

    /// <summary>
    /// The function of that name: one of <see cref="Functions"/>, <c>p1</c> to <c>p99</c>, or with decimals <c>p99_9</c>.
    /// </summary>
    public static bool TryParse(string name, out AggregateFunction function, out double percent)
    {
        percent = 0;
        if (Functions.TryGetValue(name, out function) && function != AggregateFunction.Percentile)
        {
            return true;
        }

        function = AggregateFunction.Percentile;
        return name is ['p', (>= '1' and <= '9'), ..]
            && double.TryParse(
                name[1..].Replace('_', '.'),
                NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out percent
            )
            && percent < 100;
    }

    /// <summary>Takes the reading being judged.</summary>
    public void Add(ref AggregateState state, Evaluation e)
    {
        if (argument is null)
        {
            state.Count++;
            return;
        }

        var value = argument.Evaluate(e);
        if (!value.IsUnknown)
        {
            Add(ref state, value);
        }
    }

    /// <summary>Takes a known value of the argument.</summary>
    public void Add(ref AggregateState state, in Value value)
    {
        var number = value.Kind == NumberKind;
        state.Count++;
        switch (function)
        {
            case AggregateFunction.Sum or AggregateFunction.Average when number:
                state.Sum.Add(Scalars.Of(value));
                break;
            case AggregateFunction.Deviation when number:
                Spread(ref state, Scalars.Of(value));
                break;
            case AggregateFunction.Minimum or AggregateFunction.Maximum:
                Extreme(ref state, value, number);
                break;
            case AggregateFunction.First when state.Count > 1:
                break;
            case AggregateFunction.First or AggregateFunction.Last:
                state.Best = value;
                break;
            case AggregateFunction.Percentile when number:
                (state.Ranking ??= new Ranking(sliding: false)).Add(Scalars.Of(value));
                break;
            case AggregateFunction.Distinct or AggregateFunction.Collect:
                (state.Bag ??= new ValueBag(function == AggregateFunction.Distinct)).Add(value);
                break;
        }

        state.Numbers += number ? 1 : 0;
    }

    /// <summary>What it came to; unknown over no value, but for counts, which are 0, and lists, which are empty.</summary>
    public Value Read(in AggregateState state) =>
        function switch
        {
            AggregateFunction.Count => Value.Of(state.Count),
            AggregateFunction.Distinct => Value.Of(state.Bag?.Values.Count ?? 0),
            AggregateFunction.Collect => Value.List(state.Bag?.Values ?? []),
            AggregateFunction.First or AggregateFunction.Last => state.Best,
            AggregateFunction.Minimum or AggregateFunction.Maximum => state.Best,
            _ when state.Numbers == 0 => Value.Unknown,
            AggregateFunction.Sum => Typed(state.Sum.Value),
            AggregateFunction.Average => Typed(state.Sum.Value / state.Numbers),
            AggregateFunction.Deviation => Typed(Math.Sqrt(state.Squares / state.Numbers)),
            _ => Typed(state.Ranking!.At(percent)),
        };

    /// <summary>Whether what <see cref="Read"/> gives is not exact.</summary>
    public static bool IsApproximate(in AggregateState state) =>
        state.Ranking is { IsExact: false } || state.Bag is { Overflowed: true };

    /// <summary>A number as the kind of value that the argument has.</summary>
    public Value Typed(double value) =>
        NumberKind switch
        {
            ValueKind.Duration => Scalars.Duration(value),
            ValueKind.Instant => Scalars.Instant(value),
            _ => Value.Of(value),
        };

    /// <summary>Which of two values counts where they are of one kind.</summary>
    public bool Beats(in Value value, in Value best) =>
        CompareNode
            .Apply(function == AggregateFunction.Minimum ? Comparison.Less : Comparison.Greater, value, best)
            .IsTrue;

    private void Extreme(ref AggregateState state, in Value value, bool number)
    {
        if (
            number
                ? state.Numbers == 0 || Beats(value, state.Best)
                : state.Numbers == 0
                    && value.Kind == ValueKind.Text
                    && (state.Best.IsUnknown || Beats(value, state.Best))
        )
        {
            state.Best = value;
        }
    }

    // Welford's recurrence for the squares of the differences from the mean: no cancellation.
    private static void Spread(ref AggregateState state, double x)
    {
        var delta = x - state.Mean;
        state.Mean += delta / (state.Numbers + 1);
        state.Squares += delta * (x - state.Mean);
    }
}

/// <summary>The value of an aggregate of the window being looked at.</summary>
internal sealed class AggregateNode(AggregatePlan plan) : Node(plan.Type)
{
    public override Value Evaluate(Evaluation e) => e.Window is { } window ? window.Results[plan.Slot] : Value.Unknown;
}
