using System.Net;
using Mesh.Nodes;
using Mesh.Rules.Yaml;

namespace Mesh.Fog;

/// <summary>What a fog's configuration says beside what every node's does.</summary>
/// <param name="Node">What every node has.</param>
/// <param name="Mqtt">Where the broker listens; port 0 takes a free one.</param>
/// <param name="Cloud">The cloud's address; null: nothing goes up.</param>
/// <param name="Uplink">What goes up.</param>
public sealed record FogSettings(NodeSettings Node, IPEndPoint Mqtt, Uri? Cloud, UplinkChoice Uplink)
{
    /// <summary>A broker that somebody else runs; null: the fog's own, at <see cref="Mqtt"/>.</summary>
    public ExternalBroker? Broker { get; init; }

    public const int MqttPort = 1883;

    public static FogSettings Read(ConfigurationFile file)
    {
        var node = NodeSettings.Read(file, Tier.Fog);
        var (mqtt, broker) = ReadMqtt(file);
        var uplink = file.Fields.Fields("uplink", "the uplink's settings");
        var cloud = ReadAddress(uplink, file.Diagnostics);
        var choice = UplinkChoice.None;
        if (uplink is not null)
        {
            choice = new UplinkChoice(cloud is not null, uplink.Boolean("aggregates") ?? true, false, []);
            choice = ReadRaw(uplink, choice, file.Diagnostics);
            node = node with { Hop = HopSettings.Read(uplink, file.Diagnostics) };
            uplink.Close();
        }

        return new FogSettings(node, mqtt, cloud, choice) { Broker = broker };
    }

    private static (IPEndPoint, ExternalBroker?) ReadMqtt(ConfigurationFile file)
    {
        var mqtt = file.Fields.Fields("mqtt", "the broker's settings");
        var listen = mqtt?.Scalar("listen");
        var endPoint =
            NodeSettings.EndPoint(listen, file.Diagnostics, MqttPort) ?? new IPEndPoint(IPAddress.Loopback, MqttPort);
        var insecure = mqtt?.Boolean("insecure") ?? false;
        if (mqtt?.Scalar("broker") is { } address)
        {
            if (listen is not null)
            {
                file.Diagnostics.Error(
                    listen,
                    "'listen' is of the fog's own broker and 'broker' names another one; write one of them"
                );
            }

            var broker = ExternalBroker.Read(mqtt, address, insecure, file.Diagnostics);
            mqtt.Close();
            return (endPoint, broker);
        }

        mqtt?.Close();
        if (!IPAddress.IsLoopback(endPoint.Address) && !insecure)
        {
            file.Diagnostics.Error(
                listen!,
                $"{endPoint} can be reached from the network and the broker has no authentication; write 'insecure: true' beside it if that is what you want, or listen on 127.0.0.1"
            );
        }

        return (endPoint, null);
    }

    private static Uri? ReadAddress(YamlFields? uplink, Diagnostics diagnostics)
    {
        if (uplink?.Scalar("cloud") is not { } scalar)
        {
            return null;
        }

        if (
            Uri.TryCreate(scalar.Text.TrimEnd('/') + "/", UriKind.Absolute, out var address)
            && address.Scheme is "http" or "https"
        )
        {
            return address;
        }

        diagnostics.Error(
            scalar,
            $"{scalar.Description} is no address of a cloud; one such as http://127.0.0.1:8080 is expected"
        );
        return null;
    }

    private static UplinkChoice ReadRaw(YamlFields uplink, UplinkChoice choice, Diagnostics diagnostics)
    {
        if (uplink.Get("raw") is not YamlSequence list)
        {
            return choice with { AllReadings = uplink.Boolean("raw") ?? false };
        }

        var sensors = new List<string>();
        foreach (var node in list.Items)
        {
            if (node is YamlScalar scalar && Contracts.Limits.IsName(scalar.Text))
            {
                sensors.Add(scalar.Text);
            }
            else
            {
                diagnostics.Error(
                    node,
                    $"'raw' holds {node.Description}; names of sensors, true or false are expected"
                );
            }
        }

        sensors.Sort(StringComparer.Ordinal);
        return choice with { Sensors = sensors };
    }
}
