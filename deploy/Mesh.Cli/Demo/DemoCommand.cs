using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Mesh.Contracts;
using Microsoft.Extensions.Logging;
using Spectre.Console;
using Command = System.CommandLine.Command;

namespace Mesh.Cli;

/// <summary><c>mesh demo</c>: the whole mesh at once, on loopback, with a building that lives sixty times as fast.</summary>
internal static class DemoCommand
{
    private static readonly TimeSpan ShowEvery = TimeSpan.FromMilliseconds(500);

    public static Command Create()
    {
        var lasts = new Option<string?>("--for")
        {
            Description = "End by itself after this long (30s), with a summary",
        };
        var processes = new Option<bool>("--processes") { Description = "Every node as a process of its own" };
        var data = new Option<string?>("--data")
        {
            Description = "Folder for configurations and data; default: a new one below the temporary folder",
        };
        var seed = new Option<int>("--seed") { Description = "Which building day", DefaultValueFactory = _ => 1 };
        var command = new Command(
            "demo",
            "Run a cloud, two fogs and a simulated office building; loopback only, no configuration\n\n"
                + "  mesh demo                until Ctrl-C\n"
                + "  mesh demo --for 30s      then compare what was produced with what arrived; exit code 1 if they differ"
        )
        {
            lasts,
            processes,
            data,
            seed,
        };
        command.SetAction(
            (parsed, cancel) =>
                Failures.CatchAsync(() =>
                    RunAsync(
                        Lasts(parsed.GetValue(lasts)),
                        parsed.GetValue(processes),
                        parsed.GetValue(data),
                        parsed.GetValue(seed),
                        cancel
                    )
                )
        );
        return command;
    }

    private static TimeSpan? Lasts(string? text) =>
        text is null ? null
        : Durations.TryParse(text, out var lasts) && lasts > TimeSpan.Zero ? lasts
        : throw new UsageException($"--for {text}: a duration such as 30s or 5m is expected");

    private static async Task<int> RunAsync(
        TimeSpan? lasts,
        bool processes,
        string? data,
        int seed,
        CancellationToken cancel
    )
    {
        var folder = data is null ? Directory.CreateTempSubdirectory("mesh-demo-").FullName : Path.GetFullPath(data);
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new UsageException(
                $"--data {folder}: the folder is not empty; the demo begins with a new one each time"
            );
        }

        Directory.CreateDirectory(folder);
        using var logs = LoggerFactory.Create(logging =>
            logging
                .SetMinimumLevel(Microsoft.Extensions.Logging.LogLevel.Warning)
                .AddProvider(new FileLog(Path.Combine(folder, "demo.log")))
        );
        await using var mesh = await DemoMesh.StartAsync(folder, seed, processes, logs, cancel);
        var view = new DemoView(mesh.Page, folder);
        await ShowAsync(mesh, view, lasts, cancel);
        await Terminal.Error.WriteLineAsync("stopping: the building ends its day, everything on its way arrives");

