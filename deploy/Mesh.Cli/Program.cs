using System.CommandLine;
using Mesh.Cli;

var root = new RootCommand(
    "Mesh: an edge/fog IoT sensor mesh with complex event processing.\n\n"
        + "  mesh demo                     a cloud, two fogs and a simulated office building, all in one\n"
        + "  mesh init home                commented configurations, a registry and a first rule to start from\n"
        + "  mesh fog --config home/fog.yaml\n"
        + "                                one node as a process\n"
        + "  mesh rules check *.rules.yaml find mistakes in rules before a node does\n"
        + "  mesh world --seed 7           a whole mesh in virtual time, with faults and a referee"
)
{
    DemoCommand.Create(),
    WorldCommand.Create(),
    TierCommand.Create(Mesh.Nodes.Tier.Edge),
    TierCommand.Create(Mesh.Nodes.Tier.Fog),
    TierCommand.Create(Mesh.Nodes.Tier.Cloud),
    InitCommand.Create(),
    ReplayCommand.Create(),
    StatusCommand.Create(),
    TailCommand.Create(),
    SendCommand.Create(),
    RulesCommand.Create(),
    SilenceCommand.Create(),
    DeadLettersCommand.Create(),
    JournalCommand.Create(),
    BackupCommand.CreateBackup(),
    BackupCommand.CreateRestore(),
};

var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var message in UsageErrors.Of(parsed))
    {
        await Terminal.Error.WriteLineAsync($"mesh: {message}");
    }

    await Terminal.Error.WriteLineAsync($"try '{CommandPath.Of(parsed)} --help'");
    return Exit.Usage;
}

return await parsed.InvokeAsync(
    new InvocationConfiguration
    {
        ProcessTerminationTimeout = TimeSpan.FromSeconds(60),
        EnableDefaultExceptionHandler = false,
    }
);
