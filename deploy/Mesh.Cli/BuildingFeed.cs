using System.Text.Json;
using Mesh.Edge;
using Mesh.Nodes;
using Mesh.Simulators;

namespace Mesh.Cli;

/// <summary>
/// The section <c>simulate</c> of an agent: a simulated building as its sensors and locks. What the building produced,
/// by its own count, is written to <c>produced.json</c> in the data folder when it ends.
/// </summary>
internal sealed class BuildingFeed
{
    private readonly BuildingRun _run;
    private readonly string _counts;

    private BuildingFeed(BuildingRun run, string counts) => (_run, _counts) = (run, counts);

    /// <summary>Null when the section is absent or wrong, which the file's diagnostics then say.</summary>
    public static BuildingFeed? Read(ConfigurationFile file, NodeSettings node)
    {
        if (BuildingSettings.Read(file.Fields, file.Diagnostics) is not { } settings)
        {
            return null;
        }

        // The registry says who is where; readings need not repeat it.
        var building = new Building(settings.Options with { LabelReadings = false });
        var options = new BuildingRunOptions
        {
            Source = node.Node,
            Speed = settings.Speed,
            Until = settings.Length is { } length ? building.Now + length : null,
        };
        return new BuildingFeed(
            new BuildingRun(building, options, TimeProvider.System),
            Path.Combine(node.Data, "produced.json")
        );
    }

    public void AddLocks(Actuators actuators) => _run.AttachTo(actuators);

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
