namespace Mesh.Contracts.Blocks;

/// <summary>Reads what <see cref="ReadingBlockWriter"/> wrote, or anything else that claims to be that.</summary>
internal ref struct ReadingBlockReader
{
    private readonly Tables _tables;
    private readonly bool _fromAt;
    private ByteCursor _places;
    private ByteCursor _ats;
    private ByteCursor _received;
    private ByteCursor _seqs;
    private ByteCursor _bits;
    private ByteCursor _numbers;
    private ByteCursor _doubles;
    private ByteCursor _texts;
    private ByteCursor _micros;
    private ByteCursor _fields;
    private Series? _previous;
    private long _at;
    private long _step;
    private long _arrival;
    private long _seq;

    private ReadingBlockReader(Tables tables, bool fromAt, ref ByteCursor from)
    {
        _tables = tables;
        _fromAt = fromAt;
        _places = from.Column();
        _ats = from.Column();
        _received = from.Column();
        _seqs = from.Column();
        _bits = from.Column();
        _numbers = from.Column();
        _doubles = from.Column();
        _texts = from.Column();
        _micros = from.Column();
        _fields = from.Column();
    }

    internal static Reading[] Read(ReadOnlySpan<byte> bytes)
    {
        var from = new ByteCursor(bytes);
        var count = from.Count(BlockBounds.Items);
        var tables = Tables.Read(ref from);
        var series = ReadSeries(ref from, tables);
        var reader = new ReadingBlockReader(tables, from.Byte() != 0, ref from);
        var readings = new Reading[count];
        for (var i = 0; i < count; i++)
        {
            readings[i] = reader.Next(series);
        }

        return readings;
    }

    private static Series[] ReadSeries(ref ByteCursor from, Tables tables)
    {
        var all = new Series[from.CountOfBytes(BlockBounds.Items)];
        var counters = new Dictionary<(string, long), Series.Counter>();
        var boot = 0L;
        for (var i = 0; i < all.Length; i++)
        {
            var (device, sensor) = (from.In(tables.Texts), from.In(tables.Texts));
            var (unit, labels) = (tables.Optional(ref from), from.In(tables.Labels));
            boot += from.Signed();
            var (flags, exponent) = (from.Byte(), from.Byte());
            if ((flags & 7) > (int)ValueKind.Instant || flags > 0x3F || exponent > Decimals.Most)
            {
                throw new FormatException($"a series with flags {flags} and {exponent} decimals");
            }

            if (!counters.TryGetValue((device, boot), out var counter))
            {
                counters.Add((device, boot), counter = new Series.Counter());
            }

            all[i] = new Series
            {
                Device = device,
                Sensor = sensor,
                Unit = unit,
                Labels = labels,
                Boot = boot,
                Kind = (ValueKind)(flags & 7),
                Quality = (Quality)((flags >> 3) & 1),
                HasReceived = (flags & 0x10) != 0,
                HasFields = (flags & 0x20) != 0,
                Exponent = exponent,
                Numbers = counter,
                Place = i,
            };
        }

        return all;
    }

    private Reading Next(Series[] table)
    {
        var place = _places.Token();
        var series =
            place == 0 ? _previous?.Follower
            : place <= (ulong)table.Length ? table[place - 1]
            : null;
        if (series is null)
        {
            throw new FormatException("a reading of no series");
        }

        if (_previous is not null)
        {
            _previous.Follower = series;
        }

        _previous = series;
        var at = series.PredictAt(_at, _step) + _ats.SignedToken();
        series.MoveTo(at);
        (_at, _step) = (at, series.HasStep ? series.LastStep : _step);
        Timestamp? received = null;
        if (series.HasReceived)
        {
            _arrival += _received.SignedToken();
            received = new Timestamp(_arrival + (_fromAt ? at : 0));
        }

        _seq = series.Numbers.Predict(_seq) + _seqs.SignedToken();
        series.Numbers.MoveTo(_seq);
        return new Reading
        {
            Device = series.Device,
            Sensor = series.Sensor,
            Unit = series.Unit,
            Labels = series.Labels,
            Boot = series.Boot,
            Quality = series.Quality,
            Seq = _seq,
            At = new Timestamp(at),
            Received = received,
            Fields = series.HasFields ? Field() : Fields.Empty,
            Value = Value(series),
        };
    }

    private Fields Field()
    {
        var place = _fields.Token();
        return place < (ulong)_tables.Fields.Length
            ? _tables.Fields[place]
            : throw new FormatException($"{place} is no place in a table of {_tables.Fields.Length}");
    }

    private Value Value(Series series)
    {
        switch (series.Kind)
        {
            case ValueKind.Boolean:
                return Contracts.Value.Of(_bits.Bit());
            case ValueKind.Number:
                return Contracts.Value.Of(Number(series));
            case ValueKind.Text:
                return Contracts.Value.Of(Text(series));
            case ValueKind.Duration:
                return Contracts.Value.Duration(series.Last += _micros.SignedToken());
            case ValueKind.Instant:
                return Contracts.Value.Of(new Timestamp(series.Last += _micros.SignedToken()));
            default:
                return Contracts.Value.Unknown;
        }
    }

    private double Number(Series series)
    {
        var token = _numbers.Token();
        if (token == 1)
        {
            return _doubles.Double();
        }

        if (token > 1)
        {
            var change = token - 1;
            series.Last += (long)(change >> 1) ^ -(long)(change & 1);
        }

        return Decimals.Unscale(series.Last, series.Exponent);
    }

    private string Text(Series series)
    {
        var token = _texts.Token();
        series.Last = token == 0 ? series.Last : (long)Math.Min(token, int.MaxValue);
        return series.Last > 0 && series.Last <= _tables.Texts.Length
            ? _tables.Texts[series.Last - 1]
            : throw new FormatException($"{series.Last} is no place in a table of {_tables.Texts.Length}");
    }
}
