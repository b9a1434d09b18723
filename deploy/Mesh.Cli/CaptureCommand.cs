using System.CommandLine;
using Mesh.Contracts;
using Mesh.Edge;
using Mesh.Rules;
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
            Description = "Rule files (*.rules.yaml); with --node, absent: the node's own",
            AllowMultipleArgumentsPerToken = true,
        };
        var readings = new Option<string?>("--readings", "-r")
        {
            Description = "The recording: .jsonl, or a foreign log with --mapping",
        };
        var node = new Option<string?>("--node") { Description = "A running node's API, instead of a recording" };
        var mapping = RecurringOptions.Mapping();
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
                + "    --rules home.rules.yaml --readings day.jsonl --to incident.cases.yaml\n"
                + "  mesh rules capture --rule empty-unlocked --at 2026-03-01T08:04:01Z --before 10m \\\n"
                + "    --node http://127.0.0.1:8081 --to incident.cases.yaml"
        )
        {
            rule,
            at,
            before,
            after,
            files,
            readings,
            node,
            mapping,
            devices,
            to,
            name,
        };
        command.SetAction(
            (parsed, cancel) =>
                Failures.CatchAsync(async () =>
                {
                    var target = parsed.GetValue(to);
                    var given = parsed.GetValue(files) ?? [];
                    var diagnostics = new Diagnostics();
                    var options = new CaptureOptions
                    {
                        Rule = parsed.GetValue(rule)!,
                        At = RulesCommand.Instant(parsed.GetValue(at), "--at")!.Value,
                        Before = Duration(parsed.GetValue(before)!, "--before"),
                        After = Duration(parsed.GetValue(after)!, "--after"),
                        RuleFiles = [.. given.Select(f => Relative(f, target))],
                        Name = parsed.GetValue(name),
                    };
                    var test = (parsed.GetValue(node), parsed.GetValue(readings)) switch
                    {
                        ({ } address, null) => await FromNodeAsync(address, given, target, options, cancel),
                        (null, { } recording) when given.Length > 0 => Capture(
                            RulesCommand.Compile(given, diagnostics),
                            LabelledRecording
                                .Open(recording, parsed.GetValue(mapping), parsed.GetValue(devices), diagnostics)
                                .Read(new RecordingReport()),
                            options
                        ),
                        _ => throw new UsageException(
                            "either --node URL, or --rules FILES --readings FILE is expected"
                        ),
                    };
                    if (target is null)
                    {
                        await Terminal.Out.WriteAsync(test.Text);
                    }
                    else
                    {
                        await File.WriteAllTextAsync(target, test.Text, cancel);
                    }

                    await Terminal.Error.WriteLineAsync(CaptureSource.Sum(test));
                    return Exit.Fine;
                })
        );
        return command;
    }

    // Without rule files of one's own the node's are saved beside the test, so that it can be run and changed.
    private static async Task<CapturedTest> FromNodeAsync(
        string address,
        string[] files,
        string? to,
        CaptureOptions options,
        CancellationToken cancel
    )
    {
        using var node = new NodeClient(address);
        if (files.Length == 0)
        {
            var target =
                to ?? throw new UsageException("--node without --rules needs --to FILE: the rules are saved beside it");
            var folder = Path.Combine(
                Path.GetDirectoryName(Path.GetFullPath(target))!,
                Path.GetFileName(target).Split('.')[0] + ".rules"
            );
            files = await CaptureSource.SaveFilesAsync(node, folder, cancel);
            options = options with { RuleFiles = [.. files.Select(f => Relative(f, to))] };
        }

        var diagnostics = new Diagnostics();
        var rules = RulesCommand.Compile(files, diagnostics);
        if (diagnostics.HasErrors)
        {
            throw new UsageException(diagnostics);
        }

        return Capture(rules, await CaptureSource.JournalAsync(node, rules, options, cancel), options);
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
            throw new UsageException(e);
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
