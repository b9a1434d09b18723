using System.CommandLine;

namespace Mesh.Cli;

/// <summary><c>mesh deadletters list|retry|drop</c>: what a node could not carry out.</summary>
internal static class DeadLettersCommand
{
    public static Command Create() =>
        new(
            "deadletters",
            "Show, retry or drop actions of rules that a node had to give up\n\n  mesh deadletters list --node http://127.0.0.1:8081"
        )
        {
            CreateList(),
            CreateTake("retry", "Try it again, with the same id", retry: true),
            CreateTake("drop", "Forget it", retry: false),
        };

    private static Command CreateList()
    {
        var node = NodeOption.Create();
        var command = new Command("list", "Show them, oldest first") { node };
        command.SetAction(
            (parsed, cancel) =>
                Failures.CatchAsync(async () =>
                {
                    using var client = new NodeClient(parsed.GetValue(node)!);
                    using var found = await client.GetAsync("v1/deadletters", cancel);
                    foreach (var letter in found.RootElement.GetProperty("items").EnumerateArray())
                    {
                        await Terminal.Out.WriteLineAsync(
                            $"{letter.GetProperty("id")}  {letter.GetProperty("at")}  {letter.GetProperty("sink")}  {letter.GetProperty("reason")}"
                        );
                    }

                    return Exit.Fine;
                })
        );
        return command;
    }

    private static Command CreateTake(string name, string description, bool retry)
    {
        var node = NodeOption.Create();
        var ids = new Argument<string[]>("ids")
        {
            Description = "As the list shows them",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command(name, description) { ids, node };
        command.SetAction(
            (parsed, cancel) =>
                Failures.CatchAsync(async () =>
                {
                    using var client = new NodeClient(parsed.GetValue(node)!);
                    foreach (var id in parsed.GetValue(ids)!)
                    {
                        var path = $"v1/deadletters/{Uri.EscapeDataString(id)}";
                        await (retry ? client.OrderAsync($"{path}/retry", cancel) : client.DeleteAsync(path, cancel));
                    }

                    return Exit.Fine;
                })
        );
        return command;
    }
}
