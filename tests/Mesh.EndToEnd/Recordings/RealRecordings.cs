using System.Text.Json;
using Xunit;

namespace Mesh.EndToEnd.Recordings;

/// <summary>
/// Finds the recordings of real places: below the folder that the environment's MESH_DATA names, else in
/// <c>shared/data</c> beside the checkout. Tests that need one are skipped where it is absent, and say so.
/// </summary>
public static class RealRecordings
{
    public static string Home => Find("casas-alhome/events_2011-06-15_2011-07-04.txt");

    public static string HomeArrivals => Find("casas-alhome/arrivals_2011-06-22_24.tsv");

    public static string Room => Find("uci-occupancy/datatraining.txt");

    public static IReadOnlyList<HomeEvent> HomeEvents() => [.. File.ReadLines(Home).Select(HomeEvent.Parse)];

    public static IReadOnlyList<Arrival> Arrivals() => [.. File.ReadLines(HomeArrivals).Select(Arrival.Parse)];

    public static IReadOnlyList<RoomRow> RoomRows() => [.. File.ReadLines(Room).Skip(1).Select(RoomRow.Parse)];

    /// <summary>The facts that were computed of a recording by somebody else.</summary>
    public static JsonElement Facts(string file) => JsonDocument.Parse(File.ReadAllText(Find(file))).RootElement;

    private static string Find(string file)
    {
        var folder =
            Environment.GetEnvironmentVariable("MESH_DATA") ?? Path.Combine(Checkout.Root, "..", "shared", "data");
        var path = Path.Combine(folder, file);
        if (!File.Exists(path))
        {
            Assert.Skip($"no recording {file}: set MESH_DATA to the folder that holds it");
        }

        return path;
    }
}
