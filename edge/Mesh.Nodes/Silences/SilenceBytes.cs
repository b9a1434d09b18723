using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>Silences and maintenance windows as bytes, in frames and snapshots.</summary>
internal static class SilenceBytes
{
    public static void Write(FrameWriter writer, Silence silence)
    {
        writer.Text(silence.Id);
        writer.Text(silence.Rule);
        Write(writer, silence.Key);
        writer.Text(silence.Reason);
        writer.Long(silence.From.Micros);
        writer.Long(silence.Until.Micros);
    }

    public static Silence Read(ref FrameReader reader)
    {
        var (id, rule) = (reader.Text(), reader.Text());
        var key = ReadKey(ref reader);
        return new Silence(id, rule, key, reader.Text(), new Timestamp(reader.Long()), new Timestamp(reader.Long()));
    }

    public static void Write(FrameWriter writer, IReadOnlyList<MaintenanceWindow> windows)
    {
        writer.Number(windows.Count);
        foreach (var window in windows)
        {
            writer.Text(window.Name);
            writer.Number(window.Rules.Count);
            foreach (var rule in window.Rules)
            {
                writer.Text(rule);
            }

            Write(writer, window.Key);
            writer.Byte(window.From is null ? (byte)0 : (byte)1);
            writer.Long(window.From?.Micros ?? 0);
            writer.Long(window.Until?.Micros ?? 0);
            writer.Number(window.Days);
            writer.Number(window.Start);
            writer.Number(window.End);
            writer.Text(window.Zone);
        }
    }

    public static IReadOnlyList<MaintenanceWindow> ReadWindows(ref FrameReader reader)
    {
        var windows = new MaintenanceWindow[reader.Count(reader.Number())];
        for (var i = 0; i < windows.Length; i++)
        {
            var name = reader.Text();
            var rules = new string[reader.Count(reader.Number())];
            for (var r = 0; r < rules.Length; r++)
            {
                rules[r] = reader.Text();
            }

            var key = ReadKey(ref reader);
            var (once, from, until) = (reader.Byte() != 0, reader.Long(), reader.Long());
            windows[i] = new MaintenanceWindow
            {
                Name = name,
                Rules = rules,
                Key = key,
                From = once ? new Timestamp(from) : null,
                Until = once ? new Timestamp(until) : null,
                Days = (int)reader.Number(),
                Start = (int)reader.Number(),
                End = (int)reader.Number(),
                Zone = reader.Text(),
            };
        }

        return windows;
    }

    private static void Write(FrameWriter writer, IReadOnlyList<KeyValuePair<string, string>> key)
    {
        writer.Number(key.Count);
        foreach (var (name, value) in key)
        {
            writer.Text(name);
            writer.Text(value);
        }
    }

    private static KeyValuePair<string, string>[] ReadKey(ref FrameReader reader)
    {
        var key = new KeyValuePair<string, string>[reader.Count(reader.Number())];
        for (var i = 0; i < key.Length; i++)
        {
            key[i] = new(reader.Text(), reader.Text());
        }

        return key;
    }
}
