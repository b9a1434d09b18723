using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Mesh.Contracts;
using Mesh.Edge;
using Mesh.Rules;
using Mesh.Rules.Devices;
using Mesh.Rules.Yaml;
using Command = System.CommandLine.Command;

namespace Mesh.Cli;

/// <summary><c>mesh rules check|run|explain</c>: what an author of rules needs before a node sees them.</summary>
internal static class RulesCommand
{
    public static Command Create() =>
        new("rules", "Check rules, test them, and run them over recordings")
        {
            CreateCheck(),
            TestCommand.Create(),
            CaptureCommand.Create(),
            FormatCommand.Create(),
            FormatCommand.CreateSchema(),
            CreateRun(),
            ExplainCommand.Create(),
            ReloadCommand.Create(),
        };

    private static Command CreateCheck()
    {
        var files = Files();
        var devices = new Option<string?>("--devices") { Description = "The registry (devices.yaml), checked too" };
        var output = RecurringOptions.Output("text", "json");
        var strict = new Option<bool>("--warnings-as-errors") { Description = "Exit code 1 for warnings too" };
        var command = new Command(
            "check",
            "Find every mistake in rule files, with file:line:column\n\n  mesh rules check rules/*.rules.yaml --devices devices.yaml"
        )
        {
            files,
            devices,
            output,
            strict,
        };
        command.SetAction(
            (parsed, _) =>
                Failures.CatchAsync(async () =>
                {
                    var diagnostics = new Diagnostics();
                    var registry = parsed.GetValue(devices) is { } file
                        ? DeviceRegistry.Parse(file, Read(file), diagnostics)
                        : null;
                    var cases = parsed.GetValue(files)!.ToLookup(TestCommand.IsCases);
                    var rules = Compile(cases[false], diagnostics);
                    if (!diagnostics.HasErrors)
                    {
                        RuleChecker.Check(rules, registry, diagnostics);
                    }

                    TestCommand.Check([.. parsed.GetValue(files)!.Where(f => !IsAssembly(f))], diagnostics);

                    var found = diagnostics.Items;
                    if (parsed.GetValue(output) == "json")
                    {
                        await Terminal.Out.WriteLineAsync(Json(found));
                    }
                    else
                    {
                        foreach (var one in found)
                        {
                            await Terminal.Out.WriteLineAsync(one.ToString());
                        }

                        foreach (var assembly in cases[false].Where(IsAssembly).Where(File.Exists))
                        {
                            var hash = RuleAssemblies.HashOf(await File.ReadAllBytesAsync(assembly));
                            await Terminal.Out.WriteLineAsync($"{assembly}: SHA-256 {hash}");
                        }

                        await Terminal.Error.WriteLineAsync(Sum(rules.Count, diagnostics, found.Count));
                    }

                    return diagnostics.HasErrors || (parsed.GetValue(strict) && found.Count > 0)
                        ? Exit.Failed
                        : Exit.Fine;
                })
        );
        return command;
    }

    private static Command CreateRun()
    {
        var files = Files();
        var readings = new Option<string>("--readings", "-r")
        {
            Description = "The recording: .jsonl, or a foreign log with --mapping",
            Required = true,
        };
        var mapping = RecurringOptions.Mapping();
        var devices = new Option<string?>("--devices") { Description = "The registry: labels, and who is expected" };
        var from = new Option<string?>("--from") { Description = "First instant; default: the first reading" };
        var until = new Option<string?>("--until")
        {
            Description = "Last instant, or how long after the first, such as 10m; default: the last reading",
        };
        var output = RecurringOptions.Output("jsonl", "text");
        var command = new Command(
            "run",
            "Run rules over a recording in virtual time, with the engine that nodes use; actions are not executed\n\n"
                + "  mesh rules run first.rules.yaml --readings day.jsonl\n"
                + "  mesh rules run home.rules.yaml --readings events.txt --mapping casas.mapping.yaml -o text"
        )
        {
            files,
            readings,
            mapping,
            devices,
            from,
            until,
            output,
        };
        command.SetAction(
            (parsed, _) =>
                Failures.CatchAsync(() =>
                    RunAsync(
                        parsed.GetValue(files)!,
                        parsed.GetValue(readings)!,
                        parsed.GetValue(mapping),
                        parsed.GetValue(devices),
                        new RuleRunOptions
                        {
                            From = Instant(parsed.GetValue(from), "--from"),
                            Until = Last(parsed.GetValue(until)).At,
                            Span = Last(parsed.GetValue(until)).Span,
                        },
                        parsed.GetValue(output) == "text"
                    )
                )
        );
        return command;
    }

