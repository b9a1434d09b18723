using Mesh.Contracts;

namespace Mesh.Rules.Tables;

/// <summary>
/// A reference table: rows by the text of their first column. It never changes; a change makes another one. What is not
/// in it is unknown.
/// </summary>
public sealed class LookupTable
{
    /// <summary>Rows; a longer file is refused.</summary>
    public const int MaxRows = 100_000;

    /// <summary>Columns beside the key; a wider file is refused.</summary>
    public const int MaxColumns = 256;

    public static readonly LookupTable Empty = new([], []);

    private readonly Dictionary<string, int> _columns = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Value[]> _rows;

    internal LookupTable(IReadOnlyList<string> columns, Dictionary<string, Value[]> rows)
    {
        Columns = columns;
        _rows = rows;
        for (var i = 0; i < columns.Count; i++)
        {
            _columns.Add(columns[i], i);
        }
    }

    /// <summary>Without the first, which is the key.</summary>
    public IReadOnlyList<string> Columns { get; }

    public int Rows => _rows.Count;

    /// <summary>A key that is a number or a boolean is found by its text.</summary>
    public Value Find(in Value key, string column) =>
        !key.IsUnknown
        && _columns.TryGetValue(column, out var index)
        && _rows.TryGetValue(key.Kind == ValueKind.Text ? key.Text : key.ToString(), out var row)
            ? row[index]
            : Value.Unknown;

    /// <summary>The table with one cell changed; a row or column that there is not is added.</summary>
    public LookupTable With(string key, string column, Value value)
    {
        var columns = Columns.ToList();
        var index = columns.IndexOf(column);
        if (index < 0)
        {
            index = columns.Count;
            columns.Add(column);
        }

        var rows = _rows.ToDictionary(r => r.Key, r => Widened(r.Value, columns.Count), StringComparer.Ordinal);
        if (!rows.TryGetValue(key, out var row))
        {
            row = new Value[columns.Count];
            rows.Add(key, row);
        }

        row[index] = value;
        return new LookupTable(columns, rows);
    }

    private static Value[] Widened(Value[] row, int columns)
    {
        var wider = new Value[columns];
        row.CopyTo(wider, 0);
        return wider;
    }
}
