using System.Globalization;
using Mesh.Contracts;

namespace Mesh.Edge;

/// <summary>A text mapping whose columns are resolved to places in the row.</summary>
internal sealed class BoundText(TextMapping mapping, Func<ColumnReference, int> place)
{
    private const int Remembered = 4096;

    private readonly int[] _places = [.. mapping.Parts.Select(p => p.Column is { } column ? place(column) : -1)];

    // Few texts, many rows: the same text is the same object.
    private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _known = new Dictionary<
        string,
        string
    >(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The first column it reads, for the place of a complaint.</summary>
    public int ColumnIn(Row row) => _places.FirstOrDefault(p => p >= 0, -1) is >= 0 and var at ? row.ColumnOf(at) : 1;

    public bool TryGet(Row row, string name, out string text)
    {
        text = "";
        foreach (var at in _places)
        {
            if (at >= 0 && !row.Has(at))
            {
                return row.Fail(
                    1,
                    $"the row has no '{mapping.Parts[_places.IndexOf(at)].Column!.Name}' for its {name}"
                );
            }
        }

        if (_places is [>= 0 and var only])
        {
            return TryLookUp(row, row[only], out text);
        }

        text = _places is [-1]
            ? mapping.Parts[0].Literal
            : string.Concat(mapping.Parts.Select((p, i) => _places[i] < 0 ? p.Literal : row[_places[i]].ToString()));
        return true;
    }

    private bool TryLookUp(Row row, ReadOnlySpan<char> written, out string text)
    {
        if (_known.TryGetValue(written, out text!))
        {
            return true;
        }

        text = written.ToString();
        if (mapping.Table is { } table)
        {
            if (!table.TryFind(written, out var value))
            {
                return row.Fail(ColumnIn(row), table.Complaint(text));
            }

            text = value.ToString();
        }

        if (_known.Dictionary.Count < Remembered)
        {
            _known.Dictionary.Add(written.ToString(), text);
        }

        return true;
    }
}

/// <summary>What a row has for a value.</summary>
internal enum Found : byte
{
    Value,
    Missing,
    Bad,
}

/// <summary>A value mapping whose column is resolved to a place in the row.</summary>
internal sealed class BoundValue(ValueMapping mapping, Func<ColumnReference, int> place)
{
    private readonly int _place = mapping.Column is { } column ? place(column) : -1;

    public Found Get(Row row, out Value value)
    {
        value = mapping.Constant;
        if (_place < 0)
        {
            return Found.Value;
        }

        var text = row[_place];
        if (!row.Has(_place) || IsMissing(text))
        {
            return Found.Missing;
        }

        if (mapping.Table is { } table)
        {
            return table.TryFind(text, out value) ? Found.Value : Bad(row, table.Complaint(text.ToString()));
        }

        return mapping.Type switch
        {
            ValueType.Number => Number(row, text, out value),
            ValueType.Boolean => Boolean(row, text, out value),
            _ => Text(row, text, out value),
        };
    }

    private bool IsMissing(ReadOnlySpan<char> text)
    {
        foreach (var missing in mapping.Missing)
        {
            if (text.SequenceEqual(missing))
            {
                return true;
            }
        }

        return false;
    }

    private Found Number(Row row, ReadOnlySpan<char> text, out Value value)
    {
        var read = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number);
        value = Value.Of(number);
        return read && double.IsFinite(number)
            ? Found.Value
            : Bad(row, $"'{text}' is no number; say what it means with 'map', 'missing' or 'type'");
    }

    private Found Boolean(Row row, ReadOnlySpan<char> text, out Value value)
    {
        value = Value.Of(text is "true" or "True" or "TRUE" or "1");
        return value.IsTrue || text is "false" or "False" or "FALSE" or "0"
            ? Found.Value
            : Bad(row, $"'{text}' is neither true nor false");
    }

    private Found Text(Row row, ReadOnlySpan<char> text, out Value value)
    {
        value = Value.Of(text.ToString());
        return text.Length <= Limits.TextLength
            ? Found.Value
            : Bad(row, $"a text of {text.Length} characters was found; at most {Limits.TextLength} are expected");
    }

    private Found Bad(Row row, string message)
    {
        row.Fail(row.ColumnOf(_place), message);
        return Found.Bad;
    }
}

/// <summary>A condition whose column is resolved to a place in the row.</summary>
internal sealed class BoundFilter(RowFilter filter, Func<ColumnReference, int> place)
{
    private readonly int _place = place(filter.Column);

    public bool Holds(Row row) => row.Has(_place) && filter.Holds(row[_place]);
}
