using System.Globalization;
using System.Text;

namespace Mesh.Tests.Rules.Workload;

/// <summary>The rules of the workload, as an author writes them.</summary>
internal static class BuildingRules
{
    private const int PerFile = 1_000;

    /// <summary>Rules by name; <see cref="BuildingLoop"/> counts the same by hand.</summary>
    public static readonly IReadOnlyDictionary<string, string> All = new SortedDictionary<string, string>(
        StringComparer.Ordinal
    )
    {
        ["hot"] = "{id: hot, each: temperature, where: value > 30}",
        ["open-unseen"] = """
            {id: open-unseen, by: room, each: [motion, door], inputs: {m: motion, d: door}, where: m == 0 and d == 1}
            """,
        ["left-open"] = "{id: left-open, by: room, when: motion == 0 and door == 1}",
        ["left-open-long"] = "{id: left-open-long, by: room, when: motion == 0 and door == 1, for: 120s}",
        ["warm-minute"] = """
            {id: warm-minute, by: room, lateness: 0s, window: {of: temperature, tumbling: 1m}, emit: each,
             let: {mean: avg(value)}, when: mean > 28.013}
            """,
        ["quiet-after-opening"] = """
            {id: quiet-after-opening, by: room, lateness: 0s, within: 5m, after_match: none,
             pattern: [{open: "door[value == 1]"}, {not: "motion[value == 1]", for: 60s}]}
            """,
        ["rise"] = Rise("rise", "past_last"),
        ["rise-overlapping"] = Rise("rise-overlapping", "to_next"),
    };

    /// <summary>Readings/s and core that are asked of each alone.</summary>
    public static readonly IReadOnlyDictionary<string, double> Targets = new SortedDictionary<string, double>(
        StringComparer.Ordinal
    )
    {
        ["hot"] = 1_000_000,
        ["open-unseen"] = 500_000,
        ["left-open"] = 500_000,
        ["left-open-long"] = 500_000,
        ["warm-minute"] = 500_000,
        ["quiet-after-opening"] = 300_000,
        ["rise"] = 300_000,
        ["rise-overlapping"] = 300_000,
    };

    // Three temperatures of a room in a row, each above the one before.
    private static string Rise(string id, string resume) =>
        $$"""
            {id: {{id}}, by: room, lateness: 0s, contiguity: strict, within: 24h, after_match: {{resume}},
             pattern: [{a: temperature}, {b: "temperature[value > a.value]"}, {c: "temperature[value > b.value]"}]}
            """;

    public static string Text(IEnumerable<string> names)
    {
        var text = new StringBuilder("version: 1\nrules:\n");
        foreach (var name in names)
        {
            text.Append("- ").Append(All[name].Trim()).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>
    /// The first so many filters, a thousand in a file: rule i wants the temperature of room i % rooms above its limit.
    /// </summary>
    public static IEnumerable<(string Name, string Text)> Filters(BuildingWorkload workload, int count)
    {
        for (var first = 0; first < count; first += PerFile)
        {
            var text = new StringBuilder("version: 1\nrules:\n");
            for (var i = first; i < Math.Min(count, first + PerFile); i++)
            {
                var room = workload.Rooms[i % workload.Rooms.Count];
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"- {{id: f-{i}, each: temperature, where: room == \"{room}\" and value > {workload.Limits[i]}}}\n"
                );
            }

            yield return ($"filters-{first}.rules.yaml", text.ToString());
        }
    }
}
