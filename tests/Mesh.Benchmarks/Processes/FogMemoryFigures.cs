using System.Diagnostics;
using System.Globalization;
using Mesh.Benchmarks.Nodes;

namespace Mesh.Benchmarks.Processes;

/// <summary>
/// Resident memory of every process of <c>mesh demo --processes --for 20s</c>, sampled while it runs; Linux only. The
/// demo checks its own numbers and must end with exit code 0.
/// </summary>
internal static class FogMemoryFigures
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(250);

    public static async Task<IReadOnlyList<Figure>> MeasureAsync()
    {
        using var folder = new Folder();
        using var demo = MeshProgram.Start("demo", "--processes", "--for", "20s", "--data", folder.Inside("demo"));
        var said = demo.StandardOutput.ReadToEndAsync();
        var complained = demo.StandardError.ReadToEndAsync();
        var peaks = new Dictionary<string, double>(StringComparer.Ordinal);
        try
        {
            while (!demo.HasExited)
            {
                Sample(demo, peaks);
                await Task.Delay(Every);
            }
        }
        finally
        {
            await MeshProgram.EndAsync(demo);
        }

        if (demo.ExitCode != 0)
        {
            throw new WrongOutputException($"the demo ended with {demo.ExitCode}: {await said} {await complained}");
        }

        var fogs = peaks.Where(p => p.Key.StartsWith("fog", StringComparison.Ordinal)).OrderBy(p => p.Key).ToList();
        WrongOutputException.Unless(2, fogs.Count, "fogs of the demo");
        var edge = peaks.Where(p => p.Key.StartsWith("edge", StringComparison.Ordinal)).Max(p => p.Value);
        return
        [
            .. fogs.Select(fog => new Figure(
                $"{fog.Key}, most resident",
                fog.Value,
                "MB",
                "an agent of the demo",
                edge,
                120,
                string.Create(CultureInfo.InvariantCulture, $"cloud {peaks.GetValueOrDefault("cloud"):0} MB")
            )),
        ];
    }

    private static void Sample(Process demo, Dictionary<string, double> peaks)
    {
        foreach (var child in Children(demo))
        {
            var command = Read($"/proc/{child}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);
            if (command.Length == 0 || Resident(Read($"/proc/{child}/status")) is not { } megabytes)
            {
                continue;
            }

            // The last word of the command line is the configuration: fog-1.yaml.
            var name = Path.GetFileNameWithoutExtension(command[^1]);
            peaks[name] = Math.Max(peaks.GetValueOrDefault(name), megabytes);
        }
    }

    /// <summary>The kernel lists children by the thread that started them.</summary>
    private static IEnumerable<string> Children(Process process)
    {
        var tasks = $"/proc/{process.Id}/task";
        var threads = Directory.Exists(tasks) ? Directory.GetDirectories(tasks) : [];
        return threads.SelectMany(thread =>
            Read(Path.Combine(thread, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries)
        );
    }

    private static double? Resident(string status)
    {
        var line = status.Split('\n').FirstOrDefault(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        var words = line?.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return words is [_, var kilobytes, ..]
            ? double.Parse(kilobytes, CultureInfo.InvariantCulture) * 1024 / 1_000_000
            : null;
    }

    /// <summary>Empty when the process has ended meanwhile.</summary>
    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
