using Mesh.Nodes;
using Mesh.Rules.Yaml;

namespace Mesh.Edge;

/// <summary>What an agent's configuration says.</summary>
/// <param name="Node">What every node has.</param>
/// <param name="Fogs">Where its fogs are, in order of preference: <c>mqtt://host:port</c>.</param>
/// <param name="Devices">Sensors, actuators and recordings.</param>
public sealed record EdgeSettings(NodeSettings Node, IReadOnlyList<Uri> Fogs, AgentSettings Devices)
{
    public static EdgeSettings Read(ConfigurationFile file)
    {
        var node = NodeSettings.Read(file, Tier.Edge);
        var fogs = new List<Uri>();
        foreach (var entry in file.Fields.List("fogs"))
        {
            if (
                entry is YamlScalar scalar
                && Uri.TryCreate(scalar.Text, UriKind.Absolute, out var address)
                && address is { Scheme: "mqtt", Host.Length: > 0 }
            )
            {
                fogs.Add(address);
            }
            else
            {
                file.Diagnostics.Error(
                    entry,
                    $"{entry.Description} is no address of a fog; one such as mqtt://127.0.0.1:1883 is expected"
                );
            }
        }

        if (fogs.Count == 0 && !file.Diagnostics.HasErrors)
        {
            file.Diagnostics.Error(
                file.Path,
                default,
                "'fogs' is missing: an agent needs to know at least one, such as fogs: [mqtt://127.0.0.1:1883]"
            );
        }

        var uplink = file.Fields.Fields("uplink", "how the lanes go up");
        node = node with { Hop = HopSettings.Read(uplink, file.Diagnostics) };
        uplink?.Close();
        return new EdgeSettings(node, fogs, AgentSettingsReader.Read(file.Fields, file.Diagnostics));
    }
}
