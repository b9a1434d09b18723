using System.Text;
using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>
/// A node's whole state as bytes, and back. The core comes first (registry, rule files, marks, cursors, commands, open
/// minutes, the engine's sources and latest values), then one checkpoint per rule, each with its own frame number.
/// </summary>
internal static class NodeSnapshot
{
    /// <summary>Raised whenever the layout changes; another version is replayed from frames or refused, never guessed.</summary>
    private const byte Version = 4;

    public static Snapshot Take(NodeCore core, long frame)
    {
        var rules = new List<RuleCheckpoint>();
        foreach (var status in core.Engine.Status)
        {
            rules.Add(
                new RuleCheckpoint(status.Rule, frame, Bytes(writer => core.Engine.SaveRule(status.Rule, writer)))
            );
        }

        return new Snapshot(
            Bytes(writer =>
            {
                writer.Write(Version);
                core.Save(writer);
            }),
            rules
        );
    }

    public static void Restore(NodeCore core, Snapshot snapshot)
    {
        using var reader = Reader(snapshot.Core);
        var version = reader.ReadByte();
        if (version != Version)
        {
            throw new FormatException($"the snapshot has version {version}, this program reads {Version}");
        }

        core.Restore(reader);
        foreach (var checkpoint in snapshot.Rules)
        {
            using var state = Reader(checkpoint.State);
            core.Engine.RestoreRule(checkpoint.Rule, state);
        }
    }

    public static void WriteUplink(BinaryWriter writer, UplinkChoice uplink)
    {
        writer.Write(uplink.Enabled);
        writer.Write(uplink.Aggregates);
        writer.Write(uplink.AllReadings);
        writer.Write(uplink.Sensors.Count);
        foreach (var sensor in uplink.Sensors)
        {
            writer.Write(sensor);
        }
    }

    public static UplinkChoice ReadUplink(BinaryReader reader)
    {
        var (enabled, aggregates, all) = (reader.ReadBoolean(), reader.ReadBoolean(), reader.ReadBoolean());
        var sensors = new string[reader.ReadInt32()];
        for (var i = 0; i < sensors.Length; i++)
        {
            sensors[i] = reader.ReadString();
        }

        return new UplinkChoice(enabled, aggregates, all, sensors);
    }

    public static void WriteMark(BinaryWriter writer, (Mark Mark, long Item, long Frame)? newest)
    {
        writer.Write(newest is not null);
        if (newest is var (mark, item, frame))
        {
            writer.Write(mark.Time.Micros);
            writer.Write(mark.Final);
            writer.Write(item);
            writer.Write(frame);
        }
    }

    public static (Mark Mark, long Item, long Frame)? ReadMark(BinaryReader reader) =>
        reader.ReadBoolean()
            ? (
                new Mark(new Timestamp(reader.ReadInt64()), reader.ReadBoolean()),
                reader.ReadInt64(),
                reader.ReadInt64()
            )
            : null;

    public static void WriteFiles(BinaryWriter writer, IReadOnlyList<NamedText> files)
    {
        writer.Write(files.Count);
        foreach (var (name, text) in files)
        {
            writer.Write(name);
            writer.Write(text);
        }
    }

    public static IReadOnlyList<NamedText> ReadFiles(BinaryReader reader)
    {
        var files = new NamedText[reader.ReadInt32()];
        for (var i = 0; i < files.Length; i++)
        {
            files[i] = new NamedText(reader.ReadString(), reader.ReadString());
        }

        return files;
    }

    /// <summary>Ordered by key, so that equal states are equal bytes.</summary>
    public static void WriteMap<T>(BinaryWriter writer, Dictionary<string, T> map, Action<BinaryWriter, T> write)
    {
        writer.Write(map.Count);
        foreach (var (key, value) in map.OrderBy(e => e.Key, StringComparer.Ordinal))
        {
            writer.Write(key);
            write(writer, value);
        }
    }

    public static void ReadMap<T>(BinaryReader reader, Dictionary<string, T> map, Func<BinaryReader, T> read)
    {
        map.Clear();
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            map.Add(reader.ReadString(), read(reader));
        }
    }

    private static byte[] Bytes(Action<BinaryWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
        {
            write(writer);
        }

        return stream.ToArray();
    }

    private static BinaryReader Reader(ReadOnlyMemory<byte> bytes) =>
        new(new MemoryStream(bytes.ToArray()), Encoding.UTF8);
}