        // From here on Ctrl-C has done its work: what remains is bounded.
        await mesh.FinishEdgesAsync();
        var figures = await DemoFigures.AskAsync([], mesh.Fogs, CancellationToken.None);
        var ledger = new DemoLedger();
        ledger.ReadProduced(mesh.ProducedFiles);
        await ledger.SettleAsync(mesh.Cloud, mesh.Fogs, CancellationToken.None);
        await SummarizeAsync(ledger, figures, folder);
        return ledger.Agrees ? Exit.Fine : Exit.Failed;
    }

    private static async Task ShowAsync(DemoMesh mesh, DemoView view, TimeSpan? lasts, CancellationToken cancel)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var tail = TailAsync(mesh.Cloud, view, over.Token);
        if (Terminal.IsLive)
        {
            await AnsiConsole
                .Live(view.Render())
                .AutoClear(false)
                .StartAsync(live => LoopAsync(mesh, view, lasts, () => live.UpdateTarget(view.Render()), cancel));
        }
        else
        {
            await Terminal.Out.WriteLineAsync($"page  {mesh.Page}");
            await Terminal.Out.WriteLineAsync($"data  {mesh.Folder}");
            var next = TimeSpan.Zero;
            var started = TimeProvider.System.GetTimestamp();
            await LoopAsync(
                mesh,
                view,
                lasts,
                () =>
                {
                    var now = TimeProvider.System.GetElapsedTime(started);
                    if (now >= next)
                    {
                        next = now + TimeSpan.FromSeconds(5);
                        Terminal.Out.WriteLine(view.Line);
                    }
                },
                cancel
            );
        }

        await over.CancelAsync();
        await tail;
    }

    private static async Task LoopAsync(
        DemoMesh mesh,
        DemoView view,
        TimeSpan? lasts,
        Action show,
        CancellationToken cancel
    )
    {
        var started = TimeProvider.System.GetTimestamp();
        var before = TimeSpan.Zero;
        while (!cancel.IsCancellationRequested)
        {
            var elapsed = TimeProvider.System.GetElapsedTime(started);
            if (lasts is { } end && elapsed >= end)
            {
                return;
            }

            if (mesh.Completion.IsFaulted)
            {
                await mesh.Completion;
            }

            try
            {
                view.Show(await DemoFigures.AskAsync(mesh.Edges, mesh.Fogs, cancel), elapsed - before, elapsed);
                before = elapsed;
                show();
                var left = lasts is { } total ? total - elapsed : ShowEvery;
                await Task.Delay(left < ShowEvery ? left : ShowEvery, cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>Follows the cloud's detections, so that what is shown has come all the way.</summary>
    private static async Task TailAsync(NodeClient cloud, DemoView view, CancellationToken cancel)
    {
        try
        {
            await foreach (var line in cloud.LinesAsync("v1/tail", cancel))
            {
                if (line.StartsWith("data:", StringComparison.Ordinal))
                {
                    using var json = JsonDocument.Parse(line["data:".Length..]);
                    if (
                        json.RootElement.TryGetProperty("rule", out var rule)
                        && json.RootElement.TryGetProperty("severity", out var severity)
                    )
                    {
                        var text = Describe(json.RootElement, rule.GetString()!, severity.GetString()!);
                        view.Detected(text);
                        if (!Terminal.IsLive)
                        {
                            await Terminal.Out.WriteLineAsync(text);
                        }
                    }
                }
            }
        }
        catch (Exception e)
            when (e is OperationCanceledException or IOException or HttpRequestException or JsonException)
        {
            // The demo is over, or the cloud is: the loop beside this one says so.
        }
    }

    private static string Describe(JsonElement detection, string rule, string severity)
    {
        var at = detection.GetProperty("at").GetString()!;
        var key = string.Join(' ', detection.GetProperty("key").EnumerateObject().Select(k => $"{k.Name} {k.Value}"));
        return $"{at[11..19]}  {detection.GetProperty("kind").GetString(), -6} {severity, -8} {rule, -20} {key}";
    }

    private static async Task SummarizeAsync(DemoLedger ledger, DemoFigures figures, string folder)
    {
        var write = Terminal.Out;
        string Line(string name, long count) =>
            string.Create(CultureInfo.InvariantCulture, $"  {name, -34}{count, 9:#,0}");
        await write.WriteLineAsync("\nsummary");
        await write.WriteLineAsync(Line("readings produced by the building", ledger.Produced));
        await write.WriteLineAsync(Line("acknowledged by the fogs", figures.Readings - figures.Duplicates));
        await write.WriteLineAsync(Line("delivered (in the cloud's minutes)", ledger.Delivered));
        await write.WriteLineAsync(Line("lost", ledger.Lost));
        await write.WriteLineAsync(Line("duplicates", ledger.Doubled));
        await write.WriteLineAsync("  detections at the cloud");
        foreach (var ((rule, kind), count) in ledger.Detections)
        {
            await write.WriteLineAsync(Line($"  {rule} {kind}", count));
        }

        await write.WriteLineAsync(
            ledger.Agrees ? "  both ends agree" : "  THE ENDS DISAGREE: what was produced is not what arrived"
        );
        await write.WriteLineAsync($"  everything is in {folder}");
    }
}
