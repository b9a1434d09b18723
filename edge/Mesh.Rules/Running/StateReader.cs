using System.Text;
using Mesh.Contracts;

namespace Mesh.Rules.Running;

/// <summary>Reads what <see cref="StateWriter"/> wrote. Anything implausible is an <see cref="InvalidDataException"/>.</summary>
internal sealed class StateReader(BinaryReader reader)
{
    private readonly List<string> _texts = [];
    private readonly List<Reading> _readings = [];

    public bool Flag() => reader.ReadBoolean();

    public int Count(int max = int.MaxValue)
    {
        var value = reader.Read7BitEncodedInt();
        return value >= 0 && value <= max
            ? value
            : throw new InvalidDataException(
                $"A count of {value} was found in saved state; at most {max} is expected."
            );
    }

    public long Number()
    {
        var value = (ulong)reader.Read7BitEncodedInt64();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public double Double() => reader.ReadDouble();

    public string? Text()
    {
        var index = Count(_texts.Count + 2);
        if (index == 0)
        {
            return null;
        }

        if (index > 1)
        {
            return _texts[index - 2];
        }

        var length = Count(1 << 20);
        var text = Encoding.UTF8.GetString(reader.ReadBytes(length));
        _texts.Add(text);
        return text;
    }

    public string RequiredText() => Text() ?? throw new InvalidDataException("A text is missing in saved state.");

    public Value Value() =>
        (ValueKind)reader.ReadByte() switch
        {
            ValueKind.Unknown => default,
            ValueKind.Boolean => Contracts.Value.Of(Flag()),
            ValueKind.Number => Contracts.Value.Of(Double()),
            ValueKind.Text => Contracts.Value.Of(Text()),
            ValueKind.Duration => Contracts.Value.Duration(Number()),
            ValueKind.Instant => Contracts.Value.Of(new Timestamp(Number())),
            ValueKind.List => List(),
            var kind => throw new InvalidDataException($"A value of kind {kind} was found in saved state."),
        };

    private Value List()
    {
        var items = new Value[Count(Limits.ListItems)];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = Value();
        }

        return Contracts.Value.List(items);
    }

    public Reading? Reading()
    {
        var index = Count(_readings.Count + 2);
        if (index == 0)
        {
            return null;
        }

        if (index > 1)
        {
            return _readings[index - 2];
        }

        var device = RequiredText();
        var sensor = RequiredText();
        var value = Value();
        var at = new Timestamp(Number());
        var hasReceived = Flag();
        var received = new Timestamp(Number());
        var result = new Reading
        {
            Device = device,
            Sensor = sensor,
            Value = value,
            At = at,
            Received = hasReceived ? received : null,
            Boot = Number(),
            Seq = Number(),
            Quality = (Quality)reader.ReadByte(),
            Unit = Text(),
            Fields = ReadFields(),
            Labels = ReadLabels(),
        };
        _readings.Add(result);
        return result;
    }

    public Reading RequiredReading() =>
        Reading() ?? throw new InvalidDataException("A reading is missing in saved state.");

    private Fields ReadFields()
    {
        var count = Count(1 << 16);
        if (count == 0)
        {
            return Fields.Empty;
        }

        var entries = new KeyValuePair<string, Value>[count];
        for (var i = 0; i < count; i++)
        {
            var name = RequiredText();
            entries[i] = new(name, Value());
        }

        return new Fields(entries);
    }

    private Labels ReadLabels()
    {
        var count = Count(1 << 16);
        if (count == 0)
        {
            return Labels.Empty;
        }

        var entries = new KeyValuePair<string, string>[count];
        for (var i = 0; i < count; i++)
        {
            var name = RequiredText();
            entries[i] = new(name, RequiredText());
        }

        return new Labels(entries);
    }
}
