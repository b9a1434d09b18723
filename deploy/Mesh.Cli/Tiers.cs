using System.Collections;
using Mesh.Cloud;
using Mesh.Edge;
using Mesh.Fog;
using Mesh.Nodes;
using Mesh.Rules.Devices;
using Mesh.Rules.Yaml;
using Microsoft.Extensions.Logging;

namespace Mesh.Cli;

/// <summary>Reads a node's configuration, checks all of it, and only then starts the node.</summary>
internal static class Tiers
{
    public static readonly string Version = typeof(Tiers).Assembly.GetName().Version?.ToString(3) ?? "0";

    /// <exception cref="UsageException">The configuration, or a file it names, is wrong: every error with its place.</exception>
    public static async Task<IRunningNode> StartAsync(
        Tier tier,
        string path,
        ILoggerFactory logs,
        CancellationToken cancel,
        IDictionary? environment = null
    )
    {
        var diagnostics = new Diagnostics();
        var file = ConfigurationFile.Open(path, environment ?? Environment.GetEnvironmentVariables(), diagnostics);
        if (file is null)
        {
            throw new UsageException(diagnostics);
        }

        var log = logs.CreateLogger("mesh");
        switch (tier)
        {
            case Tier.Edge:
                var edge = EdgeSettings.Read(file);
                var building = BuildingFeed.Read(file, edge.Node);
                var recordings = Recordings.Open(file, edge.Devices);
                edge = edge with { Node = Check(file, edge.Node, log) };
                return await EdgeAgent.StartAsync(
                    edge,
                    recordings,
                    building is null ? [] : [building.RunAsync],
                    actuators => building?.AddLocks(actuators),
                    TimeProvider.System,
                    logs,
                    Version,
                    cancel
                );
            case Tier.Fog:
                var fog = FogSettings.Read(file);
                fog = fog with { Node = Check(file, fog.Node, log) };
                return await FogNode.StartAsync(fog, TimeProvider.System, logs, Version, cancel);
            default:
                var cloud = CloudSettings.Read(file);
                cloud = cloud with { Node = Check(file, cloud.Node, log) };
                return await CloudNode.StartAsync(cloud, TimeProvider.System, logs, Version, cancel);
        }
    }

    /// <summary>As <see cref="Check(ConfigurationFile, NodeSettings)"/>; then refuses what is wrong, and says the warnings.</summary>
    private static NodeSettings Check(ConfigurationFile file, NodeSettings node, ILogger log)
    {
        node = Check(file, node);
        if (file.Diagnostics.HasErrors)
        {
            throw new UsageException(file.Diagnostics);
        }

        foreach (var warning in file.Diagnostics.Items)
        {
            LogMessages.Warning(log, warning.ToString());
        }

        return node;
    }

    /// <summary>
    /// Reads the rules and the registry as the node will and loads its rules in code; what is wrong goes to the file's
    /// diagnostics.
    /// </summary>
    public static NodeSettings Check(ConfigurationFile file, NodeSettings node)
    {
        file.Fields.Close();
        if (node.Devices is { } devices)
        {
            DeviceRegistry.Parse(devices.Name, devices.Text, file.Diagnostics);
        }

        node = node.With([
            .. node.Plugins.Select(p => new RuleAssembly(
                p.File,
                p.Sha256,
                RuleAssemblies.Load(p.File, p.Sha256, file.Diagnostics)
            )),
        ]);
        var rules = NodeRules.Compile(node.Rules, node.Assemblies, file.Diagnostics);
        NotifyNames.Check(rules, node.Notify, file.Diagnostics);
        return node;
    }
}

internal static partial class LogMessages
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Message}")]
    public static partial void Warning(ILogger log, string message);
}
