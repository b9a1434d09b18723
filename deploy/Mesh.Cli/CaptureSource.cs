using System.Globalization;
using System.Text;
using Mesh.Contracts;
using Mesh.Rules;
using Mesh.Rules.Testing;

namespace Mesh.Cli;

/// <summary>What an incident at a node is cut out of: the readings its journal still holds, and its rule files.</summary>
internal static class CaptureSource
{
    // What a rule may remember from before the incident: as far back as a capture looks for it.
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private const int Reach = 64;

    // A node answers no more; what it leaves out is the newest, and so the incident itself.
    private const int MaxReadings = 1_000_000;

    /// <summary>The readings of the node's journal around the incident, of the sensors that rules see.</summary>
    public static async Task<List<Reading>> JournalAsync(
        NodeClient node,
        IReadOnlyList<CompiledRule> rules,
        CaptureOptions options,
        CancellationToken cancel
    )
    {
        var back = options.Before * Reach;
        var from = options.At - (back > Day ? back : Day);
        var until = options.At + options.After + TimeSpan.FromMicroseconds(1);
        var sensors = rules.SelectMany(r => r.Sensors).Distinct(StringComparer.Ordinal);
        var query = string.Concat(sensors.Select(s => $"&sensor={Uri.EscapeDataString(s)}"));
        var path = $"v1/journal/readings?from={from}&until={until}{query}";
        var readings = new List<Reading>();
        await foreach (var line in node.LinesAsync(path, cancel))
        {
            if (ReadingJson.TryRead(Encoding.UTF8.GetBytes(line), out var reading, out var error))
            {
                readings.Add(reading!);
            }
            else if (line.Length > 0)
            {
                throw new HttpRequestException($"the node answered what is no reading: {error}");
            }
        }

        return readings.Count < MaxReadings
            ? readings
            : throw new UsageException(
                "the node's journal holds more than a million readings around the incident; a shorter --before is expected"
            );
    }

    /// <summary>Saves the files that are active at the node into a folder, as they lie to each other; their paths.</summary>
    public static async Task<string[]> SaveFilesAsync(NodeClient node, string folder, CancellationToken cancel)
    {
        using var answer = await node.GetAsync("v1/rules/files", cancel);
        var files = answer
            .RootElement.GetProperty("items")
            .EnumerateArray()
            .Select(f => (Name: f.GetProperty("name").GetString()!, Text: f.GetProperty("text").GetString()!))
            .ToList();
        var root = Common([.. files.Select(f => Path.GetDirectoryName(f.Name) ?? "")]);
        var saved = new List<string>();
        foreach (var (name, text) in files)
        {
            var below = root.Length == 0 ? name : Path.GetRelativePath(root, name);
            var path = Path.GetFullPath(Path.Combine(folder, below));
            if (!path.StartsWith(Path.GetFullPath(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            {
                throw new HttpRequestException($"the node has a rule file with a name that leads elsewhere: {name}");
            }

            if (File.Exists(path) && await File.ReadAllTextAsync(path, cancel) != text)
            {
                throw new UsageException(
                    $"{path}: is there already, and the node's file is another; name another file with --to, or take this one away"
                );
            }

            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, text, cancel);
            saved.Add(path);
        }

        return [.. saved.Where(f => !f.EndsWith(".csv", StringComparison.OrdinalIgnoreCase))];
    }

    // The folder that holds them all.
    private static string Common(IReadOnlyList<string> folders)
    {
        var common = folders.Count == 0 ? "" : folders[0];
        while (
            common.Length > 0 && !folders.All(f => f == common || f.StartsWith(common + '/', StringComparison.Ordinal))
        )
        {
            common = Path.GetDirectoryName(common) ?? "";
        }

        return common;
    }

    public static string Sum(CapturedTest test) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{test.Readings} readings from {test.Start}, {test.Outputs} outputs expected"
        );
}
