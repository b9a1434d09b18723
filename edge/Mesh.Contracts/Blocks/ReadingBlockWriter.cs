namespace Mesh.Contracts.Blocks;

/// <summary>Writes blocks of readings, reusing its buffers. See <see cref="ReadingBlock"/> for the layout.</summary>
internal sealed class ReadingBlockWriter
{
    private readonly TableWriter _tables = new();
    private readonly Dictionary<Key, Series> _series = [];
    private readonly List<Series> _table = [];
    private readonly Dictionary<(string, long), Series.Counter> _counters = [];
    private readonly ByteColumn _out = new();
    private readonly ByteColumn _seriesBytes = new();
    private readonly ByteColumn _places = new();
    private readonly ByteColumn _ats = new();
    private readonly ByteColumn _received = new();
    private readonly ByteColumn _seqs = new();
    private readonly ByteColumn _bits = new();
    private readonly ByteColumn _numbers = new();
    private readonly ByteColumn _doubles = new();
    private readonly ByteColumn _texts = new();
    private readonly ByteColumn _micros = new();
    private readonly ByteColumn _fields = new();
    private Series[] _ofReading = [];

    internal ReadOnlySpan<byte> Write(IReadOnlyList<Reading> readings)
    {
        Clear();
        if (_ofReading.Length < readings.Count)
        {
            _ofReading = new Series[Math.Max(512, readings.Count)];
        }

        Assign(readings);
        var fromAt = ReceivedFollowsAt(readings);
        Columns(readings, fromAt);
        foreach (var series in _table)
        {
            Describe(series);
        }

        _out.Number((ulong)readings.Count);
        _tables.WriteTo(_out);
        _out.Number((ulong)_table.Count);
        _out.Raw(_seriesBytes.Written);
        _out.Byte(fromAt ? (byte)1 : (byte)0);
        foreach (
            var column in (ReadOnlySpan<ByteColumn>)
                [_places, _ats, _received, _seqs, _bits, _numbers, _doubles, _texts, _micros, _fields]
        )
        {
            _out.Column(column);
        }

        return _out.Written;
    }

    private void Clear()
    {
        _tables.Clear();
        _series.Clear();
        _table.Clear();
        _counters.Clear();
        foreach (
            var column in (ReadOnlySpan<ByteColumn>)
                [
                    _out,
                    _seriesBytes,
                    _places,
                    _ats,
                    _received,
                    _seqs,
                    _bits,
                    _numbers,
                    _doubles,
                    _texts,
                    _micros,
                    _fields,
                ]
        )
        {
            column.Clear();
        }
    }

    /// <summary>First pass: which series each reading is of, and how many decimals a series needs.</summary>
    private void Assign(IReadOnlyList<Reading> readings)
    {
        Series? previous = null;
        for (var i = 0; i < readings.Count; i++)
        {
            var reading = readings[i];
            var expected = previous?.Follower;
            var series = expected is not null && expected.Fits(reading) ? expected : Find(reading);
            _places.Token(series == expected ? 0 : (ulong)series.Place + 1);
            if (previous is not null)
            {
                previous.Follower = series;
            }

            if (series.Kind == ValueKind.Number)
            {
                series.Exponent = Decimals.Exponent(reading.Value.Number, series.Exponent);
            }

            _ofReading[i] = previous = series;
        }
    }

    private Series Find(Reading reading)
    {
        var key = Key.Of(reading);
        if (!_series.TryGetValue(key, out var series))
        {
            if (!_counters.TryGetValue((reading.Device, reading.Boot), out var counter))
            {
                _counters.Add((reading.Device, reading.Boot), counter = new Series.Counter());
            }

            series = new Series
            {
                Device = reading.Device,
                Sensor = reading.Sensor,
                Unit = reading.Unit,
                Labels = reading.Labels,
                Boot = reading.Boot,
                Quality = reading.Quality,
                Kind = reading.Value.Kind,
                HasReceived = reading.Received.HasValue,
                HasFields = reading.Fields.Count > 0,
                Numbers = counter,
                Place = _table.Count,
            };
            _series.Add(key, series);
            _table.Add(series);
        }

        return series;
    }

