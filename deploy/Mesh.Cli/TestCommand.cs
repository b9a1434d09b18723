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
        var output = new Option<string>("--output", "-o")
        {
            Description = "text or json",
            DefaultValueFactory = _ => "text",
        };
        output.AcceptOnlyFromAmong("text", "json");
        var command = new Command(
            "test",
            "Run the tests of rule files in virtual time, with the engine that nodes use\n\n"
                + "  mesh rules test home.rules.yaml\n"
                + "  mesh rules test rules/*.rules.yaml cases/*.cases.yaml -o json"
        )
        {
            files,
            output,
        };
        command.SetAction(
            (parsed, _) =>
                Failures.CatchAsync(() => RunAsync(parsed.GetValue(files)!, parsed.GetValue(output) == "json"))
        );
        return command;
    }

    private static async Task<int> RunAsync(string[] files, bool json)
    {
        var diagnostics = new Diagnostics();
        var results = new List<RuleTestResult>();
        foreach (var file in files)
        {
            var read = RuleTestFile.Parse(file, RulesCommand.Read(file), Open, diagnostics);
            results.AddRange(read.Tests.Select(RuleTestRun.Run));
        }

        foreach (var found in diagnostics.Items.Where(d => d.Severity == DiagnosticSeverity.Error))
        {
            await Terminal.Error.WriteLineAsync(found.ToString());
        }

        var failed = results.Count(r => !r.Passed);
        await Terminal.Out.WriteLineAsync(json ? Json(results, failed) : Text(results, failed, diagnostics.Errors));
        return failed > 0 || diagnostics.HasErrors ? Exit.Failed : Exit.Fine;
    }

    private static string Text(List<RuleTestResult> results, int failed, int errors)
    {
        var failures = results.Where(r => !r.Passed).Select(TestReport.Text);
        var unread = errors > 0 ? $", {errors.ToString(CultureInfo.InvariantCulture)} errors" : "";
        var sum = string.Create(
            CultureInfo.InvariantCulture,
            $"{results.Count - failed} passed, {failed} failed{unread}"
        );
        return string.Join('\n', failures.Append(sum));
    }

    private static string Json(List<RuleTestResult> results, int failed)
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

    private static string? Open(string path) => File.Exists(path) ? File.ReadAllText(path) : null;
}
