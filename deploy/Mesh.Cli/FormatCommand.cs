using System.CommandLine;
using Mesh.Rules.Language;
using Mesh.Rules.Yaml;
using Command = System.CommandLine.Command;

namespace Mesh.Cli;

/// <summary><c>mesh rules format</c> and <c>mesh rules schema</c>: for those who write rules in an editor.</summary>
internal static class FormatCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("files")
        {
            Description = "YAML files of rules, cases or devices",
            Arity = ArgumentArity.OneOrMore,
        };
        var check = new Option<bool>("--check") { Description = "Change nothing; exit code 1 if a file would change" };
        var command = new Command(
            "format",
            "Give YAML files their canonical layout; comments and meaning stay\n\n"
                + "  mesh rules format rules/*.rules.yaml\n"
                + "  mesh rules format rules/*.rules.yaml --check"
        )
        {
            files,
            check,
        };
        command.SetAction(
            (parsed, _) => Failures.CatchAsync(() => RunAsync(parsed.GetValue(files)!, parsed.GetValue(check)))
        );
        return command;
    }

    public static Command CreateSchema()
    {
        var command = new Command(
            "schema",
            "Print the JSON Schema of rule files, for editors\n\n"
                + "  mesh rules schema > mesh-rules.schema.json\n"
                + "  and in the first line of a rule file: # yaml-language-server: $schema=mesh-rules.schema.json"
        );
        command.SetAction(
            (_, _) =>
                Failures.CatchAsync(async () =>
                {
                    await Terminal.Out.WriteLineAsync(RuleSchema.Text());
                    return Exit.Fine;
                })
        );
        return command;
    }

    private static async Task<int> RunAsync(string[] files, bool check)
    {
        var diagnostics = new Diagnostics();
        var changed = 0;
        foreach (var file in files)
        {
            var text = RulesCommand.Read(file);
            if (YamlLayout.Format(file, text, diagnostics) is not { } formatted || formatted == text)
            {
                continue;
            }

            changed++;
            if (!check)
            {
                await File.WriteAllTextAsync(file, formatted);
            }

            await Terminal.Out.WriteLineAsync(check ? $"{file} would change" : $"{file} changed");
        }

        foreach (var found in diagnostics.Items.Where(d => d.Severity == DiagnosticSeverity.Error))
        {
            await Terminal.Error.WriteLineAsync(found.ToString());
        }

        return diagnostics.HasErrors || (check && changed > 0) ? Exit.Failed : Exit.Fine;
    }
}