    private void Describe(Series series)
    {
        _seriesBytes.Number(_tables.Text(series.Device));
        _seriesBytes.Number(_tables.Text(series.Sensor));
        _seriesBytes.Number(_tables.Optional(series.Unit));
        _seriesBytes.Number(_tables.Labels(series.Labels));
        _seriesBytes.Signed(series.Boot - (series.Place == 0 ? 0 : _table[series.Place - 1].Boot));
        _seriesBytes.Byte(
            (byte)(
                (int)series.Kind
                | ((int)series.Quality << 3)
                | (series.HasReceived ? 0x10 : 0)
                | (series.HasFields ? 0x20 : 0)
            )
        );
        _seriesBytes.Byte((byte)series.Exponent);
    }

    /// <summary>Whether the arrivals keep their distance to the instants better than to one another.</summary>
    private static bool ReceivedFollowsAt(IReadOnlyList<Reading> readings)
    {
        double together = 0;
        double apart = 0;
        var (received, delay) = (0L, 0L);
        for (var i = 0; i < readings.Count; i++)
        {
            if (readings[i].Received is { } at)
            {
                together += Cost(at.Micros - received);
                apart += Cost(at.Micros - readings[i].At.Micros - delay);
                (received, delay) = (at.Micros, at.Micros - readings[i].At.Micros);
            }
        }

        return apart < together;
    }

    private static int Cost(long value) =>
        value == 0 ? 0 : 64 - System.Numerics.BitOperations.LeadingZeroCount(ByteColumn.ZigZag(value));

    private void Columns(IReadOnlyList<Reading> readings, bool fromAt)
    {
        var (at, step, received, seq) = (0L, 0L, 0L, 0L);
        for (var i = 0; i < readings.Count; i++)
        {
            var (reading, series) = (readings[i], _ofReading[i]);
            var micros = reading.At.Micros;
            _ats.SignedToken(micros - series.PredictAt(at, step));
            series.MoveTo(micros);
            (at, step) = (micros, series.HasStep ? series.LastStep : step);

            if (series.HasReceived)
            {
                var arrival = reading.Received!.Value.Micros - (fromAt ? micros : 0);
                _received.SignedToken(arrival - received);
                received = arrival;
            }

            _seqs.SignedToken(reading.Seq - series.Numbers.Predict(seq));
            series.Numbers.MoveTo(reading.Seq);
            seq = reading.Seq;

            if (series.HasFields)
            {
                _fields.Token(_tables.Fields(reading.Fields));
            }

            Value(series, reading.Value);
        }
    }

    private void Value(Series series, Value value)
    {
        switch (series.Kind)
        {
            case ValueKind.Boolean:
                _bits.Bit(value.IsTrue);
                break;
            case ValueKind.Number:
                Number(series, value.Number);
                break;
            case ValueKind.Text:
                var place = (long)_tables.Text(value.Text) + 1;
                _texts.Token(place == series.Last ? 0 : (ulong)place);
                series.Last = place;
                break;
            case ValueKind.Duration:
            case ValueKind.Instant:
                _micros.SignedToken(value.Micros - series.Last);
                series.Last = value.Micros;
                break;
            default:
                break;
        }
    }

    /// <summary>0: as before; 1: eight bytes in their own column; else the change and one.</summary>
    private void Number(Series series, double number)
    {
        if (!Decimals.TryScale(number, series.Exponent, out var scaled))
        {
            _numbers.Token(1);
            _doubles.Double(number);
            return;
        }

        var change = ByteColumn.ZigZag(scaled - series.Last);
        _numbers.Token(change == 0 ? 0 : change + 1);
        series.Last = scaled;
    }

    private readonly record struct Key(
        string Device,
        string Sensor,
        string? Unit,
        Labels Labels,
        long Boot,
        Quality Quality,
        ValueKind Kind,
        bool HasReceived,
        bool HasFields
    )
    {
        internal static Key Of(Reading r) =>
            new(
                r.Device,
                r.Sensor,
                r.Unit,
                r.Labels,
                r.Boot,
                r.Quality,
                r.Value.Kind,
                r.Received.HasValue,
                r.Fields.Count > 0
            );

        public bool Equals(Key other) =>
            Boot == other.Boot
            && Kind == other.Kind
            && Quality == other.Quality
            && HasReceived == other.HasReceived
            && HasFields == other.HasFields
            && string.Equals(Device, other.Device, StringComparison.Ordinal)
            && string.Equals(Sensor, other.Sensor, StringComparison.Ordinal)
            && string.Equals(Unit, other.Unit, StringComparison.Ordinal)
            && Labels.Equals(other.Labels);

        public override int GetHashCode() =>
            HashCode.Combine(
                string.GetHashCode(Device, StringComparison.Ordinal),
                string.GetHashCode(Sensor, StringComparison.Ordinal),
                Boot,
                Kind
            );
    }
}
