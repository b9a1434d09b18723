using System.CommandLine;
using System.Text.Json;

namespace Mesh.Cli;

/// <summary><c>mesh silence add|list|remove</c>: for a while nobody is told what some rules say.</summary>
internal static class SilenceCommand
{
    public static Command Create() =>
        new(
            "silence",
            "Hold back notifications, webhooks and messages of rules for a while; detections and commands go on\n\n"
                + "  mesh silence add --rule 'door-*' --key room=101 --for 2h --reason painting --node http://127.0.0.1:8081"
        )
        {
            CreateAdd(),
            CreateList(),
            CreateRemove(),
        };

    private static Command CreateAdd()
    {
        var node = NodeOption.Create();
        var rule = new Option<string?>("--rule")
        {
            Description = "The rule, or its beginning and *; default: every rule",
        };
        var key = new Option<string[]>("--key", "-k")
        {
            Description = "A part of the key, such as room=101; may be repeated",
        };
        var span = new Option<string>("--for") { Description = "How long, such as 2h", Required = true };
        var reason = new Option<string>("--reason") { Description = "Why", DefaultValueFactory = _ => "" };
        var command = new Command("add", "Silence rules from now on") { node, rule, key, span, reason };
        command.SetAction(
            (parsed, cancel) =>
                Failures.CatchAsync(async () =>
                {
                    var parts = (parsed.GetValue(key) ?? []).Select(Part).ToList();
                    var json = Json(
                        parsed.GetValue(rule) ?? "",
                        parts,
                        parsed.GetValue(span)!,
                        parsed.GetValue(reason)!
                    );
                    using var client = new NodeClient(parsed.GetValue(node)!);
                    using var added = await client.PostAsync("v1/silences", json, cancel);
                    await Terminal.Out.WriteLineAsync(Line(added.RootElement));
                    return Exit.Fine;
                })
        );
        return command;
    }

    private static Command CreateList()
    {
        var node = NodeOption.Create();
        var command = new Command("list", "Show what is silenced, by hand and by plan") { node };
        command.SetAction(
            (parsed, cancel) =>
                Failures.CatchAsync(async () =>
                {
                    using var client = new NodeClient(parsed.GetValue(node)!);
                    using var found = await client.GetAsync("v1/silences", cancel);
                    foreach (var silence in found.RootElement.GetProperty("items").EnumerateArray())
                    {
                        await Terminal.Out.WriteLineAsync(Line(silence));
                    }

                    foreach (var window in found.RootElement.GetProperty("maintenance").EnumerateArray())
                    {
                        var open = window.GetProperty("open").GetBoolean() ? "open" : "closed";
                        await Terminal.Out.WriteLineAsync($"maintenance {window.GetProperty("name")}  {open}");
                    }

                    return Exit.Fine;
                })
        );
        return command;
    }

    private static Command CreateRemove()
    {
        var node = NodeOption.Create();
        var id = new Argument<string>("id") { Description = "As 'mesh silence list' shows it" };
        var command = new Command("remove", "End a silence now") { id, node };
        command.SetAction(
            (parsed, cancel) =>
                Failures.CatchAsync(async () =>
                {
                    using var client = new NodeClient(parsed.GetValue(node)!);
                    await client.DeleteAsync($"v1/silences/{Uri.EscapeDataString(parsed.GetValue(id)!)}", cancel);
                    return Exit.Fine;
                })
        );
        return command;
    }

    private static (string Name, string Value) Part(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            ? (text[..equals], text[(equals + 1)..])
            : throw new UsageException($"--key {text}: a name and a value such as room=101 are expected");
    }

    private static byte[] Json(string rule, List<(string Name, string Value)> key, string span, string reason)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("rule", rule);
            writer.WriteStartObject("key");
            foreach (var (name, value) in key)
            {
                writer.WriteString(name, value);
            }

            writer.WriteEndObject();
            writer.WriteString("for", span);
            writer.WriteString("reason", reason);
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static string Line(JsonElement silence)
    {
        var rule = silence.GetProperty("rule").GetString();
        var key = string.Join(' ', silence.GetProperty("key").EnumerateObject().Select(p => $"{p.Name}={p.Value}"));
        var what = $"{(string.IsNullOrEmpty(rule) ? "every rule" : rule)} {key}".TrimEnd();
        return $"{silence.GetProperty("id")}  {what}  until {silence.GetProperty("until")}  {silence.GetProperty("reason")}".TrimEnd();
    }
}
