using Mesh.Rules.Running;

namespace Mesh.Rules;

/// <summary>
/// Which sequence numbers of one run of a device's numbering have been seen: everything up to a floor, and ranges above
/// it. Numbers usually come without holes, so that one range is enough.
/// </summary>
internal sealed class SeenSequences
{
    /// <summary>Ranges kept; beyond, the lowest becomes the floor, so that what is missing below counts as seen.</summary>
    public const int MaxRanges = 64;

    private (long From, long To)[] _ranges = new (long, long)[2];
    private int _count;
    private long _floor = long.MinValue;

    /// <summary>False when the number has been seen, or lies too far back to tell.</summary>
    public bool Add(long seq)
    {
        if (_count > 0 && seq == _ranges[_count - 1].To + 1)
        {
            _ranges[_count - 1].To = seq;
            return true;
        }

        return seq > _floor && Insert(seq);
    }

    public void Save(StateWriter writer)
    {
        writer.Number(_floor);
        writer.Count(_count);
        foreach (var (from, to) in _ranges.AsSpan(0, _count))
        {
            writer.Number(from);
            writer.Number(to);
        }
    }

    public static SeenSequences Restore(StateReader reader)
    {
        var seen = new SeenSequences { _floor = reader.Number(), _count = reader.Count(MaxRanges) };
        seen._ranges = new (long, long)[Math.Max(2, seen._count)];
        for (var i = 0; i < seen._count; i++)
        {
            seen._ranges[i] = (reader.Number(), reader.Number());
        }

        return seen;
    }

    private bool Insert(long seq)
    {
        // The first range that ends at or behind the number; most numbers are near the end.
        var at = _count;
        while (at > 0 && _ranges[at - 1].To >= seq)
        {
            at--;
        }

        if (at < _count && _ranges[at].From <= seq)
        {
            return false;
        }

        var joinsBelow = at > 0 && _ranges[at - 1].To + 1 == seq;
        var joinsAbove = at < _count && _ranges[at].From - 1 == seq;
        if (joinsBelow && joinsAbove)
        {
            _ranges[at - 1].To = _ranges[at].To;
            Remove(at);
        }
        else if (joinsBelow)
        {
            _ranges[at - 1].To = seq;
        }
        else if (joinsAbove)
        {
            _ranges[at].From = seq;
        }
        else
        {
            InsertRange(at, seq);
        }

        return true;
    }

    private void InsertRange(int at, long seq)
    {
        if (_count == _ranges.Length)
        {
            Array.Resize(ref _ranges, _count * 2);
        }

        Array.Copy(_ranges, at, _ranges, at + 1, _count - at);
        _ranges[at] = (seq, seq);
        _count++;
        if (_count > MaxRanges)
        {
            _floor = _ranges[0].To;
            Remove(0);
        }
    }

    private void Remove(int at)
    {
        _count--;
        Array.Copy(_ranges, at + 1, _ranges, at, _count - at);
    }
}
