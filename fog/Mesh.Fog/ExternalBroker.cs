using System.Net;
using Mesh.Rules.Yaml;

namespace Mesh.Fog;

/// <summary>A broker that somebody else runs.</summary>
/// <param name="Address"><c>mqtt://host:port</c>; without a port 1883.</param>
/// <param name="Username">Null: none is given.</param>
/// <param name="Password">Null: none is given.</param>
public sealed record ExternalBroker(Uri Address, string? Username, string? Password)
{
    /// <summary>Without the password, wherever it is printed.</summary>
    public override string ToString() => Address.ToString().TrimEnd('/');

    /// <summary>Reads <c>mqtt: {broker: …, username: …, password: …, insecure: …}</c>; null when it is wrong, which is said.</summary>
    internal static ExternalBroker? Read(YamlFields mqtt, YamlScalar broker, bool insecure, Diagnostics diagnostics)
    {
        var (username, password) = (mqtt.Text("username"), mqtt.Text("password"));
        if (
            !Uri.TryCreate(broker.Text, UriKind.Absolute, out var address)
            || address is not { Scheme: "mqtt", Host.Length: > 0, UserInfo: "", PathAndQuery: "" or "/" }
        )
        {
            diagnostics.Error(
                broker,
                "'broker' is no address of a broker; one such as mqtt://127.0.0.1:1883 is expected, user name and password beside it"
            );
            return null;
        }

        if (password is not null && username is null)
        {
            diagnostics.Error(mqtt.Get("password")!, "a 'password' needs a 'username' beside it");
        }

        if (!IsLoopback(address.Host) && !insecure)
        {
            diagnostics.Error(
                broker,
                $"messages to {address.Host} cross the network as plain text; write 'insecure: true' beside it if that is what you want"
            );
        }

        return new ExternalBroker(address, username, password);
    }

    private static bool IsLoopback(string host) =>
        host == "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
}
