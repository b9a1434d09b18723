using System.CommandLine;
using System.Text.Json;

namespace Mesh.Cli;

/// <summary><c>mesh status --node URL</c>: how a node is doing.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var node = NodeOption.Create();
        var output = RecurringOptions.Output("text", "json");
        var command = new Command(
            "status",
            "Show how a node is doing: lanes, sources, rules, journal\n\n  mesh status --node http://127.0.0.1:8081"
        )
        {
            node,
            output,
        };
        command.SetAction(
            (parsed, cancel) =>
                Failures.CatchAsync(async () =>
                {
                    using var client = new NodeClient(parsed.GetValue(node)!);
                    using var status = await client.GetAsync("v1/status", cancel);
                    if (parsed.GetValue(output) == "json")
                    {
                        await Terminal.Out.WriteLineAsync(status.RootElement.ToString());
                    }
                    else
                    {
                        await WriteAsync(status.RootElement);
                    }

                    return Exit.Fine;
                })
        );
        return command;
    }

    private static async Task WriteAsync(JsonElement status)
    {
        var write = Terminal.Out;
        await write.WriteLineAsync(
            $"{Text(status, "tier")} {Text(status, "node")} of site {Text(status, "site")}, clock {Text(status, "clock")}"
        );
        if (status.TryGetProperty("lanes", out var lanes))
        {
            await write.WriteLineAsync("  lane            next   delivered     backlog");
            foreach (var lane in Each(lanes))
            {
                await write.WriteLineAsync(
                    $"  {lane.Name, -12}{Text(lane.Value, "next"), 8}{Text(lane.Value, "delivered"), 12}{Text(lane.Value, "backlog"), 12}"
                );
            }
        }

        foreach (
            var name in (string[])
                [
                    "hops",
                    "sources",
                    "rules",
                    "reload",
                    "sinks",
                    "deadLetters",
                    "setAside",
                    "silences",
                    "losses",
                    "lossesBelow",
                    "lossesByRule",
                    "refused",
                    "counters",
                    "journal",
                ]
        )
        {
            if (status.TryGetProperty(name, out var part))
            {
                await write.WriteLineAsync($"  {name}");
                foreach (var (label, value) in Each(part))
                {
                    await write.WriteLineAsync($"    {label, -24}{Flat(value)}");
                }
            }
        }
    }

    private static IEnumerable<(string Name, JsonElement Value)> Each(JsonElement part) =>
        part.ValueKind switch
        {
            JsonValueKind.Object => part.EnumerateObject().Select(p => (p.Name, p.Value)),
            JsonValueKind.Array => part.EnumerateArray()
                .Select(e =>
                    (
                        Text(e, "name") is { Length: > 0 } n ? n
                        : Text(e, "id") is { Length: > 0 } i ? i
                        : Text(e, "target"),
                        e
                    )
                ),
            _ => [],
        };

    private static string Flat(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object
            ? string.Join(
                "  ",
                value
                    .EnumerateObject()
                    .Where(p => p.Name is not ("name" or "id"))
                    .Select(p => $"{p.Name} {Flat(p.Value)}")
            )
            : value.ToString();

    private static string Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
            ? value.ValueKind == JsonValueKind.Object
                ? string.Join(' ', value.EnumerateObject().Select(p => p.Value.ToString()))
                : value.ToString()
            : "";
}

/// <summary>Which node a command asks.</summary>
internal static class NodeOption
{
    public static Option<string> Create() =>
        new("--node", "-n")
        {
            Description = "Address of the node's API",
            DefaultValueFactory = _ => "http://127.0.0.1:8080",
        };
}
