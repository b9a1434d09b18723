using System.CommandLine;
using Mesh.Edge;
using Mesh.Rules;
using Mesh.Rules.Yaml;
using Command = System.CommandLine.Command;

namespace Mesh.Cli;

/// <summary><c>mesh rules explain</c>: why a rule fired or did not, from a recording or from a running node.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        var rule = new Argument<string>("rule") { Description = "The rule's id" };
        var key = new Option<string[]>("--key", "-k")
        {
            Description = "The key, such as room=101; once for each part of the rule's `by`",
        };
        var at = new Option<string?>("--at") { Description = "The instant; default: the last reading, at a node now" };
        var files = new Option<string[]>("--rules")
        {
            Description = "Rule files; with --readings; default: *.rules.yaml of this folder",
            AllowMultipleArgumentsPerToken = true,
        };
        var readings = new Option<string?>("--readings", "-r") { Description = "A recording" };
        var mapping = RecurringOptions.Mapping();
        var devices = new Option<string?>("--devices") { Description = "The registry, for labels" };
        var node = new Option<string?>("--node") { Description = "A running node's API, instead of a recording" };
        var output = RecurringOptions.Output("text", "json");
        var command = new Command(
            "explain",
            "Say why a rule fired for a key, or why it did not\n\n"
                + "  mesh rules explain empty-unlocked --key room=101 --node http://127.0.0.1:8081\n"
                + "  mesh rules explain empty-unlocked --key room=101 --at 2026-03-01T08:02:00Z --rules home.rules.yaml --readings day.jsonl"
        )
        {
            rule,
            key,
            at,
            files,
            readings,
            mapping,
            devices,
            node,
            output,
        };
        command.SetAction(
            (parsed, cancel) =>
                Failures.CatchAsync(async () =>
                {
                    var options = new ExplainOptions
                    {
                        Rule = parsed.GetValue(rule)!,
                        Key = [.. (parsed.GetValue(key) ?? []).SelectMany(Parts)],
                        At = RulesCommand.Instant(parsed.GetValue(at), "--at"),
                    };
                    var json = parsed.GetValue(output) == "json";
                    var text = (parsed.GetValue(node), parsed.GetValue(readings)) switch
                    {
                        ({ } address, null) => await AskAsync(address, options, json, cancel),
                        (null, { } recording) => FromRecording(
                            parsed.GetValue(files) ?? [],
                            recording,
                            parsed.GetValue(mapping),
                            parsed.GetValue(devices),
                            options,
                            json
                        ),
                        _ => throw new UsageException(
                            "either --node URL, or --rules FILES --readings FILE is expected"
                        ),
                    };
                    await Terminal.Out.WriteLineAsync(text.TrimEnd());
                    return Exit.Fine;
                })
        );
        return command;
    }

    private static async Task<string> AskAsync(
        string address,
        ExplainOptions options,
        bool json,
        CancellationToken cancel
    )
    {
        using var client = new NodeClient(address);
        var query = string.Join('&', options.Key.Select(k => $"key={Uri.EscapeDataString($"{k.Key}={k.Value}")}"));
        var at = options.At is { } instant ? $"&at={Uri.EscapeDataString(instant.ToString())}" : "";
        var format = json ? "json" : "text";
        return await client.GetTextAsync(
            $"v1/rules/{Uri.EscapeDataString(options.Rule)}/explain?format={format}&{query}{at}",
            cancel
        );
    }

    private static string FromRecording(
        string[] files,
        string readings,
        string? mapping,
        string? devices,
        ExplainOptions options,
        bool json
    )
    {
        if (files.Length == 0)
        {
            files =
            [
                .. Directory
                    .GetFiles(".", "*.rules.yaml")
                    .Select(f => Path.GetFileName(f))
                    .Order(StringComparer.Ordinal),
            ];
        }

        if (files.Length == 0)
        {
            throw new UsageException("--readings needs --rules FILES: there is no *.rules.yaml in this folder");
        }

        var diagnostics = new Diagnostics();
        var rules = RulesCommand.Compile(files, diagnostics);
        var recording = LabelledRecording.Open(readings, mapping, devices, diagnostics);
        try
        {
            var explanation = RuleExplainer.Explain(rules, recording.Read(new RecordingReport()), options);
            return json ? ExplanationJson.Text(explanation) : ExplanationText.Of(explanation);
        }
        catch (ArgumentException e) when (e.ParamName == "options")
        {
            throw new UsageException(e);
        }
    }

    // room=101, or room=101,floor=1.
    private static IEnumerable<KeyValuePair<string, string>> Parts(string text)
    {
        foreach (var part in text.Split(','))
        {
            var pair = part.Split('=', 2);
            yield return pair.Length == 2 && pair[0].Length > 0
                ? KeyValuePair.Create(pair[0].Trim(), pair[1].Trim())
                : throw new UsageException($"--key {text}: a name and a value such as room=101 are expected");
        }
    }
}
