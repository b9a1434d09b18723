using System.Reactive.Concurrency;
using System.Reactive.Linq;
using Mesh.Contracts;
using Mesh.Nodes;
using Mesh.Rules;
using Mesh.Rules.Yaml;
using Mesh.World;
using Xunit;

namespace Mesh.Tests.Nodes;

public sealed class CodeRulesOnANodeTests
{
    [Fact]
    public async Task A_rule_in_code_keeps_what_it_has_seen_over_a_power_cut()
    {
        var disk = new LockedDisk(new MemoryDisk());
        MemoryDisk cut;
        using (var node = OpenNode.On(disk, With(Assembly("ab"))))
        {
            await node.TakeAsync(Some.Range(1, 2));
            Assert.Empty(Pairs(node));
            cut = disk.Do(d => d.Cut(new Random(1)));
        }

        using var again = OpenNode.On(new LockedDisk(cut), With(Assembly("ab")));
        Assert.Equal(0, again.ReplayDifferences);
        await again.TakeAsync(Some.Range(3, 1));
        Assert.Single(Pairs(again));
    }

    [Fact]
    public async Task An_assembly_that_the_journal_names_and_nobody_loads_is_named_and_the_others_go_on()
    {
        var disk = new MemoryDisk();
        using (var node = OpenNode.On(new LockedDisk(disk), With(Assembly("ab"))))
        {
            await node.TakeAsync(Some.Range(1, 3));
            Assert.Single(Pairs(node));
        }

        using var bare = OpenNode.On(new LockedDisk(disk), OpenNode.Settings);
        Assert.Single(Pairs(bare));
        Assert.DoesNotContain(bare.Look(core => core.CompiledRules), r => r.Id == "three");
        await bare.TakeAsync(Some.Range(4, 3));
        Assert.Single(Pairs(bare));
        Assert.Equal(6, bare.Items(Lane.Readings).Count);
    }

    [Fact]
    public void What_the_journal_names_is_looked_up_by_hash_and_an_id_is_used_once()
    {
        var settings = With(Assembly("ab"));
        var absent = new List<NamedText>();
        Assert.Contains(NodeRules.Compile(settings.Rules, settings.Assemblies, new Diagnostics(), absent), IsThree);
        Assert.Empty(absent);
        Assert.DoesNotContain(NodeRules.Compile(settings.Rules, [], new Diagnostics(), absent), IsThree);
        Assert.Equal("ab", RuleAssembly.HashOf(Assert.Single(absent)));

        var diagnostics = new Diagnostics();
        var twice = new NamedText("r.yaml", "version: 1\nrules:\n- {id: three, each: temperature}\n");
        NodeRules.Compile([twice, .. settings.Rules.Where(RuleAssembly.IsEntry)], settings.Assemblies, diagnostics);
        Assert.Contains("'three'", Assert.Single(diagnostics.Items).Message, StringComparison.Ordinal);
    }

    private static bool IsThree(CompiledRule rule) => rule.Id == "three";

    private static NodeSettings With(RuleAssembly assembly) => OpenNode.Settings.With([assembly]);

    private static RuleAssembly Assembly(string hash) =>
        new("/plugins/x.dll", hash, [CodeRules.Compile(new Three(), "/plugins/x.dll", hash, new Diagnostics())!]);

    private static List<string> Pairs(Node node) =>
        [.. node.Items(Lane.Detections).Values.Where(t => t.Contains("three", StringComparison.Ordinal))];

    /// <summary>Says every third reading.</summary>
    private sealed class Three : CodeRule
    {
        public override string Id => "three";

        public override IReadOnlyList<string> Sensors => ["temperature"];

        public override TimeSpan Horizon => TimeSpan.FromMinutes(10);

        public override IObservable<Detection> Build(IObservable<Reading> readings, IScheduler time) =>
            readings.Buffer(3).Select(three => Say(DetectionKind.Match, [], readings: [.. three]));
    }
}
