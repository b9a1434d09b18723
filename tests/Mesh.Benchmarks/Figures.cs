using System.Diagnostics;
using Mesh.Benchmarks.Nodes;
using Mesh.Benchmarks.Processes;
using Mesh.Benchmarks.Rules;

namespace Mesh.Benchmarks;

/// <summary>
/// Every figure by name. Each checks what the product gave before it says how fast: a wrong output ends the run with
/// exit code 1, a missed target does not.
/// </summary>
internal static class Figures
{
    private static readonly (string Name, string What, Func<Task<IReadOnlyList<Figure>>> Measure)[] All =
    [
        ("rules", "the rule host, from decoded readings", RuleHostFigures.MeasureAsync),
        ("building", "a building with all its rules, and 100,000 filters", BuildingFigures.MeasureAsync),
        ("new-rule", "from a rule's text to the rule being active", NewRuleFigures.MeasureAsync),
        ("journal", "durable frames", JournalFigures.MeasureAsync),
        ("sizes", "bytes of a reading in a frame", SizeFigures.MeasureAsync),
        ("hop", "edge to fog with durable acknowledgement", EdgeToFogFigures.MeasureAsync),
        ("cloud", "intake of the cloud", CloudIntakeFigures.MeasureAsync),
        ("start", "mesh fog until it is ready", FogStartFigures.MeasureAsync),
        ("memory", "memory of the fogs of mesh demo --processes", FogMemoryFigures.MeasureAsync),
    ];

    public static async Task<int> RunAsync(string[] names)
    {
        var unknown = names.Except(All.Select(f => f.Name), StringComparer.Ordinal).ToList();
        if (unknown.Count > 0)
        {
            Output.Line($"no figure is called {string.Join(", ", unknown)}; there are:");
            foreach (var (name, what, _) in All)
            {
                Output.Line($"  {name, -8} {what}");
            }

            return 2;
        }

        Output.Machine();
        foreach (var (name, what, measure) in All)
        {
            if (names.Length > 0 && !names.Contains(name, StringComparer.Ordinal))
            {
                continue;
            }

            var started = Stopwatch.GetTimestamp();
            try
            {
                var figures = await measure();
                Output.Table($"{name}: {what}", figures, Stopwatch.GetElapsedTime(started));
            }
            catch (WrongOutputException e)
            {
                Output.Line($"{name}: WRONG OUTPUT: {e.Message}");
                return 1;
            }
        }

        return 0;
    }
}
