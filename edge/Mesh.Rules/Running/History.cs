using Mesh.Contracts;

namespace Mesh.Rules.Running;

/// <summary>
/// The last values of one thing, newest first, as far back as the rule looks. Kept only where a rule uses
/// <c>prev</c>, <c>changed</c> or <c>rate</c>.
/// </summary>
internal sealed class History
{
    /// <summary>How far back <c>prev(x, n)</c> can look.</summary>
    public const int MaxDepth = 16;

    private readonly Value[] _older;
    private Value _current;
    private long _currentAt;
    private long _previousAt;
    private Value _lastKnown;
    private int _count;

    /// <param name="depth">How many values before the current one are kept, 1 to <see cref="MaxDepth"/>.</param>
    public History(int depth) => _older = new Value[depth];

    public Value Current => _current;

    /// <summary>The n-th value before the current one; unknown when there is none.</summary>
    public Value Previous(int n) => _older[n - 1];

    /// <summary>Whether the newest value differs from the known one before it; the first known value is no change.</summary>
    public Value Changed =>
        _current.IsUnknown ? Value.Unknown
        : _lastKnown.IsUnknown ? Value.False
        : Value.Of(!_current.Equals(_lastKnown));

    /// <summary>The change between the last two values per microsecond; unknown unless both are numbers, apart in time.</summary>
    public double RatePerMicro =>
        _count >= 2 && _current.Kind == ValueKind.Number && _older[0].Kind == ValueKind.Number
            ? (_current.Number - _older[0].Number) / (_currentAt - _previousAt)
            : double.NaN;

    public void Push(in Value value, Timestamp at)
    {
        if (!_current.IsUnknown)
        {
            _lastKnown = _current;
        }

        for (var i = _older.Length - 1; i > 0; i--)
        {
            _older[i] = _older[i - 1];
        }

        _older[0] = _current;
        _previousAt = _currentAt;
        _current = value;
        _currentAt = at.Micros;
        _count = Math.Min(_count + 1, 2);
    }

    public void Save(StateWriter writer)
    {
        writer.Value(_current);
        writer.Value(_lastKnown);
        writer.Number(_currentAt);
        writer.Number(_previousAt);
        writer.Count(_count);
        foreach (var value in _older)
        {
            writer.Value(value);
        }
    }

    public static History Restore(StateReader reader, int depth)
    {
        var history = new History(depth)
        {
            _current = reader.Value(),
            _lastKnown = reader.Value(),
            _currentAt = reader.Number(),
            _previousAt = reader.Number(),
            _count = reader.Count(2),
        };
        for (var i = 0; i < depth; i++)
        {
            history._older[i] = reader.Value();
        }

        return history;
    }
}
