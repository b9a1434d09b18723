using Mesh.Contracts;
using Mesh.Rules.Compiled;
using Mesh.Rules.Expressions;

namespace Mesh.Rules.Running;

/// <summary>
/// What one expression was for each reading of a sliding window. Totals that can be undone exactly are kept up to date
/// as readings come and leave; the rest is worked out from the values, in their order, when it is asked for.
/// </summary>
internal sealed class SlidingColumn
{
    private readonly ValueKind _numberKind;
    private readonly bool _sums;
    private readonly Extremes? _least;
    private readonly Extremes? _greatest;
    private readonly Ranking? _ranking;
    private readonly Dictionary<Value, int>? _distinct;
    private Value[] _values = new Value[SlidingReadings.FirstRoom];
    private ExactSum _sum;
    private long _known;
    private long _numbers;

    /// <param name="argument">The expression.</param>
    /// <param name="plans">The aggregates over it.</param>
    /// <param name="summed">Sum and bounds are wanted although no aggregate asks for them.</param>
    public SlidingColumn(Node argument, IReadOnlyList<AggregatePlan> plans, bool summed)
    {
        Argument = argument;
        _numberKind = plans.Count > 0 ? plans[0].NumberKind : ValueKind.Number;
        _sums = summed || Asks(plans, AggregateFunction.Sum) || Asks(plans, AggregateFunction.Average);
        _least = summed || Asks(plans, AggregateFunction.Minimum) ? new Extremes(greatest: false) : null;
        _greatest = summed || Asks(plans, AggregateFunction.Maximum) ? new Extremes(greatest: true) : null;
        _ranking = Asks(plans, AggregateFunction.Percentile) ? new Ranking(sliding: true) : null;
        _distinct = Asks(plans, AggregateFunction.Distinct) ? [] : null;
    }

    public Node Argument { get; }

    public long Numbers => _numbers;

    public double Sum => _sum.Value;

    public double Minimum => _numbers == 0 ? 0 : _least!.Best;

    public double Maximum => _numbers == 0 ? 0 : _greatest!.Best;

    public Value this[long place] => _values[place & (_values.Length - 1)];

    public void Grow(long first, long next) => _values = SlidingReadings.Grown(_values, first, next);

    public void Add(long place, in Value value)
    {
        _values[place & (_values.Length - 1)] = value;
        if (value.IsUnknown)
        {
            return;
        }

        _known++;
        if (_distinct is not null)
        {
            _distinct[value] = _distinct.GetValueOrDefault(value) + 1;
        }

        if (value.Kind != _numberKind)
        {
            return;
        }

        _numbers++;
        var number = Scalars.Of(value);
        if (_sums)
        {
            _sum.Add(number);
        }

        _least?.Add(place, number);
        _greatest?.Add(place, number);
        _ranking?.Add(number);
    }

    /// <summary>The oldest value leaves; what remains is from <paramref name="place"/> + 1 to before <paramref name="next"/>.</summary>
    public void Remove(long place, long next)
    {
        var value = this[place];
        _values[place & (_values.Length - 1)] = default;
        if (value.IsUnknown)
        {
            return;
        }

        _known--;
        if (_distinct is not null && --_distinct[value] is var count)
        {
            Forget(value, count);
        }

        if (value.Kind != _numberKind)
        {
            return;
        }

        _numbers--;
        var number = Scalars.Of(value);
        if (_sums)
        {
            Subtract(number, place + 1, next);
        }

        _least?.Remove(place);
        _greatest?.Remove(place);
        if (_ranking is not null)
        {
            Unrank(_ranking, number, place + 1, next);
        }
    }

    /// <summary>What an aggregate over the values from <paramref name="first"/> to before <paramref name="next"/> comes to.</summary>
    public Value Read(AggregatePlan plan, long first, long next, ref bool approximate)
    {
        switch (plan.Function)
        {
            case AggregateFunction.Count:
                return Value.Of(_known);
            case AggregateFunction.Sum when _numbers > 0:
                return plan.Typed(_sum.Value);
            case AggregateFunction.Average when _numbers > 0:
                return plan.Typed(_sum.Value / _numbers);
            case AggregateFunction.Minimum when _numbers > 0:
                return plan.Typed(_least!.Best);
            case AggregateFunction.Maximum when _numbers > 0:
                return plan.Typed(_greatest!.Best);
            case AggregateFunction.Percentile when _numbers > 0:
                approximate |= !_ranking!.IsExact;
                return plan.Typed(_ranking.At(plan.Percent));
            case AggregateFunction.Distinct:
                approximate |= _distinct!.Count > ValueBag.MaxDistinct;
                return Value.Of(Math.Min(_distinct.Count, ValueBag.MaxDistinct));
            case AggregateFunction.Last:
                return Known(next - 1, first - 1, -1);
            case AggregateFunction.First:
                return Known(first, next, 1);
            default:
                return Recompute(plan, first, next);
        }
    }

    // By itself, so that windows without percentiles make no closure.
    private void Unrank(Ranking ranking, double number, long first, long next) =>
        ranking.Remove(number, () => NumbersOf(first, next));

    private static bool Asks(IReadOnlyList<AggregatePlan> plans, AggregateFunction function) =>
        plans.Any(p => p.Function == function);

    private Value Known(long from, long to, int step)
    {
        for (var place = from; place != to; place += step)
        {
            if (this[place] is { IsUnknown: false } value)
            {
                return value;
            }
        }

        return Value.Unknown;
    }

    private Value Recompute(AggregatePlan plan, long first, long next)
    {
        var state = default(AggregateState);
        for (var place = first; place < next; place++)
        {
            if (this[place] is { IsUnknown: false } value)
            {
                plan.Add(ref state, value);
            }
        }

        return plan.Read(state);
    }

    private void Forget(in Value value, int count)
    {
        if (count == 0)
        {
            _distinct!.Remove(value);
        }
    }

    // A sum that has overflowed stays so; when what made it overflow leaves, it is made anew.
    private void Subtract(double number, long first, long next)
    {
        if (_sum.IsFinite)
        {
            _sum.Subtract(number);
            return;
        }

        _sum.Clear();
        foreach (var left in NumbersOf(first, next))
        {
            _sum.Add(left);
        }
    }

    private IEnumerable<double> NumbersOf(long first, long next)
    {
        for (var place = first; place < next; place++)
        {
            if (this[place] is var value && value.Kind == _numberKind)
            {
                yield return Scalars.Of(value);
            }
        }
    }
}
