using Mesh.Contracts;
using Mesh.Rules.Yaml;

namespace Mesh.Rules.Devices;

/// <summary>What <c>devices.yaml</c> says of one sensor of a device; every part is optional.</summary>
/// <param name="Unit">Unit of the value, as text.</param>
/// <param name="Min">Smallest value the sensor can report.</param>
/// <param name="Max">Largest value the sensor can report.</param>
/// <param name="Every">How often it reports at least.</param>
public sealed record SensorEntry(string? Unit, double? Min, double? Max, TimeSpan? Every);

/// <summary>Who is where: a device's labels and sensors.</summary>
public sealed record DeviceEntry(string Device, Labels Labels, IReadOnlyDictionary<string, SensorEntry> Sensors);

/// <summary>
/// The content of <c>devices.yaml</c>: device ids with labels and sensors, and labels that hold for all.
/// <code>
/// labels: {site: home}
/// devices:
///   pir-101:
///     labels: {room: "101", floor: "1"}
///     sensors: {occupancy: {every: 30s}}
/// </code>
/// </summary>
public sealed class DeviceRegistry
{
    /// <summary>Devices one registry may name.</summary>
    public const int MaxDevices = 100_000;

    public static readonly DeviceRegistry Empty = new(
        Labels.Empty,
        new Dictionary<string, DeviceEntry>(StringComparer.Ordinal)
    );

    private DeviceRegistry(Labels labels, IReadOnlyDictionary<string, DeviceEntry> devices)
    {
        Labels = labels;
        Devices = devices;
    }

    /// <summary>Labels of every device, known or not.</summary>
    public Labels Labels { get; }

    public IReadOnlyDictionary<string, DeviceEntry> Devices { get; }

    /// <summary>The registry's labels of a device, to be laid over those the device brings itself.</summary>
    public Labels LabelsOf(string device) => Devices.TryGetValue(device, out var entry) ? entry.Labels : Labels;

    /// <summary>Reads a file; what is wrong with it goes to <paramref name="diagnostics"/>, and then null comes back.</summary>
    public static DeviceRegistry? Parse(string file, string text, Diagnostics diagnostics)
    {
        var before = diagnostics.Errors;
        var root = YamlTree.Parse(file, text, diagnostics);
        if (root is null)
        {
            return diagnostics.Errors == before ? Empty : null;
        }

        var fields = new YamlFields(root, "a device registry", diagnostics);
        fields.Integer("version", 1, 1);
        var common = ReadLabels(fields, diagnostics);
        var devices = new Dictionary<string, DeviceEntry>(StringComparer.Ordinal);
        foreach (var (key, value) in fields.Entries("devices"))
        {
            if (!Limits.IsId(key.Text))
            {
                diagnostics.Error(
                    key,
                    $"'{key.Text}' is not a device id: letters, digits or . _ - : ~ @ $, at most {Limits.IdLength}"
                );
            }
            else if (devices.Count == MaxDevices)
            {
                diagnostics.Error(key, $"there are more than {MaxDevices} devices");
                break;
            }
            else
            {
                devices.Add(key.Text, ReadDevice(key.Text, value, common, diagnostics));
            }
        }

        fields.Close();
        return diagnostics.Errors == before ? new DeviceRegistry(common, devices) : null;
    }

    private static DeviceEntry ReadDevice(string device, YamlNode node, Labels common, Diagnostics diagnostics)
    {
        var sensors = new Dictionary<string, SensorEntry>(StringComparer.Ordinal);
        if (node is YamlScalar { IsNull: true })
        {
            return new DeviceEntry(device, common, sensors);
        }

        var fields = new YamlFields(node, "a device", diagnostics);
        var labels = common.With(ReadLabels(fields, diagnostics));
        foreach (var (key, value) in fields.Entries("sensors"))
        {
            if (!Limits.IsName(key.Text))
            {
                diagnostics.Error(key, $"'{key.Text}' is not a sensor name");
                continue;
            }

            if (value is YamlScalar { IsNull: true })
            {
                sensors[key.Text] = new SensorEntry(null, null, null, null);
                continue;
            }

            var sensor = new YamlFields(value, "a sensor", diagnostics);
            sensors[key.Text] = new SensorEntry(
                sensor.Text("unit"),
                sensor.Number("min"),
                sensor.Number("max"),
                sensor.Duration("every")
            );
            sensor.Close();
        }

        fields.Close();
        return new DeviceEntry(device, labels, sensors);
    }

    /// <summary>Labels are texts, however they look: <c>room: 101</c> is the text 101.</summary>
    public static Labels ReadLabels(YamlFields fields, Diagnostics diagnostics)
    {
        var labels = new List<KeyValuePair<string, string>>();
        foreach (var (key, value) in fields.Entries("labels"))
        {
            if (!Limits.IsName(key.Text))
            {
                diagnostics.Error(key, $"'{key.Text}' is not a label name");
            }
            else if (value is not YamlScalar scalar || scalar.Text.Length > Limits.TextLength)
            {
                diagnostics.Error(value, $"the label '{key.Text}' is {value.Description}; a text is expected");
            }
            else if (labels.Count == Limits.NamedValues)
            {
                diagnostics.Error(key, $"there are more than {Limits.NamedValues} labels");
            }
            else
            {
                labels.Add(new(key.Text, scalar.Text));
            }
        }

        return labels.Count == 0 ? Labels.Empty : new Labels(labels);
    }
}