    private static async Task<int> RunAsync(
        string[] files,
        string readings,
        string? mapping,
        string? devices,
        RuleRunOptions options,
        bool text
    )
    {
        var diagnostics = new Diagnostics();
        var rules = Compile(files, diagnostics);
        var recording = LabelledRecording.Open(readings, mapping, devices, diagnostics);
        var report = new RecordingReport();
        var lines = Terminal.Out;
        var result = RuleRun.Run(
            rules,
            recording.Read(report),
            options with
            {
                Registry = recording.Registry,
            },
            output => lines.WriteLine(text ? Sentence(output) : EventJson.Text(output.Event))
        );
        await lines.FlushAsync();
        foreach (var problem in report.Problems)
        {
            await Terminal.Error.WriteLineAsync(problem);
        }

        await Terminal.Error.WriteLineAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Readings} readings, {result.Duplicates} duplicates, {report.Bad} rows not read"
            )
        );
        foreach (var rule in result.Rules)
        {
            var fault = rule.Fault is null ? "" : $", STOPPED: {rule.Fault}";
            await Terminal.Error.WriteLineAsync(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {rule.Rule, -30} {rule.Outputs} outputs, {rule.Seen} seen, {rule.Late} late, {rule.Unkeyed} unkeyed{fault}"
                )
            );
        }

        return report.Bad > 0 || result.Rules.Any(r => r.Fault is not null) ? Exit.Failed : Exit.Fine;
    }

    private static Argument<string[]> Files() =>
        new("files") { Description = "Rule files (*.rules.yaml)", Arity = ArgumentArity.OneOrMore };

    /// <summary>Rules of files and, where they end in .dll, of assemblies.</summary>
    public static IReadOnlyList<CompiledRule> Compile(IEnumerable<string> files, Diagnostics diagnostics)
    {
        var byKind = files.ToLookup(IsAssembly);
        return
        [
            .. RuleCompiler.CompileAll(
                [.. byKind[false].Select(file => (file, Read(file)))],
                diagnostics,
                table => File.Exists(table) ? Read(table) : null
            ),
            .. byKind[true].SelectMany(file => RuleAssemblies.Load(file, null, diagnostics)),
        ];
    }

    private static bool IsAssembly(string file) => file.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);

    public static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UsageException($"{file}: there is no such file", e);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new UsageException(
                Directory.Exists(file)
                    ? $"{file}: this is a folder; files are expected, such as {Path.Combine(file, "*.rules.yaml")}"
                    : $"{file}: the file cannot be read: {e.Message}",
                e
            );
        }
    }

    public static Timestamp? Instant(string? text, string option) =>
        text is null ? null
        : Timestamp.TryParse(text, out var value) ? value
        : throw new UsageException($"{option} {text}: an instant such as 2026-03-01T08:00:00Z is expected");

    private static (Timestamp? At, TimeSpan? Span) Last(string? text) =>
        text is null ? (null, null)
        : Durations.TryParse(text, out var span) ? (null, span)
        : Timestamp.TryParse(text, out var at) ? (at, null)
        : throw new UsageException(
            $"--until {text}: an instant such as 2026-03-01T08:00:00Z or a duration such as 10m is expected"
        );

    private static string Sentence(RuleOutput output) =>
        output.Event switch
        {
            Detection d =>
                $"{d.At}  {EventJson.KindName(d.Kind), -7} {d.Rule}  {Words(d.Key.Select(k => (k.Name, k.Value)))}  {Words(d.Values.Select(v => (v.Key, v.Value)))}",
            Aggregate a =>
                $"{a.End}  window  {a.Rule}  {Words(a.Key.Select(k => (k.Name, k.Value)))}  {Words(a.Values.Select(v => (v.Key, v.Value)))}",
            var other => other.ToString() ?? "",
        };

    private static string Words(IEnumerable<(string Name, Value Value)> parts) =>
        string.Join(' ', parts.Select(p => $"{p.Name}={p.Value}"));

    private static string Sum(int rules, Diagnostics diagnostics, int found) =>
        found == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{rules} rules, nothing wrong")
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{diagnostics.Errors} errors, {found - diagnostics.Errors} warnings"
            );

    private static string Json(IReadOnlyList<Diagnostic> found)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartArray();
            foreach (var one in found)
            {
                writer.WriteStartObject();
                writer.WriteString("file", one.File);
                writer.WriteNumber("line", one.Line);
                writer.WriteNumber("column", one.Column);
                writer.WriteString("severity", one.Severity == DiagnosticSeverity.Error ? "error" : "warning");
                writer.WriteString("message", one.Message);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }
}
