using System.Diagnostics;
using Mesh.Benchmarks.Nodes;

namespace Mesh.Benchmarks.Processes;

/// <summary>From the start of the process until <c>mesh fog</c> says that it is ready: new data, and data of before.</summary>
internal static class FogStartFigures
{
    private const int Runs = 5;

    public static async Task<IReadOnlyList<Figure>> MeasureAsync()
    {
        using var folder = new Folder();
        await File.WriteAllTextAsync(
            folder.Inside("fog.yaml"),
            """
            node: fog
            tier: fog
            site: figures
            data: data
            http: 127.0.0.1:0
            mqtt: {listen: "127.0.0.1:0"}
            rules: [fog.rules.yaml]
            """
        );
        await File.WriteAllTextAsync(
            folder.Inside("fog.rules.yaml"),
            """
            version: 1
            rules:
              - {id: hot, when: temperature > 30, by: [room], for: 60s}
            """
        );
        var (fresh, again, alone) = (new List<double>(), new List<double>(), new List<double>());
        for (var run = 0; run < Runs; run++)
        {
            fresh.Add(await UntilReadyAsync(folder));
            again.Add(await UntilReadyAsync(folder));
            alone.Add(await UntilEndAsync());
            Directory.Delete(folder.Inside("data"), recursive: true);
        }

        return
        [
            new Figure(
                "ready, new data",
                Median(fresh),
                "ms",
                "mesh --version",
                Median(alone),
                3_000,
                $"median of {Runs}"
            ),
            new Figure(
                "ready, after a kill",
                Median(again),
                "ms",
                "mesh --version",
                Median(alone),
                3_000,
                $"median of {Runs}"
            ),
        ];
    }

    private static async Task<double> UntilReadyAsync(Folder folder)
    {
        var started = Stopwatch.GetTimestamp();
        using var process = MeshProgram.Start("fog", "--config", folder.Inside("fog.yaml"));
        try
        {
            var line = await process.StandardOutput.ReadLineAsync();
            var took = Stopwatch.GetElapsedTime(started);
            if (line?.StartsWith("mesh fog fog ready", StringComparison.Ordinal) != true)
            {
                throw new WrongOutputException($"not ready: {line} {await process.StandardError.ReadToEndAsync()}");
            }

            return took.TotalMilliseconds;
        }
        finally
        {
            await MeshProgram.EndAsync(process);
        }
    }

    /// <summary>What the runtime and the command line cost alone.</summary>
    private static async Task<double> UntilEndAsync()
    {
        var started = Stopwatch.GetTimestamp();
        using var process = MeshProgram.Start("--version");
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        WrongOutputException.Unless(0, process.ExitCode, "exit code of mesh --version");
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
