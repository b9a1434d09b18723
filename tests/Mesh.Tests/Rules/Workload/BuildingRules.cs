using System.Globalization;
using System.Text;

namespace Mesh.Tests.Rules.Workload;

/// <summary>The rules of the workload, as an author writes them.</summary>
internal static class BuildingRules
{
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
    };

    public static string Text(IEnumerable<string> names)
    {
        var text = new StringBuilder("version: 1\nrules:\n");
        foreach (var name in names)
        {
            text.Append("- ").Append(All[name].Trim()).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>The first so many filters: rule i wants the temperature of room i % rooms above its limit.</summary>
    public static string Filters(BuildingWorkload workload, int count)
    {
        var text = new StringBuilder("version: 1\nrules:\n");
        for (var i = 0; i < count; i++)
        {
            var room = workload.Rooms[i % workload.Rooms.Count];
            text.Append(
                CultureInfo.InvariantCulture,
                $"- {{id: f-{i}, each: temperature, where: room == \"{room}\" and value > {workload.Limits[i]}}}\n"
            );
        }

        return text.ToString();
    }
}
