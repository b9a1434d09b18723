using LiteDB;
using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>Instants From (included) to To (not), read in one direction, going on behind a row already seen.</summary>
internal sealed record TimeRange(Timestamp From, Timestamp To, RowCursor? Behind, bool Newest)
{
    /// <summary>Adds the rows of one file up to the limit; false when the page is full.</summary>
    internal bool Take<T>(
        ILiteCollection<BsonDocument> from,
        List<T> rows,
        int limit,
        Func<BsonDocument, bool> wanted,
        Func<BsonDocument, RowCursor, T?> row
    )
        where T : class
    {
        var (low, high) = Bounds();
        var same = new List<BsonDocument>();
        using var documents = from.Query()
            .Where("at BETWEEN @0 AND @1", low, high)
            .OrderBy("at", Newest ? LiteDB.Query.Descending : LiteDB.Query.Ascending)
            .ToEnumerable()
            .GetEnumerator();
        while (documents.MoveNext())
        {
            // Rows of one instant come in no order worth relying on, so they are put in order together.
            if (same.Count > 0 && same[0]["at"] != documents.Current["at"] && !Flush(same, rows, limit, row))
            {
                return false;
            }

            if (wanted(documents.Current))
            {
                same.Add(documents.Current);
            }
        }

        return Flush(same, rows, limit, row);
    }

    private (long Low, long High) Bounds()
    {
        var (low, high) = (From.Micros, To.Micros - 1);
        if (Behind is { } seen)
        {
            (low, high) = Newest ? (low, Math.Min(high, seen.At.Micros)) : (Math.Max(low, seen.At.Micros), high);
        }

        return (low, high);
    }

    private bool Flush<T>(List<BsonDocument> same, List<T> rows, int limit, Func<BsonDocument, RowCursor, T?> row)
        where T : class
    {
        var ordered = same.OrderBy(d => d["_id"].AsInt64);
        foreach (var document in Newest ? ordered.Reverse() : ordered)
        {
            var cursor = new RowCursor(new Timestamp(document["at"].AsInt64), document["_id"].AsInt64);
            if (rows.Count < limit && !Seen(cursor) && row(document, cursor) is { } found)
            {
                rows.Add(found);
            }
        }

        same.Clear();
        return rows.Count < limit;
    }

    private bool Seen(RowCursor cursor) =>
        Behind is { } seen && cursor.At == seen.At && (Newest ? cursor.Row >= seen.Row : cursor.Row <= seen.Row);
}
