using System.Text.Json;
using Mesh.Contracts;
using Mesh.Edge;
using Mesh.Nodes;
using Mesh.Rules.Yaml;
using Mesh.Simulators;

namespace Mesh.Cli;

/// <summary>
/// The section <c>simulate: {building: {…}}</c> of an agent: a simulated building as its sensors and locks. What the
/// building produced, by its own count, is written to <c>produced.json</c> in the data folder when it ends.
/// </summary>
internal sealed class BuildingFeed
{
    private readonly Building _building;
    private readonly BuildingRun _run;
    private readonly string _counts;

    private BuildingFeed(Building building, BuildingRun run, string counts) => (_building, _run, _counts) = (building, run, counts);

    public static BuildingFeed? Read(ConfigurationFile file, NodeSettings node)
    {
        if (file.Fields.Fields("simulate", "a simulation") is not { } simulate)
        {
            return null;
        }

        var fields = simulate.Fields("building", "a building");
        simulate.Close();
        if (fields is null)
        {
            return null;
        }

        var defaults = new BuildingOptions();
        var floors = new List<int>();
        foreach (var entry in fields.List("floors"))
        {
            if (entry is YamlScalar { Value: { Kind: ValueKind.Number } floor } && floor.Number is >= 1 and <= 500 && floor.Number % 1 == 0)
            {
                floors.Add((int)floor.Number);
            }
            else
            {
                file.Diagnostics.Error(entry, $"{entry.Description} is no floor; whole numbers from 1 are expected");
            }
        }

        var options = new BuildingOptions
        {
            Rooms = (int)(fields.Integer("rooms", 1, 5000) ?? defaults.Rooms),
            Seed = fields.Integer("seed", 0, int.MaxValue) ?? defaults.Seed,
            Start = fields.Instant("start") ?? defaults.Start,
            Floors = floors,
            LabelReadings = fields.Boolean("label_readings") ?? false,
        };
        var run = new BuildingRunOptions
        {
            Source = node.Node,
            Speed = fields.Text("speed") == "max" ? double.PositiveInfinity : fields.Number("speed", 0.001, 1e6) ?? 60,
            Until = fields.Instant("until"),
        };
        fields.Close();
        if (file.Diagnostics.HasErrors)
        {
            return null;
        }

        var building = new Building(options);
        return new BuildingFeed(building, new BuildingRun(building, run, TimeProvider.System), Path.Combine(node.Data, "produced.json"));
    }

    public void AddLocks(Actuators actuators)
    {
        foreach (var room in _building.Rooms)
        {
            actuators.Add($"lock-{room.Name}", "lock", _run.ObeyAsync);
        }
    }

    /// <summary>Runs until it is over or told to stop; a stop still ends it in good order, with a final mark.</summary>
    public async Task RunAsync(Func<NodeInput, CancellationToken, ValueTask> accept, CancellationToken stop)
    {
        await _run.RunAsync(accept, stop, CancellationToken.None);
        await using var file = File.Create(_counts);
        await using var writer = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        foreach (var (device, count) in _run.ProducedByDevice().OrderBy(d => d.Key, StringComparer.Ordinal))
        {
            writer.WriteNumber(device, count);
        }

        writer.WriteEndObject();
    }
}
