using Mesh.Contracts;
using Mesh.Rules.Compiled;
using Mesh.Rules.Expressions;

namespace Mesh.Rules.Running;

/// <summary>The readings of a window from which the oldest leave one by one: instants, and what the rule asks of each.</summary>
internal sealed class SlidingReadings : WindowContent
{
    /// <summary>Room for readings at first; a power of two, and doubled when full.</summary>
    public const int FirstRoom = 8;

    private static readonly Node Valued = new PartNode(ReadingPart.Parse("value"));

    private readonly AggregatePlan[] _plans;
    private readonly int[] _columnOf;
    private readonly SlidingColumn[] _columns;
    private readonly bool _summed;
    private long[] _instants = new long[FirstRoom];
    private long _first;
    private long _next;
    private long _lastAt;

    /// <param name="aggregates">What the rule asks of the readings.</param>
    /// <param name="summed">Whether the window itself is said, with number, sum and bounds of its values.</param>
    public SlidingReadings(IReadOnlyList<AggregatePlan> aggregates, bool summed)
    {
        _plans = [.. aggregates];
        _summed = summed;
        var arguments = new List<string>();
        if (summed)
        {
            arguments.Add("value");
        }

        foreach (var plan in aggregates)
        {
            if (plan.Argument is not null && !arguments.Contains(ArgumentOf(plan)))
            {
                arguments.Add(ArgumentOf(plan));
            }
        }

        _columnOf = [.. aggregates.Select(p => p.Argument is null ? -1 : arguments.IndexOf(ArgumentOf(p)))];
        _columns = [.. arguments.Select((_, i) => Column(i))];
    }

    public override long Count => _next - _first;

    /// <summary>Microseconds; there must be a reading.</summary>
    public long FirstInstant => _instants[_first & (_instants.Length - 1)];

    public static T[] Grown<T>(T[] from, long first, long next)
    {
        var to = new T[from.Length * 2];
        for (var place = first; place < next; place++)
        {
            to[place & (to.Length - 1)] = from[place & (from.Length - 1)];
        }

        return to;
    }

    public override void Add(Evaluation e, Reading reading, long at)
    {
        var place = Take(at);
        _lastAt = reading.At.Micros;
        foreach (var column in _columns)
        {
            column.Add(place, column.Argument.Evaluate(e));
        }
    }

    public void RemoveFirst()
    {
        var place = _first++;
        foreach (var column in _columns)
        {
            column.Remove(place, _next);
        }
    }

    /// <summary>Everything before the instant leaves.</summary>
    public void RemoveBefore(long instant)
    {
        while (_first < _next && FirstInstant < instant)
        {
            RemoveFirst();
        }
    }

    public override void Sum(WindowState into)
    {
        into.Approximate = false;
        for (var i = 0; i < _plans.Length; i++)
        {
            into.Results[i] =
                _columnOf[i] < 0
                    ? Value.Of(Count)
                    : _columns[_columnOf[i]].Read(_plans[i], _first, _next, ref into.Approximate);
        }

        if (_summed)
        {
            var values = _columns[0];
            into.Summary =
                Count == 0
                    ? default
                    : new WindowSummary(
                        Count,
                        values.Numbers,
                        values.Sum,
                        values.Minimum,
                        values.Maximum,
                        values[_next - 1],
                        _lastAt
                    );
        }
    }

    public override void Save(StateWriter writer)
    {
        writer.Number(_lastAt);
        writer.Number(Count);
        for (var place = _first; place < _next; place++)
        {
            writer.Number(_instants[place & (_instants.Length - 1)]);
            foreach (var column in _columns)
            {
                writer.Value(column[place]);
            }
        }
    }

    public override void Restore(StateReader reader)
    {
        _lastAt = reader.Number();
        for (var left = reader.Number(); left > 0; left--)
        {
            var place = Take(reader.Number());
            foreach (var column in _columns)
            {
                column.Add(place, reader.Value());
            }
        }
    }

    private static string ArgumentOf(AggregatePlan plan) =>
        plan.Argument is PartNode { Part.Kind: PartKind.Value } ? "value" : plan.Text[plan.Text.IndexOf('(')..];

    private SlidingColumn Column(int index)
    {
        var plans = _plans.Where((_, i) => _columnOf[i] == index).ToList();
        var isValue = _summed && index == 0;
        return new SlidingColumn(isValue ? Valued : plans[0].Argument!, plans, isValue);
    }

    private long Take(long at)
    {
        if (Count == _instants.Length)
        {
            foreach (var column in _columns)
            {
                column.Grow(_first, _next);
            }

            _instants = Grown(_instants, _first, _next);
        }

        _instants[_next & (_instants.Length - 1)] = at;
        return _next++;
    }
}
