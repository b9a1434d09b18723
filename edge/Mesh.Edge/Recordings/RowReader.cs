using Mesh.Contracts;

namespace Mesh.Edge;

/// <summary>One pass of a mapping over the rows of a file.</summary>
internal sealed class RowReader
{
    private readonly BoundMapping _mapping;
    private readonly BoundTime _at;
    private readonly BoundTime? _received;
    private readonly BoundFilter[] _where;
    private readonly BoundFilter[] _skip;
    private readonly BoundReading[] _readings;
    private readonly JsonRow? _json;
    private readonly Row _row = new();
    private readonly Identities _identities = new();

    public RowReader(BoundMapping mapping)
        : this(mapping, mapping.Place) { }

    internal RowReader(BoundMapping mapping, Func<ColumnReference, int> place)
    {
        var file = mapping.File;
        _mapping = mapping;
        _at = new BoundTime(file.At, place);
        _received = file.Received is { } received ? new BoundTime(received, place) : null;
        _where = [.. file.Where.Select(f => new BoundFilter(f, place))];
        _skip = [.. file.Skip.Select(f => new BoundFilter(f, place))];
        _readings = [.. file.Readings.Select(r => new BoundReading(r, place))];
        _json = file.Format == RowFormat.Jsonl ? new JsonRow(mapping.Columns) : null;
    }

    /// <summary>The readings of a line, none for a bad one; <paramref name="fault"/> is told what is wrong.</summary>
    public void Read(string line, long boot, RecordingReport report, Action<int, string> fault, List<Reading> into)
    {
        _row.Start(line);
        if (!Split() || !TryTimes(out var at, out var received))
        {
            fault(_row.Problem!.Value.Column, _row.Problem.Value.Message);
            return;
        }

        if (!Array.TrueForAll(_where, f => f.Holds(_row)) || Array.Exists(_skip, f => f.Holds(_row)))
        {
            report.Skipped++;
            return;
        }

        var print =
            _json is not null && _received is null ? _row.Fingerprint() : _row.Fingerprint(_received?.Places ?? []);
        for (var i = 0; i < _readings.Length; i++)
        {
            if (_readings[i].Applies(_row))
            {
                ReadOne(i, (at, received, boot, print), report, fault, into);
            }
        }
    }

    private void ReadOne(
        int place,
        (Timestamp At, Timestamp? Received, long Boot, UInt128 Print) row,
        RecordingReport report,
        Action<int, string> fault,
        List<Reading> into
    )
    {
        switch (_readings[place].Get(_row, out var parts))
        {
            case Found.Missing:
                report.Missing++;
                return;
            case Found.Bad:
                fault(_row.Problem!.Value.Column, _row.Problem.Value.Message);
                _row.Forgive();
                return;
        }

        if (_identities.Take(parts.Device, row.Print, place, out var seq))
        {
            report.Repeated++;
        }

        into.Add(
            new Reading
            {
                Device = parts.Device,
                Sensor = parts.Sensor,
                Value = parts.Value,
                At = row.At,
                Received = row.Received,
                Seq = seq,
                Boot = row.Boot,
                Unit = _readings[place].Unit,
                Labels = parts.Labels,
                Fields = parts.Fields,
            }
        );
    }

    private bool Split()
    {
        if (_json is not null)
        {
            return _json.Split(_row);
        }

        if (!Splitting.Split(_row, _mapping.File.Format))
        {
            return false;
        }

        var expected = _mapping.Fields;
        if (_row.Count == expected)
        {
            return true;
        }

        var column = _row.Count > expected ? _row.ColumnOf(expected) : Math.Max(1, _row.Line.Length);
        return _row.Fail(
            column,
            $"{_row.Count} fields were found; {expected} are expected"
                + (_mapping.Offset > 0 ? ", the first a row number" : "")
        );
    }

    private bool TryTimes(out Timestamp at, out Timestamp? received)
    {
        received = null;
        if (!_at.TryGet(_row, out at))
        {
            return false;
        }

        if (_received is null)
        {
            return true;
        }

        var found = _received.TryGet(_row, out var time);
        received = time;
        return found;
    }
}
