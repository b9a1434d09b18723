using System.CommandLine;
using System.Globalization;
using Mesh.Contracts;
using Mesh.Edge;
using Mesh.Nodes;
using Mesh.Rules;
using Mesh.Rules.Yaml;
using Command = System.CommandLine.Command;

namespace Mesh.Cli;

/// <summary><c>mesh replay FILE</c>: a recording becomes the readings of its devices, sent to a fog until it has them all.</summary>
internal static class ReplayCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static Command Create()
    {
        var file = new Argument<string>("file")
        {
            Description = "The recording: .jsonl, or a foreign log with --mapping",
        };
        var mapping = RecurringOptions.Mapping();
        var to = new Option<string>("--to")
        {
            Description = "The fog",
            DefaultValueFactory = _ => "mqtt://127.0.0.1:1883",
        };
        var site = new Option<string>("--site") { Description = "The fog's site", DefaultValueFactory = _ => "site" };
        var source = new Option<string?>("--source") { Description = "Name of the source; default: the file's name" };
        var speed = new Option<string>("--speed")
        {
            Description = "1 as recorded, 60 sixty times as fast, max",
            DefaultValueFactory = _ => "max",
        };
        var times = new Option<int>("--times") { Description = "How many passes", DefaultValueFactory = _ => 1 };
        var command = new Command(
            "replay",
            "Send a recording to a fog, as fast as it takes it or at a pace\n\n"
                + "  mesh replay day.jsonl --speed 60\n"
                + "  mesh replay events.txt --mapping casas.mapping.yaml --to mqtt://127.0.0.1:1883"
        )
        {
            file,
            mapping,
            to,
            site,
            source,
            speed,
            times,
        };
        command.SetAction(
            (parsed, cancel) =>
                Failures.CatchAsync(() =>
                    RunAsync(
                        parsed.GetValue(file)!,
                        parsed.GetValue(mapping),
                        parsed.GetValue(to)!,
                        parsed.GetValue(site)!,
                        parsed.GetValue(source),
                        Speed(parsed.GetValue(speed)!),
                        parsed.GetValue(times),
                        cancel
                    )
                )
        );
        return command;
    }

    private static async Task<int> RunAsync(
        string path,
        string? mapping,
        string to,
        string site,
        string? source,
        double speed,
        int times,
        CancellationToken cancel
    )
    {
        if (!Uri.TryCreate(to, UriKind.Absolute, out var fog) || fog.Scheme != "mqtt")
        {
            throw new UsageException($"--to {to}: the address of a fog is expected, such as mqtt://127.0.0.1:1883");
        }

        var name = source ?? Id(Path.GetFileNameWithoutExtension(path));
        if (!Limits.IsId(name) || !Limits.IsId(site) || times < 1)
        {
            throw new UsageException("--source and --site are ids (letters, digits, . _ -), --times is at least 1");
        }

        var diagnostics = new Diagnostics();
        var recording = Recordings.Open(path, mapping, diagnostics) ?? throw new UsageException(diagnostics);
        var data = Directory.CreateTempSubdirectory("mesh-replay-").FullName;
        try
        {
            var settings = new EdgeSettings(
                new NodeSettings
                {
                    Node = name,
                    Tier = Tier.Edge,
                    Site = site,
                    Data = data,
                    Clock = ClockKind.Recorded,
                },
                [fog],
                new AgentSettings([], [], [new ReplaySettings(path, mapping, speed, times, name, path)])
            );
            using var logs = Logs.ToStandardError(verbose: false, hops: false);
            await using var agent = await EdgeAgent.StartAsync(
                settings,
                [recording],
                [],
                static _ => { },
                TimeProvider.System,
                logs,
                Tiers.Version,
                cancel
            );
            await FirstContactAsync(agent, cancel);
            await agent.Completion.WaitAsync(cancel);
            await Terminal.Out.WriteLineAsync(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{agent.Uplink.Acknowledged} readings acknowledged by {fog}"
                )
            );
            return Exit.Fine;
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    /// <summary>A command that a person waits for gives up when nobody has answered at all; an agent never does.</summary>
    private static async Task FirstContactAsync(EdgeAgent agent, CancellationToken cancel)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!agent.Uplink.Status.Connected && !agent.Completion.IsCompleted)
        {
            if (TimeProvider.System.GetElapsedTime(started) > Patience)
            {
                var status = agent.Uplink.Status;
                throw new HttpRequestException(
                    $"the fog at {status.Target} cannot be reached: {status.Trouble ?? "it does not answer"}; is it running, and is its 'mqtt' the same?"
                );
            }

            await Task.Delay(50, cancel);
        }
    }

    private static double Speed(string text) =>
        text == "max" ? double.PositiveInfinity
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var speed)
        && speed > 0
        && double.IsFinite(speed)
            ? speed
        : throw new UsageException($"--speed {text}: a number above 0, or max, is expected");

    private static string Id(string text) =>
        new([.. text.Select(c => char.IsLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '-')]);
}
