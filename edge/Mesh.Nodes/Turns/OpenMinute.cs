using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>One sensor's minute while it is still open.</summary>
internal sealed class OpenMinute
{
    /// <summary>Runs of numbers an aggregate lists at most; a sensor whose numbers jump more often gets several.</summary>
    public const int MaxCovers = 1024;

    private readonly List<Covered> _covers = [];
    private long _count;
    private long _numbers;
    private double _sum;
    private double _min;
    private double _max;
    private Value _last;
    private Timestamp _lastAt = Timestamp.MinValue;
    private Labels _labels = Labels.Empty;

    public bool IsFull => _covers.Count >= MaxCovers;

    public void Add(Reading reading)
    {
        _count++;
        Cover(reading.Boot, reading.Seq);
        var value = reading.Trusted;
        if (value.Kind == ValueKind.Number)
        {
            var number = value.Number;
            _min = _numbers == 0 ? number : Math.Min(_min, number);
            _max = _numbers == 0 ? number : Math.Max(_max, number);
            _sum += number;
            _numbers++;
        }

        if (reading.At >= _lastAt)
        {
            (_last, _lastAt, _labels) = (value, reading.At, reading.Labels);
        }
    }

    public Aggregate Build(
        string device,
        string sensor,
        Timestamp start,
        Timestamp end,
        Timestamp clock,
        string node
    ) =>
        new()
        {
            Id = SensorMinutes.IdOf(device, sensor, start),
            Device = device,
            Sensor = sensor,
            Start = start,
            End = end,
            Emitted = clock,
            Count = _count,
            Numbers = _numbers,
            Sum = _sum,
            Min = _min,
            Max = _max,
            Last = _last,
            LastAt = _lastAt,
            Covers = _covers,
            Labels = _labels,
            Node = node,
        };

    public void Save(BinaryWriter writer)
    {
        writer.Write(_count);
        writer.Write(_numbers);
        writer.Write(_sum);
        writer.Write(_min);
        writer.Write(_max);
        writer.Write(_last);
        writer.Write(_lastAt.Micros);
        writer.Write(_labels);
        writer.Write(_covers.Count);
        foreach (var (boot, from, to) in _covers)
        {
            writer.Write(boot);
            writer.Write(from);
            writer.Write(to);
        }
    }

    public static OpenMinute Restore(BinaryReader reader)
    {
        var minute = new OpenMinute
        {
            _count = reader.ReadInt64(),
            _numbers = reader.ReadInt64(),
            _sum = reader.ReadDouble(),
            _min = reader.ReadDouble(),
            _max = reader.ReadDouble(),
            _last = reader.ReadValue(),
            _lastAt = new Timestamp(reader.ReadInt64()),
            _labels = reader.ReadLabels(),
        };
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            minute._covers.Add(new Covered(reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64()));
        }

        return minute;
    }

    private void Cover(long boot, long seq)
    {
        if (_covers.Count > 0 && _covers[^1] is var last && last.Boot == boot && last.To + 1 == seq)
        {
            _covers[^1] = last with { To = seq };
        }
        else
        {
            _covers.Add(new Covered(boot, seq, seq));
        }
    }
}
