using System.CommandLine;
using Mesh.Nodes;

namespace Mesh.Cli;

/// <summary><c>mesh edge|fog|cloud --config FILE</c>: one node as a process.</summary>
internal static class TierCommand
{
    public static Command Create(Tier tier)
    {
        var name = tier.ToString().ToLowerInvariant();
        var config = new Option<string>("--config", "-c")
        {
            Description = "The node's configuration; drop-ins are read from conf.d beside it",
            DefaultValueFactory = _ => "mesh.yaml",
        };
        var verbose = new Option<bool>("--verbose") { Description = "Say more" };
        var description = tier switch
        {
            Tier.Edge => "Run an agent: sensors, actuators and recordings of this machine",
            Tier.Fog => "Run a fog: a broker for agents, rules, and an uplink to the cloud",
            _ => "Run a cloud: intake for fogs, history, REST API and page",
        };
        var command = new Command(name, $"{description}\n\n  mesh {name} --config /etc/mesh/mesh.yaml")
        {
            config,
            verbose,
        };
        command.SetAction(
            (parsed, cancel) => RunAsync(tier, parsed.GetValue(config)!, parsed.GetValue(verbose), cancel)
        );
        return command;
    }

    private static async Task<int> RunAsync(Tier tier, string path, bool verbose, CancellationToken cancel)
    {
        using var logs = Logs.ToStandardError(verbose);
        return await Failures.CatchAsync(async () =>
        {
            await using var node = await Tiers.StartAsync(tier, path, logs, cancel);
            await Terminal.Out.WriteLineAsync(node.Ready);
            await Terminal.Out.FlushAsync(CancellationToken.None);
            try
            {
                await node.Completion.WaitAsync(cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                await Terminal.Error.WriteLineAsync($"mesh {tier.ToString().ToLowerInvariant()}: stopping");
                await node.FinishAsync();
            }

            return Exit.Fine;
        });
    }
}
