using Mesh.Contracts;

namespace Mesh.Edge;

/// <summary>One reading of a row, with all columns resolved.</summary>
internal sealed class BoundReading(ReadingMapping mapping, Func<ColumnReference, int> place)
{
    private const int Remembered = 4096;

    private readonly BoundText _device = new(mapping.Device, place);
    private readonly BoundText _sensor = new(mapping.Sensor, place);
    private readonly BoundValue _value = new(mapping.Value, place);
    private readonly BoundText[] _labels = [.. mapping.Labels.Select(l => new BoundText(l.Value, place))];
    private readonly BoundValue[] _fields = [.. mapping.Fields.Select(f => new BoundValue(f.Value, place))];
    private readonly BoundFilter[] _where = [.. mapping.Where.Select(f => new BoundFilter(f, place))];
    private readonly Dictionary<string, Labels> _known = new(StringComparer.Ordinal);

    public bool Applies(Row row) => Array.TrueForAll(_where, f => f.Holds(row));

    /// <summary>What the row says but its time and number. A bad one leaves its problem in the row.</summary>
    public Found Get(Row row, out (string Device, string Sensor, Value Value, Labels Labels, Fields Fields) parts)
    {
        parts = default;
        var found = _value.Get(row, out var value);
        if (found != Found.Value)
        {
            return found;
        }

        if (
            !_device.TryGet(row, "device", out var device)
            || !_sensor.TryGet(row, "sensor", out var sensor)
            || !Named(row, device, sensor)
            || !TryLabels(row, out var labels)
            || !TryFields(row, out var fields)
        )
        {
            return Found.Bad;
        }

        parts = (device, sensor, value, labels, fields);
        return Found.Value;
    }

    public string? Unit => mapping.Unit;

    private bool Named(Row row, string device, string sensor)
    {
        if (!Limits.IsId(device))
        {
            return row.Fail(_device.ColumnIn(row), $"'{device}' is no device id: {Words}");
        }

        return Limits.IsName(sensor) || row.Fail(_sensor.ColumnIn(row), $"'{sensor}' is no sensor name: {Words}");
    }

    private const string Words = "letters, digits and . _ - : are expected; a 'map' can say what it stands for";

    private bool TryLabels(Row row, out Labels labels)
    {
        labels = Labels.Empty;
        if (_labels.Length == 0)
        {
            return true;
        }

        var values = new string[_labels.Length];
        for (var i = 0; i < values.Length; i++)
        {
            if (!_labels[i].TryGet(row, mapping.Labels[i].Key, out values[i]))
            {
                return false;
            }

            if (values[i].Length > Limits.TextLength)
            {
                return row.Fail(_labels[i].ColumnIn(row), $"a label has more than {Limits.TextLength} characters");
            }
        }

        var key = string.Join('\u001f', values);
        if (!_known.TryGetValue(key, out labels!))
        {
            labels = new Labels(mapping.Labels.Select((l, i) => KeyValuePair.Create(l.Key, values[i])));
            if (_known.Count < Remembered)
            {
                _known.Add(key, labels);
            }
        }

        return true;
    }

    private bool TryFields(Row row, out Fields fields)
    {
        fields = Fields.Empty;
        if (_fields.Length == 0)
        {
            return true;
        }

        var entries = new List<KeyValuePair<string, Value>>();
        for (var i = 0; i < _fields.Length; i++)
        {
            switch (_fields[i].Get(row, out var value))
            {
                case Found.Bad:
                    return false;
                case Found.Value:
                    entries.Add(new(mapping.Fields[i].Key, value));
                    break;
            }
        }

        fields = new Fields(entries);
        return true;
    }
}
