using Mesh.Contracts;
using Mesh.Nodes;
using Mesh.Rules;
using Mesh.Tests.Nodes;
using Mesh.World;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Mesh.Tests.Sinks;

public sealed class RulesWatchTests
{
    private static string Rules(string hot, string cold) =>
        $"""
            version: 1
            rules:
            - id: hot
              by: device
              when: {hot}
              for: 1h
            - id: cold
              by: device
              when: {cold}
            """;

    [Fact]
    public async Task An_edited_file_applies_by_itself_and_untouched_rules_keep_their_timers()
    {
        var folder = Directory.CreateTempSubdirectory("mesh-rules-");
        var file = Path.Combine(folder.FullName, "a.rules.yaml");
        await File.WriteAllTextAsync(file, Rules("temperature > 30", "temperature < 5"), OpenNode.Cancel);
        var settings = Some.Settings(ClockKind.Live) with
        {
            Rules = [new NamedText(file, await File.ReadAllTextAsync(file, OpenNode.Cancel))],
            RulePaths = [Path.Combine(folder.FullName, "*.rules.yaml")],
        };
        using var node = OpenNode.On(new LockedDisk(new MemoryDisk()), settings);
        await using var tasks = new NodeTasks(node, null, TimeProvider.System, NullLoggerFactory.Instance);
        await tasks.StartAsync();
        await node.AcceptAsync(new ReadingsArrived("a", [Some.Reading("d", 1, 0, 40)], null), OpenNode.Cancel);

        // As editors do: a new file takes the place of the old one.
        var other = Path.Combine(folder.FullName, ".a.swp");
        await File.WriteAllTextAsync(other, Rules("temperature > 30", "temperature < 6"), OpenNode.Cancel);
        File.Move(other, file, overwrite: true);
        var since = TimeProvider.System.GetTimestamp();
        await NodeOnDiskTests.Until(() => Task.FromResult(Reload(node)?.Started is [{ Rule: "cold" }]));
        Assert.True(TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromSeconds(5));
        Assert.Equal(["hot"], Reload(node)!.Kept.Select(k => k.Rule));

        await File.WriteAllTextAsync(file, Rules("temperatur > > 30", "temperature < 7"), OpenNode.Cancel);
        await NodeOnDiskTests.Until(() => Task.FromResult(Reload(node)?.Problems.Count > 0));
        Assert.Contains("a.rules.yaml:5:", Reload(node)!.Problems[0], StringComparison.Ordinal);
        await NodeOnDiskTests.Until(() =>
            Task.FromResult(node.Items(Lane.Alarms, e => ((Detection)e).Rule).ContainsValue("mesh-rules-rejected"))
        );
        Assert.Equal(2, node.Look(core => core.Engine.Status.Count));
        var trouble = node.Look(core => core.RuleTrouble)!;
        Assert.Equal((0, Reload(node)!.Problems[0]), (trouble.Faulted, trouble.Problem));

        await File.WriteAllTextAsync(file, Rules("temperature > 30", "temperature < 6"), OpenNode.Cancel);
        await NodeOnDiskTests.Until(() => Task.FromResult(node.Look(core => core.RuleTrouble) is null));

        await File.WriteAllTextAsync(file, Rules("temperature > 30", "temperature < 6"), OpenNode.Cancel);
        await File.WriteAllTextAsync(
            Path.Combine(folder.FullName, "b.rules.yaml"),
            "version: 1\nrules:\n- {id: new, each: temperature}\n",
            OpenNode.Cancel
        );
        await NodeOnDiskTests.Until(() => Task.FromResult(Reload(node)?.Started is [{ Rule: "new", Reason: "new" }]));
        Assert.Equal(["hot", "cold"], Reload(node)!.Kept.Select(k => k.Rule));
        folder.Delete(recursive: true);
    }

    private static RuleReload? Reload(Node node) => node.Look(core => core.LastReload);
}
