using Mesh.Contracts;
using Mesh.Rules.Compiled;
using Mesh.Rules.Expressions;

namespace Mesh.Rules.Running;

/// <summary>Sums up readings that all leave at once: it keeps totals, not the readings.</summary>
/// <param name="aggregates">What the rule asks of the readings.</param>
/// <param name="summed">Whether the window itself is said, with number, sum and bounds of its values.</param>
internal sealed class WindowTotals(IReadOnlyList<AggregatePlan> aggregates, bool summed) : WindowContent
{
    private readonly AggregatePlan[] _plans = [.. aggregates];
    private readonly AggregateState[] _states = new AggregateState[aggregates.Count];
    private long _count;
    private long _numbers;
    private ExactSum _sum;
    private double _minimum;
    private double _maximum;
    private Value _last;
    private long _lastAt;

    public override long Count => _count;

    public override void Add(Evaluation e, Reading reading, long at)
    {
        _count++;
        for (var i = 0; i < _plans.Length; i++)
        {
            _plans[i].Add(ref _states[i], e);
        }

        if (!summed)
        {
            return;
        }

        _last = reading.Trusted;
        _lastAt = reading.At.Micros;
        if (_last.Kind == ValueKind.Number)
        {
            var number = _last.Number;
            _minimum = _numbers == 0 ? number : Math.Min(_minimum, number);
            _maximum = _numbers == 0 ? number : Math.Max(_maximum, number);
            _sum.Add(number);
            _numbers++;
        }
    }

    public override void Sum(WindowState into)
    {
        into.Approximate = false;
        for (var i = 0; i < _plans.Length; i++)
        {
            into.Results[i] = _plans[i].Read(_states[i]);
            into.Approximate |= AggregatePlan.IsApproximate(_states[i]);
        }

        into.Summary = new WindowSummary(_count, _numbers, _sum.Value, _minimum, _maximum, _last, _lastAt);
    }

    public void Clear()
    {
        foreach (ref var state in _states.AsSpan())
        {
            state.Clear();
        }

        _sum.Clear();
        (_count, _numbers, _minimum, _maximum, _last, _lastAt) = (0, 0, 0, 0, default, 0);
    }

    public override void Save(StateWriter writer)
    {
        writer.Number(_count);
        writer.Number(_numbers);
        _sum.Save(writer);
        writer.Double(_minimum);
        writer.Double(_maximum);
        writer.Value(_last);
        writer.Number(_lastAt);
        foreach (var state in _states)
        {
            state.Save(writer);
        }
    }

    public override void Restore(StateReader reader)
    {
        _count = reader.Number();
        _numbers = reader.Number();
        _sum = ExactSum.Restore(reader);
        _minimum = reader.Double();
        _maximum = reader.Double();
        _last = reader.Value();
        _lastAt = reader.Number();
        foreach (ref var state in _states.AsSpan())
        {
            state = AggregateState.Restore(reader);
        }
    }
}
