using Mesh.Contracts;
using Mesh.Edge;
using Mesh.Rules.Devices;
using Mesh.Rules.Yaml;

namespace Mesh.Cli;

/// <summary>A recording that a command names, and the registry that gives its readings the labels rules see.</summary>
internal sealed record LabelledRecording(Recording Recording, DeviceRegistry Registry)
{
    /// <param name="path">The recording.</param>
    /// <param name="mapping">How to read it; null: it is written in readings.</param>
    /// <param name="devices">The registry; null: there are no labels but those of the recording.</param>
    /// <param name="diagnostics">What was found wrong so far; it is said with what is wrong here.</param>
    /// <exception cref="UsageException">There is something wrong.</exception>
    public static LabelledRecording Open(string path, string? mapping, string? devices, Diagnostics diagnostics)
    {
        var registry = devices is null
            ? DeviceRegistry.Empty
            : DeviceRegistry.Parse(devices, RulesCommand.Read(devices), diagnostics);
        var recording = Recordings.Open(path, mapping, diagnostics);
        return recording is null || registry is null || diagnostics.HasErrors
            ? throw new UsageException(diagnostics)
            : new LabelledRecording(recording, registry);
    }

    public IEnumerable<Reading> Read(RecordingReport report)
    {
        foreach (var reading in Recording.Read(report))
        {
            reading.Labels = reading.Labels.With(Registry.LabelsOf(reading.Device));
            yield return reading;
        }
    }
}
