using System.Net;
using Mesh.Nodes;

namespace Mesh.Cloud;

/// <summary>What a cloud's configuration says: what every node's does, and that it always has an API.</summary>
/// <param name="Node">What every node has; <see cref="NodeSettings.Http"/> is set.</param>
public sealed record CloudSettings(NodeSettings Node)
{
    public const int HttpPort = 8080;

    public IPEndPoint Http => Node.Http!;

    /// <summary>Reads the file; what is wrong goes to its diagnostics.</summary>
    public static CloudSettings Read(ConfigurationFile file)
    {
        var node = NodeSettings.Read(file, Tier.Cloud);
        var scalar = file.Fields.Scalar("http");
        var http = node.Http ?? new IPEndPoint(IPAddress.Loopback, HttpPort);
        var insecure = file.Fields.Boolean("insecure") ?? false;
        if (!IPAddress.IsLoopback(http.Address) && !insecure)
        {
            file.Diagnostics.Error(
                scalar!,
                $"{http} can be reached from the network and the API has no authentication; write 'insecure: true' if that is what you want, or listen on 127.0.0.1 behind a proxy that has"
            );
        }

        return new CloudSettings(node with { Http = http });
    }
}
