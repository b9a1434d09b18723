using LiteDB;
using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>
/// Collects the first readings of a query from blocks that overlap in time: it keeps the earliest ones seen and stops
/// when no later block can hold an earlier one.
/// </summary>
internal sealed class ReadingPage
{
    private readonly ReadingQuery _query;
    private readonly int _limit;
    private readonly SortedSet<Reading> _rows = new(InOrder.Instance);

    internal ReadingPage(ReadingQuery query)
    {
        _query = query;
        _limit = Math.Clamp(query.Limit, 1, LocalStore.MostRows);
    }

    internal IReadOnlyList<Reading> Rows() => [.. _rows];

    /// <summary>Looks through one file; false when the page is full.</summary>
    /// <param name="history">The blocks.</param>
    /// <param name="span">Microseconds that no block there exceeds from its first instant to its last.</param>
    internal bool Take(ILiteCollection<BsonDocument> history, long span)
    {
        var from = Math.Max(_query.From.Micros, _query.After?.At.Micros ?? long.MinValue);
        using var blocks = history
            .Query()
            .Where("at BETWEEN @0 AND @1", from - span, _query.To.Micros - 1)
            .OrderBy("at")
            .ToEnumerable()
            .GetEnumerator();
        while (blocks.MoveNext())
        {
            if (_rows.Count >= _limit && blocks.Current["at"].AsInt64 > _rows.Max!.At.Micros)
            {
                return false;
            }

            if (blocks.Current["to"].AsInt64 >= from)
            {
                foreach (var reading in EventBytes.Readings(blocks.Current["b"].AsBinary))
                {
                    Take(reading);
                }
            }
        }

        return _rows.Count < _limit;
    }

    private void Take(Reading reading)
    {
        var fits =
            reading.At >= _query.From
            && reading.At < _query.To
            && (_query.Device is null || reading.Device == _query.Device)
            && (_query.Sensor is null || reading.Sensor == _query.Sensor)
            && (_query.After is null || InOrder.Instance.Compare(reading, _query.After) > 0);
        if (fits && _rows.Add(reading) && _rows.Count > _limit)
        {
            _rows.Remove(_rows.Max!);
        }
    }

    /// <summary>By instant, then identity: the same identity at the same instant is the same reading.</summary>
    private sealed class InOrder : IComparer<Reading>
    {
        internal static readonly InOrder Instance = new();

        public int Compare(Reading? x, Reading? y)
        {
            var order = x!.At.CompareTo(y!.At);
            order = order != 0 ? order : string.CompareOrdinal(x.Device, y.Device);
            order = order != 0 ? order : x.Boot.CompareTo(y.Boot);
            return order != 0 ? order : x.Seq.CompareTo(y.Seq);
        }
    }
}
