using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>Values and labels in snapshots, beside what <see cref="BinaryWriter"/> writes by itself.</summary>
internal static class StateBytes
{
    public static void Write(this BinaryWriter writer, Value value)
    {
        writer.Write((byte)value.Kind);
        switch (value.Kind)
        {
            case ValueKind.Unknown:
                break;
            case ValueKind.Number:
                writer.Write(value.Number);
                break;
            case ValueKind.Text:
                writer.Write(value.Text);
                break;
            default:
                writer.Write(value.Micros);
                break;
        }
    }

    public static Value ReadValue(this BinaryReader reader)
    {
        var kind = (ValueKind)reader.ReadByte();
        return kind switch
        {
            ValueKind.Unknown => Value.Unknown,
            ValueKind.Number => Value.Of(reader.ReadDouble()),
            ValueKind.Text => Value.Of(reader.ReadString()),
            ValueKind.Boolean => Value.Of(reader.ReadInt64() != 0),
            ValueKind.Duration => Value.Duration(reader.ReadInt64()),
            ValueKind.Instant => Value.Of(new Timestamp(reader.ReadInt64())),
            _ => throw new FormatException($"a value of kind {kind} in a snapshot"),
        };
    }

    public static void Write(this BinaryWriter writer, Labels labels)
    {
        writer.Write7BitEncodedInt(labels.Count);
        foreach (var (name, text) in labels)
        {
            writer.Write(name);
            writer.Write(text);
        }
    }

    public static Labels ReadLabels(this BinaryReader reader)
    {
        var count = reader.Read7BitEncodedInt();
        if (count == 0)
        {
            return Labels.Empty;
        }

        var entries = new KeyValuePair<string, string>[count];
        for (var i = 0; i < count; i++)
        {
            entries[i] = new(reader.ReadString(), reader.ReadString());
        }

        return new Labels(entries);
    }

    public static void Write(this BinaryWriter writer, Command command)
    {
        writer.Write(command.Id);
        writer.Write(command.Device);
        writer.Write(command.Sensor);
        writer.Write(command.Value);
        writer.Write(command.ExpiresMs);
        writer.Write(command.Cause ?? "");
    }

    public static Command ReadCommand(this BinaryReader reader)
    {
        var (id, device, sensor) = (reader.ReadString(), reader.ReadString(), reader.ReadString());
        var (value, expires, cause) = (reader.ReadValue(), reader.ReadInt64(), reader.ReadString());
        return new Command(id, device, sensor, value, expires, cause.Length == 0 ? null : cause);
    }
}
