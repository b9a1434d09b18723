using System.CommandLine;
using System.Text;

namespace Mesh.Cli;

/// <summary><c>mesh rules reload</c>: lets a node look at its rule files at once, and shows what that changed.</summary>
internal static class ReloadCommand
{
    public static Command Create()
    {
        var node = NodeOption.Create();
        var command = new Command(
            "reload",
            "Let a node look at its rule files now; it does so by itself within two seconds\n\n  mesh rules reload --node http://127.0.0.1:8081"
        )
        {
            node,
        };
        command.SetAction(
            (parsed, cancel) =>
                Failures.CatchAsync(async () =>
                {
                    using var client = new NodeClient(parsed.GetValue(node)!);
                    using var found = await client.PostAsync("v1/rules/reload", Encoding.UTF8.GetBytes("{}"), cancel);
                    var reload = found.RootElement;
                    foreach (var problem in reload.GetProperty("problems").EnumerateArray())
                    {
                        await Terminal.Out.WriteLineAsync(problem.ToString());
                    }

                    foreach (var what in (string[])["kept", "started", "removed"])
                    {
                        foreach (var rule in reload.GetProperty(what).EnumerateObject())
                        {
                            await Terminal.Out.WriteLineAsync($"{what, -8} {rule.Name}: {rule.Value}");
                        }
                    }

                    return reload.GetProperty("applied").GetBoolean() ? Exit.Fine : Exit.Failed;
                })
        );
        return command;
    }
}
