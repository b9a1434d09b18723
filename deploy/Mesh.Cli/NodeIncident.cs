using System.Globalization;
using System.Text;
using Mesh.Contracts;
using Mesh.Rules;

namespace Mesh.Cli;

/// <summary>
/// What a running node gives for a capture: the rule files that are active there, written into a folder beside the test,
/// and the readings of its journal.
/// </summary>
internal static class NodeIncident
{
    /// <summary>How far back the journal is read, so that a capture can tell what a rule still remembered.</summary>
    private static readonly TimeSpan History = TimeSpan.FromDays(1);

    /// <summary>What a node answers at most; more is asked for in a shorter span.</summary>
    private const int MaxReadings = 1_000_000;

    /// <summary>The node's rule files and tables, written below <paramref name="folder"/> as they lie to one another.</summary>
    /// <returns>The rule files; the tables are found from there.</returns>
    /// <exception cref="UsageException">A file is there already and says something else.</exception>
    public static async Task<string[]> WriteRulesAsync(NodeClient node, string folder, CancellationToken cancel)
    {
        using var answer = await node.GetAsync("v1/rules/files", cancel);
        var files = answer
            .RootElement.GetProperty("items")
            .EnumerateArray()
            .Select(f => (Name: f.GetProperty("name").GetString()!, Text: f.GetProperty("text").GetString()!))
            .ToList();
        if (files.Count == 0)
        {
            throw new UsageException("the node has no rule files");
        }

        var root = CommonFolder([.. files.Select(f => f.Name)]);
        var rules = new List<string>();
        foreach (var (name, text) in files)
        {
            var path = Path.Combine(folder, Path.GetRelativePath(root, Path.GetFullPath(name)));
            if (File.Exists(path) && await File.ReadAllTextAsync(path, cancel) != text)
            {
                throw new UsageException(
                    $"{path}: is there already, and the node's file is another; name another file with --to, or take this one away"
                );
            }

            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, text, cancel);
            if (!name.EndsWith(".csv", StringComparison.OrdinalIgnoreCase))
            {
                rules.Add(path);
            }
        }

        return [.. rules];
    }

    /// <summary>The readings of these sensors that arrived until the incident's end, as far back as the node can answer.</summary>
    public static async Task<IReadOnlyList<Reading>> ReadingsAsync(
        NodeClient node,
        IEnumerable<string> sensors,
        Timestamp at,
        TimeSpan before,
        TimeSpan after,
        CancellationToken cancel
    )
    {
        var named = string.Concat(sensors.Select(s => $"&sensor={Uri.EscapeDataString(s)}"));
        var until = at + after + TimeSpan.FromMicroseconds(1);
        for (var back = before > History ? before : History; ; back /= 4)
        {
            var readings = new List<Reading>();
            var from = at - (back > before ? back : before);
            await foreach (
                var line in node.LinesAsync(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"v1/journal/readings?from={Uri.EscapeDataString(from.ToString())}&until={Uri.EscapeDataString(until.ToString())}{named}"
                    ),
                    cancel
                )
            )
            {
                readings.Add(ReadingJson.Parse(Encoding.UTF8.GetBytes(line)));
            }

            if (readings.Count < MaxReadings)
            {
                return readings;
            }

            if (back <= before)
            {
                throw new UsageException(
                    "more than a million readings belong to the incident; a shorter --before is expected"
                );
            }
        }
    }

    private static string CommonFolder(IReadOnlyList<string> files)
    {
        var common = Path.GetDirectoryName(Path.GetFullPath(files[0])) ?? "/";
        while (!files.All(f => Path.GetFullPath(f).StartsWith(common.TrimEnd('/') + "/", StringComparison.Ordinal)))
        {
            common = Path.GetDirectoryName(common) ?? "/";
        }

        return common;
    }
}
