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
}

/// <summary>An aggregate over the readings of a window, in its slot.</summary>
internal sealed class AggregatePlan(int slot, AggregateFunction function, Node? argument, string text)
{
    /// <summary>The functions as rules write them, and what each is.</summary>
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
    };

    public int Slot { get; } = slot;

    /// <summary>Canonical text, by which equal aggregates share a slot.</summary>
    public string Text { get; } = text;

    public ExpressionType Type =>
        function switch
        {
            AggregateFunction.Count or AggregateFunction.Deviation => ExpressionType.Number,
            AggregateFunction.First
            or AggregateFunction.Last
            or AggregateFunction.Minimum
            or AggregateFunction.Maximum => argument!.Type,
            _ => argument!.Type == ExpressionType.Duration ? ExpressionType.Duration : ExpressionType.Number,
        };

    public void Add(ref AggregateState state, Evaluation e)
    {
        if (argument is null)
        {
            state.Count++;
            return;
        }

        var value = argument.Evaluate(e);
        if (value.IsUnknown || (state.Count > 0 && function > AggregateFunction.Count && value.Kind != state.Best.Kind))
        {
            return;
        }

        switch (function)
        {
            case AggregateFunction.Sum or AggregateFunction.Average or AggregateFunction.Deviation:
                Sum(ref state, value);
                break;
            case AggregateFunction.Minimum when state.Count > 0:
                state.Best = CompareNode.Apply(Comparison.Less, value, state.Best).IsTrue ? value : state.Best;
                break;
            case AggregateFunction.Maximum when state.Count > 0:
                state.Best = CompareNode.Apply(Comparison.Greater, value, state.Best).IsTrue ? value : state.Best;
                break;
            case AggregateFunction.First when state.Count > 0:
                break;
            default:
                state.Best = value;
                break;
        }

        state.Count++;
    }

    /// <summary>What it came to; unknown over no known value, but for counts, which are 0.</summary>
    public Value Read(in AggregateState state) =>
        function switch
        {
            AggregateFunction.Count => Value.Of(state.Count),
            _ when state.Count == 0 => Value.Unknown,
            AggregateFunction.Sum => Typed(state, state.Sum),
            AggregateFunction.Average => Typed(state, state.Sum / state.Count),
            AggregateFunction.Deviation => Value.Of(Math.Sqrt(state.Squares / state.Count)),
            _ => state.Best,
        };

    private static Value Typed(in AggregateState state, double value) =>
        state.Best.Kind == ValueKind.Duration ? Scalars.Duration(value) : Value.Of(value);

    // Welford's recurrence for the squares of the differences from the mean: no cancellation.
    private static void Sum(ref AggregateState state, in Value value)
    {
        var x = Scalars.Of(value);
        state.Best = value;
        var delta = x - state.Mean;
        state.Mean += delta / (state.Count + 1);
        state.Squares += delta * (x - state.Mean);
        state.Sum += x;
    }
}

/// <summary>The value of an aggregate of the window being looked at.</summary>
internal sealed class AggregateNode(AggregatePlan plan) : Node(plan.Type)
{
    public override Value Evaluate(Evaluation e) =>
        e.Window is { } window ? plan.Read(window.Aggregates[plan.Slot]) : Value.Unknown;
}
