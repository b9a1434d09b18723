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
            Description = "Rule files (*.rules.yaml); with --node: instead of the node's own",
            AllowMultipleArgumentsPerToken = true,
        };
        var readings = new Option<string?>("--readings", "-r")
        {
            Description = "The recording: .jsonl, or a foreign log with --mapping",
        };
        var node = new Option<string?>("--node")
        {
            Description = "A running node's API, instead of a recording; its rule files are written beside the test",
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
                + "    --node http://127.0.0.1:8081 --to incident.cases.yaml\n"
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
            node,
            to,
            name,
        };
        command.SetAction(
            (parsed, cancel) =>
                Failures.CatchAsync(async () =>
                {
                    var target = parsed.GetValue(to);
                    CaptureOptions Options(string[] ruleFiles) =>
                        new()
                        {
                            Rule = parsed.GetValue(rule)!,
                            At = RulesCommand.Instant(parsed.GetValue(at), "--at")!.Value,
                            Before = Duration(parsed.GetValue(before)!, "--before"),
                            After = Duration(parsed.GetValue(after)!, "--after"),
                            RuleFiles = [.. ruleFiles.Select(f => Relative(f, target))],
                            Name = parsed.GetValue(name),
                        };
                    var own = parsed.GetValue(files) ?? [];
                    var test = (parsed.GetValue(node), parsed.GetValue(readings)) switch
                    {
                        ({ } address, null) => await FromNodeAsync(address, own, target, Options, cancel),
                        (null, { } recording) when own.Length > 0 => FromRecording(
                            Options(own),
                            own,
                            recording,
                            parsed.GetValue(mapping),
                            parsed.GetValue(devices)
                        ),
                        _ => throw new UsageException(
                            "either --node URL, or --rules FILES --readings FILE is expected"
                        ),
                    };
                    await WriteAsync(test, target, cancel);
                    return Exit.Fine;
                })
        );
        return command;
    }

    private static async Task<CapturedTest> FromNodeAsync(
        string address,
        string[] files,
        string? to,
        Func<string[], CaptureOptions> options,
        CancellationToken cancel
    )
    {
        using var client = new NodeClient(address);
        if (files.Length == 0)
        {
            var folder =
                to ?? throw new UsageException("--node needs --to FILE: the node's rule files are written beside it");
            files = await NodeIncident.WriteRulesAsync(client, FolderOf(folder), cancel);
        }

        var diagnostics = new Diagnostics();
        var rules = RulesCommand.Compile(files, diagnostics);
        if (diagnostics.HasErrors)
        {
            throw new UsageException(diagnostics);
        }

        var chosen = options(files);
        var readings = await NodeIncident.ReadingsAsync(
            client,
            TestCapture.Sensors(rules, chosen.Rule),
            chosen.At,
            chosen.Before,
            chosen.After,
            cancel
        );
        return Capture(rules, readings, chosen);
    }

    private static CapturedTest FromRecording(
        CaptureOptions options,
        string[] files,
        string readings,
        string? mapping,
        string? devices
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
        return Capture(rules, labelled, options);
    }

    private static async Task WriteAsync(CapturedTest test, string? to, CancellationToken cancel)
    {
        if (to is null)
        {
            await Terminal.Out.WriteAsync(test.Text);
        }
        else
        {
            await File.WriteAllTextAsync(to, test.Text, cancel);
        }

        await Terminal.Error.WriteLineAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{test.Readings} readings from {test.Start}, {test.Outputs} outputs expected"
            )
        );
    }

    // incident.cases.yaml has its rule files in incident.rules.
    private static string FolderOf(string to)
    {
        var name = Path.GetFileName(to);
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return Path.Combine(Path.GetDirectoryName(Path.GetFullPath(to))!, (dot > 0 ? name[..dot] : name) + ".rules");
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
