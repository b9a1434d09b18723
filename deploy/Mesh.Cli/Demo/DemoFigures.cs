using System.Text.Json;

namespace Mesh.Cli;

/// <summary>What the demo shows at one moment, asked from the nodes over their own API.</summary>
/// <param name="Readings">Readings the fogs have taken.</param>
/// <param name="Acknowledged">Readings that agents know to be held by their fog.</param>
/// <param name="ToFog">Readings agents still hold for their fog.</param>
/// <param name="ToCloud">Items the fogs still hold for the cloud, all lanes.</param>
/// <param name="Duplicates">Readings the fogs recognised as known.</param>
/// <param name="Detections">Detections the fogs have made.</param>
/// <param name="Clock">The fogs' time.</param>
internal sealed record DemoFigures(
    long Readings,
    long Acknowledged,
    long ToFog,
    long ToCloud,
    long Duplicates,
    long Detections,
    string Clock
)
{
    public static readonly DemoFigures None = new(0, 0, 0, 0, 0, 0, "");

    public static async Task<DemoFigures> AskAsync(
        IReadOnlyList<NodeClient> edges,
        IReadOnlyList<NodeClient> fogs,
        CancellationToken cancel
    )
    {
        var sum = None;
        foreach (var edge in edges)
        {
            using var status = await edge.GetAsync("v1/status", cancel);
            var lane = status.RootElement.GetProperty("lanes").GetProperty("readings");
            sum = sum with
            {
                Acknowledged = sum.Acknowledged + lane.GetProperty("delivered").GetInt64(),
                ToFog = sum.ToFog + lane.GetProperty("backlog").GetInt64(),
            };
        }

        foreach (var fog in fogs)
        {
            using var status = await fog.GetAsync("v1/status", cancel);
            var counters = status.RootElement.GetProperty("counters");
            sum = sum with
            {
                Readings = sum.Readings + counters.GetProperty("readings").GetInt64(),
                Duplicates = sum.Duplicates + counters.GetProperty("duplicates").GetInt64(),
                Detections = sum.Detections + counters.GetProperty("detections").GetInt64(),
                ToCloud =
                    sum.ToCloud
                    + status
                        .RootElement.GetProperty("lanes")
                        .EnumerateObject()
                        .Sum(l => l.Value.GetProperty("backlog").GetInt64()),
                Clock = ClockOf(status.RootElement),
            };
        }

        return sum;
    }

    private static string ClockOf(JsonElement status)
    {
        var clock = status.GetProperty("clock");
        var time = clock.ValueKind == JsonValueKind.Object ? clock.GetProperty("now").GetString() : clock.GetString();
        return time is { Length: > 19 } ? time[..19].Replace('T', ' ') : time ?? "";
    }
}
