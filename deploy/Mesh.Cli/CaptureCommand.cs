using System.CommandLine;
using System.Globalization;
using Mesh.Contracts;
using Mesh.Edge;
using Mesh.Rules;
using Mesh.Rules.Devices;
using Mesh.Rules.Testing;
using Mesh.Rules.Yaml;
using Command = System.CommandLine.Command;

namespace Mesh.Cli;

/// <summary><c>mesh rules capture</c>: makes an incident a test, so that it can be told from now on.</summary>
internal static class CaptureCommand
{
    public static Command Create()
    {
        var rule = new Option<string>("--rule") { Description = "The rule", Required = true };
        var at = new Option<string>("--at") { Description = "The instant of the incident", Required = true };
        var before = new Option<string>("--before")
        {
            Description = "How much before it belongs to it",
            DefaultValueFactory = _ => "10m",
        };
        var after = new Option<string>("--after")
        {
            Description = "How much behind it",
            DefaultValueFactory = _ => "1m",
        };
        var files = new Option<string[]>("--rules")
        {
            Description = "Rule files (*.rules.yaml)",
            AllowMultipleArgumentsPerToken = true,
            Required = true,
        };
        var readings = new Option<string>("--readings", "-r")
        {
            Description = "The recording: .jsonl, or a foreign log with --mapping",
            Required = true,
        };
        var mapping = new Option<string?>("--mapping", "-m") { Description = "How to read a foreign log (YAML)" };
        var devices = new Option<string?>("--devices") { Description = "The registry, for labels" };
        var to = new Option<string?>("--to")
        {
            Description = "The file to write (*.cases.yaml); default: standard output",
        };
        var name = new Option<string?>("--name") { Description = "The name of the test" };
        var command = new Command(
            "capture",
            "Make an incident a test, with the timing it had and no more readings than it needs\n\n"
                + "  mesh rules capture --rule empty-unlocked --at 2026-03-01T08:04:01Z --before 10m \\\n"
                + "    --rules home.rules.yaml --readings day.jsonl --to incident.cases.yaml"
        )
        {
            rule,
            at,
            before,
            after,
            files,
            readings,
            mapping,
            devices,
            to,
            name,
        };
        command.SetAction(
            (parsed, _) =>
                Failures.CatchAsync(() =>
                    RunAsync(
                        new CaptureOptions
                        {
                            Rule = parsed.GetValue(rule)!,
                            At = RulesCommand.Instant(parsed.GetValue(at), "--at")!.Value,
                            Before = Duration(parsed.GetValue(before)!, "--before"),
                            After = Duration(parsed.GetValue(after)!, "--after"),
                            RuleFiles = [.. parsed.GetValue(files)!.Select(f => Relative(f, parsed.GetValue(to)))],
                            Name = parsed.GetValue(name),
                        },
                        parsed.GetValue(files)!,
                        parsed.GetValue(readings)!,
                        parsed.GetValue(mapping),
                        parsed.GetValue(devices),
                        parsed.GetValue(to)
                    )
                )
        );
        return command;
    }

    private static async Task<int> RunAsync(
        CaptureOptions options,
        string[] files,
        string readings,
        string? mapping,
        string? devices,
        string? to
    )
    {
        var diagnostics = new Diagnostics();
        var registry = devices is null
            ? DeviceRegistry.Empty
            : DeviceRegistry.Parse(devices, RulesCommand.Read(devices), diagnostics);
        var rules = RulesCommand.Compile(files, diagnostics);
        var recording = Recordings.Open(readings, mapping, diagnostics);
        if (recording is null || registry is null || diagnostics.HasErrors)
        {
            throw new UsageException(diagnostics);
        }

        var labelled = recording.Read(new RecordingReport()).Select(r => RulesCommand.Labelled(r, registry));
        var test = Capture(rules, labelled, options);
        if (to is null)
        {
            await Terminal.Out.WriteAsync(test.Text);
        }
        else
        {
            await File.WriteAllTextAsync(to, test.Text);
        }

        await Terminal.Error.WriteLineAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{test.Readings} readings from {test.Start}, {test.Outputs} outputs expected"
            )
        );
        return Exit.Fine;
    }

    private static CapturedTest Capture(
        IReadOnlyList<CompiledRule> rules,
        IEnumerable<Reading> readings,
        CaptureOptions options
    )
    {
        try
        {
            return TestCapture.Capture(rules, readings, options);
        }
        catch (ArgumentException e) when (e.ParamName == "options")
        {
            throw new UsageException(e.Message.Split(" (Parameter", 2)[0], e);
        }
    }

    // Paths in a file of cases are relative to its folder.
    private static string Relative(string file, string? to) =>
        to is null ? file : Path.GetRelativePath(Path.GetDirectoryName(Path.GetFullPath(to))!, Path.GetFullPath(file));

    private static TimeSpan Duration(string text, string option) =>
        Durations.TryParse(text, out var duration)
            ? duration
            : throw new UsageException($"{option} {text}: a duration such as 10m is expected");
}
