using System.Runtime.InteropServices;

namespace Mesh.Rules.Running;

/// <summary>
/// Numbers of which percentiles are asked: all of them in order up to <see cref="MaxExact"/>, beyond that a sketch.
/// Numbers may be taken away again. Which of the two answers depends only on how many numbers there are; both are kept
/// around the bound, so that a window that hovers there is not sorted anew with every reading.
/// </summary>
/// <param name="sliding">Numbers are taken away too: they are kept in order at all times.</param>
internal sealed class Ranking(bool sliding)
{
    /// <summary>Numbers whose percentiles are exact.</summary>
    public const int MaxExact = 10_000;

    private const int Band = 1_000;

    private readonly List<double> _numbers = [];
    private QuantileSketch? _sketch;
    private bool _sorted = true;
    private bool _whole = true;
    private long _count;

    public bool IsExact => _count <= MaxExact;

    public void Clear()
    {
        _numbers.Clear();
        (_sketch, _sorted, _whole, _count) = (null, true, true, 0);
    }

    public void Add(double value)
    {
        _count++;
        _sketch?.Add(value);
        if (_whole)
        {
            Insert(value);
            if (_count > MaxExact && _sketch is null)
            {
                MakeSketch();
            }

            if (_count > MaxExact + Band)
            {
                _numbers.Clear();
                _whole = false;
            }
        }
    }

    /// <summary>Takes away a number that was added.</summary>
    /// <param name="value">The number.</param>
    /// <param name="left">What remains, asked for when it must be sorted anew.</param>
    public void Remove(double value, Func<IEnumerable<double>> left)
    {
        _count--;
        _sketch?.Remove(value);
        if (_whole)
        {
            _numbers.RemoveAt(_numbers.BinarySearch(value));
        }
        else if (_count <= MaxExact)
        {
            _numbers.AddRange(left());
            (_whole, _sorted) = (true, false);
            Sort();
        }

        if (_count < MaxExact - Band)
        {
            _sketch = null;
        }
    }

    /// <summary>Nearest rank: the least number that at least so many percent of all numbers do not exceed.</summary>
    public double At(double percent)
    {
        var rank = Math.Clamp((long)Math.Ceiling(Math.Round(percent * _count / 100, 9)), 1, _count);
        if (!IsExact)
        {
            return _sketch!.AtRank(rank);
        }

        Sort();
        return _numbers[(int)rank - 1];
    }

    public void Save(StateWriter writer)
    {
        writer.Number(_count);
        writer.Flag(_sketch is not null);
        _sketch?.Save(writer);
        writer.Flag(_whole);
        writer.Count(_numbers.Count);
        Sort();
        foreach (var number in _numbers)
        {
            writer.Double(number);
        }
    }

    public static Ranking Restore(StateReader reader)
    {
        var ranking = new Ranking(sliding: false) { _count = reader.Number() };
        ranking._sketch = reader.Flag() ? QuantileSketch.Restore(reader) : null;
        ranking._whole = reader.Flag();
        for (var left = reader.Count(MaxExact + Band); left > 0; left--)
        {
            ranking._numbers.Add(reader.Double());
        }

        return ranking;
    }

    private void MakeSketch()
    {
        _sketch = new QuantileSketch();
        foreach (var number in _numbers)
        {
            _sketch.Add(number);
        }
    }

    private void Insert(double value)
    {
        if (!sliding)
        {
            _sorted &= _numbers.Count == 0 || _numbers[^1] <= value;
            _numbers.Add(value);
            return;
        }

        var place = _numbers.BinarySearch(value);
        _numbers.Insert(place < 0 ? ~place : place, value);
    }

    private void Sort()
    {
        if (_sorted)
        {
            return;
        }

        CollectionsMarshal.AsSpan(_numbers).Sort();
        _sorted = true;
    }
}
