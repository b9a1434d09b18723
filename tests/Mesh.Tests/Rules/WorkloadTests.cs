using System.Globalization;
using Mesh.Contracts;
using Mesh.Rules;
using Mesh.Rules.Yaml;
using Mesh.Tests.Rules.Workload;
using Xunit;

namespace Mesh.Tests.Rules;

/// <summary>A building's readings through the engine, against a loop written by hand.</summary>
public class WorkloadTests
{
    private const int Readings = 30_000;
    private const int Rooms = 40;

    [Theory]
    [InlineData(1UL)]
    [InlineData(42UL)]
    [InlineData(20260301UL)]
    public void Rules_over_a_building_say_as_often_as_a_loop_by_hand(ulong seed)
    {
        var workload = new BuildingWorkload(Readings, Rooms, seed);
        var expected = BuildingLoop.Count(workload.Happenings);
        var said = Run(workload, [("building.rules.yaml", BuildingRules.Text(BuildingRules.All.Keys))]);
        foreach (var rule in BuildingRules.All.Keys)
        {
            Assert.True(expected[rule] > 0, rule);
            Assert.Equal((rule, expected[rule]), (rule, said.GetValueOrDefault(rule)));
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(100)]
    [InlineData(3_000)]
    public void So_many_filters_match_as_often_as_a_loop_by_hand(int filters)
    {
        var workload = new BuildingWorkload(Readings, Rooms, 7);
        var said = Run(workload, BuildingRules.Filters(workload, filters));
        var expected = BuildingLoop.Filters(workload, filters)();
        Assert.Equal(expected, Enumerable.Range(0, filters).Select(i => said.GetValueOrDefault($"f-{i}")));
    }

    // Clears are ends of what was counted already.
    private static Dictionary<string, long> Run(BuildingWorkload workload, IEnumerable<(string, string)> files)
    {
        var diagnostics = new Diagnostics();
        var compiled = RuleCompiler.CompileAll(files, diagnostics);
        Assert.Empty(diagnostics.Items);
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var options = new RuleRunOptions { Until = workload.End };
        var result = RuleRun.Run(
            compiled,
            workload.Readings(),
            options,
            output =>
            {
                var detection = (Detection)output.Event;
                Assert.True(ids.Add(detection.Id), string.Create(CultureInfo.InvariantCulture, $"{detection}"));
                if (detection.Kind != DetectionKind.Clear)
                {
                    counts[detection.Rule] = counts.GetValueOrDefault(detection.Rule) + 1;
                }
            }
        );
        Assert.All(result.Rules, rule => Assert.Null(rule.Fault));
        return counts;
    }
}
