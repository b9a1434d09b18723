using Mesh.Contracts;
using Mesh.Rules.Expressions;

namespace Mesh.Rules.Checking;

/// <summary>Which known values of one operand satisfy everything said of it so far.</summary>
internal sealed class OperandRange
{
    private double _low = double.NegativeInfinity;
    private double _high = double.PositiveInfinity;
    private bool _withoutLow;
    private bool _withoutHigh;
    private List<Value>? _allowed;
    private readonly List<Value> _excluded = [];

    public void Compare(Comparison comparison, Value constant)
    {
        switch (comparison)
        {
            case Comparison.Equal:
                Allow([constant]);
                break;
            case Comparison.NotEqual:
                _excluded.Add(constant);
                break;
            case Comparison.Less or Comparison.LessOrEqual:
                Below(Scalars.Of(constant), comparison == Comparison.Less);
                break;
            default:
                Above(Scalars.Of(constant), comparison == Comparison.Greater);
                break;
        }
    }

    public void Allow(IReadOnlyList<Value> values) =>
        _allowed = _allowed is null ? [.. values] : [.. _allowed.Where(values.Contains)];

    public void Exclude(IEnumerable<Value> values) => _excluded.AddRange(values);

    public bool IsEmpty =>
        _allowed is not null
            ? !_allowed.Exists(v => !_excluded.Contains(v) && IsBetween(v))
            : _low > _high || (_low == _high && (_withoutLow || _withoutHigh || _excluded.Exists(IsLow)));

    private bool IsLow(Value value) => Ordered(value) && Scalars.Of(value) == _low;

    private bool IsBetween(Value value)
    {
        if (!Ordered(value))
        {
            return true;
        }

        var number = Scalars.Of(value);
        return (_withoutLow ? number > _low : number >= _low) && (_withoutHigh ? number < _high : number <= _high);
    }

    public static bool Ordered(Value value) => value.Kind is ValueKind.Number or ValueKind.Duration;

    private void Below(double bound, bool without)
    {
        if (bound < _high || (bound == _high && without))
        {
            (_high, _withoutHigh) = (bound, without);
        }
    }

    private void Above(double bound, bool without)
    {
        if (bound > _low || (bound == _low && without))
        {
            (_low, _withoutLow) = (bound, without);
        }
    }
}
