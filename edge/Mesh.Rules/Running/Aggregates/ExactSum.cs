namespace Mesh.Rules.Running;

/// <summary>
/// A sum without rounding: a few doubles that do not overlap and together are exactly what was added (Shewchuk's
/// expansions). What was added can be taken away again without a trace, so a sliding window does not drift and the
/// order of readings makes no difference. Beyond the range of double it is no number, until it is cleared.
/// </summary>
internal struct ExactSum
{
    private double[]? _parts;
    private int _count;

    /// <summary>Whether no intermediate sum has overflowed.</summary>
    public readonly bool IsFinite => _count == 0 || double.IsFinite(_parts![_count - 1]);

    public void Clear() => _count = 0;

    public void Subtract(double value) => Add(-value);

    public void Add(double value)
    {
        var parts = _parts ??= new double[4];
        var kept = 0;
        for (var i = 0; i < _count; i++)
        {
            var part = parts[i];
            var sum = value + part;
            var rest = sum - value;
            var error = (value - (sum - rest)) + (part - rest);
            if (error != 0)
            {
                parts[kept++] = error;
            }

            value = sum;
        }

        if (value != 0)
        {
            if (kept == parts.Length)
            {
                Array.Resize(ref _parts, kept * 2);
            }

            _parts[kept++] = value;
        }

        _count = kept;
    }

    /// <summary>The double nearest to the sum; of two equally near ones the even one.</summary>
    public readonly double Value
    {
        get
        {
            if (_count == 0)
            {
                return 0;
            }

            var at = _count - 1;
            var high = _parts![at];
            var low = 0.0;
            while (at > 0 && low == 0)
            {
                var before = high;
                var part = _parts[--at];
                high = before + part;
                low = part - (high - before);
            }

            // What lies below a tie decides it.
            if (at > 0 && low != 0 && Math.Sign(low) == Math.Sign(_parts[at - 1]))
            {
                var twice = low * 2;
                var rounded = high + twice;
                high = rounded - high == twice ? rounded : high;
            }

            return high;
        }
    }

    public readonly void Save(StateWriter writer)
    {
        writer.Count(_count);
        for (var i = 0; i < _count; i++)
        {
            writer.Double(_parts![i]);
        }
    }

    public static ExactSum Restore(StateReader reader)
    {
        var sum = new ExactSum { _count = reader.Count(64) };
        sum._parts = sum._count == 0 ? null : new double[Math.Max(4, sum._count)];
        for (var i = 0; i < sum._count; i++)
        {
            sum._parts![i] = reader.Double();
        }

        return sum;
    }
}
