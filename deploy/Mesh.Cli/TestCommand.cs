using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Mesh.Rules;
using Mesh.Rules.Testing;
using Mesh.Rules.Yaml;
using Command = System.CommandLine.Command;

namespace Mesh.Cli;

/// <summary><c>mesh rules test</c>: runs the tests that rule files bring along, and those of <c>*.cases.yaml</c>.</summary>
internal static class TestCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("files")
        {
            Description = "Rule files with tests (*.rules.yaml), and files of cases (*.cases.yaml)",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = RecurringOptions.Output("text", "json");
        var coverage = new Option<bool>("--coverage")
        {
            Description = "Name rules, parts of conditions, steps and outputs that no test reached",
        };
        var command = new Command(
            "test",
            "Run the tests of rule files in virtual time, with the engine that nodes use\n\n"
                + "  mesh rules test home.rules.yaml\n"
                + "  mesh rules test rules/*.rules.yaml cases/*.cases.yaml -o json"
        )
        {
            files,
            output,
            coverage,
        };
        command.SetAction(
            (parsed, _) =>
                Failures.CatchAsync(() =>
                    RunAsync(
                        parsed.GetValue(files)!,
                        parsed.GetValue(output) == "json",
                        parsed.GetValue(coverage) ? new TestCoverage() : null
                    )
                )
        );
        return command;
    }

    private static async Task<int> RunAsync(string[] files, bool json, TestCoverage? coverage)
    {
        var diagnostics = new Diagnostics();
        var results = new List<RuleTestResult>();
        foreach (var file in files)
        {
            var read = RuleTestFile.Parse(file, RulesCommand.Read(file), Open, diagnostics);
            coverage?.Expect(read.Rules);
            results.AddRange(read.Tests.Select(t => RuleTestRun.Run(t, coverage)));
        }

        foreach (var found in diagnostics.Items.Where(d => d.Severity == DiagnosticSeverity.Error))
        {
            await Terminal.Error.WriteLineAsync(found.ToString());
        }

        var failed = results.Count(r => !r.Passed);
        await Terminal.Out.WriteLineAsync(
            json ? Json(results, failed, coverage) : Text(results, failed, diagnostics.Errors, coverage)
        );
        return failed > 0 || diagnostics.HasErrors ? Exit.Failed : Exit.Fine;
    }

    private static string Text(List<RuleTestResult> results, int failed, int errors, TestCoverage? coverage)
    {
        var missed = (coverage?.Rules ?? [])
            .Where(r => r.Missing.Count > 0)
            .Select(r => $"{r.File}:{r.Line}: {r.Rule}\n{string.Concat(r.Missing.Select(m => $"    {m}\n"))}");
        var failures = results.Where(r => !r.Passed).Select(TestReport.Text);
        var unread = errors > 0 ? $", {errors.ToString(CultureInfo.InvariantCulture)} errors" : "";
        var sum = string.Create(
            CultureInfo.InvariantCulture,
            $"{results.Count - failed} passed, {failed} failed{unread}"
        );
        return results.Count == 0 && errors == 0
            ? "no tests: the files have no 'tests:'"
            : string.Join('\n', failures.Concat(missed).Append(sum));
    }

    private static string Json(List<RuleTestResult> results, int failed, TestCoverage? coverage)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteNumber("passed", results.Count - failed);
            writer.WriteNumber("failed", failed);
            writer.WriteStartArray("tests");
            foreach (var result in results)
            {
                Write(writer, result);
            }

            writer.WriteEndArray();
            if (coverage is not null)
            {
                writer.WriteStartArray("coverage");
                foreach (var rule in coverage.Rules)
                {
                    Write(writer, rule);
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void Write(Utf8JsonWriter writer, RuleTestResult result)
    {
        writer.WriteStartObject();
        writer.WriteString("file", result.Test.File);
        writer.WriteNumber("line", result.Test.At.Line);
        writer.WriteString("name", result.Test.Name);
        writer.WriteBoolean("passed", result.Passed);
        if (!result.Passed)
        {
            writer.WriteStartArray("lines");
            foreach (var line in result.Lines)
            {
                writer.WriteStartObject();
                writer.WriteString("expected", line.Expected);
                writer.WriteString("actual", line.Actual);
                writer.WriteBoolean("same", line.Same);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteStartArray("faults");
            foreach (var fault in result.Faults)
            {
                writer.WriteStringValue(fault);
            }

            writer.WriteEndArray();
            if (TestReason.Of(result) is { } reason)
            {
                writer.WritePropertyName("why");
                ExplanationJson.Write(writer, reason);
            }
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, UncoveredRule rule)
    {
        writer.WriteStartObject();
        writer.WriteString("file", rule.File);
        writer.WriteNumber("line", rule.Line);
        writer.WriteString("rule", rule.Rule);
        writer.WriteNumber("tests", rule.Tests);
        writer.WriteStartArray("missing");
        foreach (var missing in rule.Missing)
        {
            writer.WriteStringValue(missing);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Whether the file holds tests and only names its rules.</summary>
    public static bool IsCases(string file) => file.EndsWith(".cases.yaml", StringComparison.Ordinal);

    /// <summary>Finds what is wrong with the tests of files, beside what is known to be wrong with their rules.</summary>
    public static void Check(IEnumerable<string> files, Diagnostics diagnostics)
    {
        var known = diagnostics.Items.ToHashSet();
        foreach (var file in files)
        {
            var found = new Diagnostics();
            RuleTestFile.Parse(file, RulesCommand.Read(file), Open, found);
            foreach (var error in found.Items.Where(d => d.Severity == DiagnosticSeverity.Error && known.Add(d)))
            {
                diagnostics.Error(error.File, error.At, error.Message);
            }
        }
    }

    private static string? Open(string path) => File.Exists(path) ? File.ReadAllText(path) : null;
}
