using System.Text;
using Mesh.Contracts;

namespace Mesh.Rules.Running;

/// <summary>Writes state compactly. A text or a reading that comes again is written as a number.</summary>
internal sealed class StateWriter(BinaryWriter writer)
{
    private readonly Dictionary<string, int> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<Reading, int> _readings = new(ReferenceEqualityComparer.Instance);

    public void Flag(bool value) => writer.Write(value);

    public void Count(int value) => writer.Write7BitEncodedInt(value);

    public void Number(long value) => writer.Write7BitEncodedInt64((value << 1) ^ (value >> 63));

    public void Double(double value) => writer.Write(value);

    public void Text(string? text)
    {
        if (text is null)
        {
            Count(0);
        }
        else if (_texts.TryGetValue(text, out var index))
        {
            Count(index + 2);
        }
        else
        {
            _texts.Add(text, _texts.Count);
            Count(1);
            var bytes = Encoding.UTF8.GetBytes(text);
            Count(bytes.Length);
            writer.Write(bytes);
        }
    }

    public void Value(in Value value)
    {
        writer.Write((byte)value.Kind);
        switch (value.Kind)
        {
            case ValueKind.Boolean:
                Flag(value.IsTrue);
                break;
            case ValueKind.Number:
                Double(value.Number);
                break;
            case ValueKind.Text:
                Text(value.Text);
                break;
            case ValueKind.Duration or ValueKind.Instant:
                Number(value.Micros);
                break;
            case ValueKind.List:
                Count(value.Items.Count);
                foreach (var item in value.Items)
                {
                    Value(item);
                }

                break;
        }
    }

    public void Reading(Reading? reading)
    {
        if (reading is null)
        {
            Count(0);
            return;
        }

        if (_readings.TryGetValue(reading, out var index))
        {
            Count(index + 2);
            return;
        }

        _readings.Add(reading, _readings.Count);
        Count(1);
        Text(reading.Device);
        Text(reading.Sensor);
        Value(reading.Value);
        Number(reading.At.Micros);
        Flag(reading.Received is not null);
        Number(reading.Received?.Micros ?? 0);
        Number(reading.Boot);
        Number(reading.Seq);
        writer.Write((byte)reading.Quality);
        Text(reading.Unit);
        Count(reading.Fields.Count);
        foreach (var (name, value) in reading.Fields)
        {
            Text(name);
            Value(value);
        }

        Count(reading.Labels.Count);
        foreach (var (name, value) in reading.Labels)
        {
            Text(name);
            Text(value);
        }
    }
}
