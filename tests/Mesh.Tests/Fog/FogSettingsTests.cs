using System.Collections;
using Mesh.Fog;
using Mesh.Nodes;
using Mesh.Rules.Yaml;
using Xunit;

namespace Mesh.Tests.Fogs;

public sealed class FogSettingsTests
{
    [Fact]
    public void A_broker_of_somebody_else_is_read_with_its_secrets_from_the_environment_and_shows_none()
    {
        var (settings, errors) = Read(
            """mqtt: {broker: "mqtt://10.0.0.5", username: fog, password: "${BROKER_PASSWORD}", insecure: true}""",
            new Hashtable { ["BROKER_PASSWORD"] = "s3cret" }
        );
        Assert.Empty(errors);
        Assert.Equal(new ExternalBroker(new Uri("mqtt://10.0.0.5"), "fog", "s3cret"), settings.Broker);
        Assert.Equal("mqtt://10.0.0.5", settings.Broker!.ToString());
    }

    [Theory]
    [InlineData(
        "{broker: mosquitto}",
        ":1:16: error: 'broker' is no address of a broker; one such as mqtt://127.0.0.1:1883 is expected"
    )]
    [InlineData("{broker: \"mqtt://u:p@127.0.0.1\"}", ":1:16: error: 'broker' is no address of a broker")]
    [InlineData("{broker: \"mqtt://127.0.0.1/x\"}", ":1:16: error: 'broker' is no address of a broker")]
    [InlineData(
        "{broker: \"mqtt://10.0.0.5\"}",
        ":1:16: error: messages to 10.0.0.5 cross the network as plain text; write 'insecure: true'"
    )]
    [InlineData("{broker: \"mqtt://localhost\", password: x}", "a 'password' needs a 'username' beside it")]
    [InlineData(
        "{broker: \"mqtt://localhost\", listen: 127.0.0.1:1883}",
        "'listen' is of the fog's own broker and 'broker' names another one"
    )]
    [InlineData("{listen: 127.0.0.1:1883, username: x}", "username")]
    public void What_is_wrong_about_a_broker_is_said_where_it_stands(string mqtt, string said)
    {
        var (_, errors) = Read($"mqtt: {mqtt}", []);
        Assert.Contains(errors, e => e.Contains(said, StringComparison.Ordinal));
        Assert.DoesNotContain(errors, e => e.Contains("u:p", StringComparison.Ordinal));
    }

    private static (FogSettings Settings, List<string> Errors) Read(string text, Hashtable environment)
    {
        var folder = Directory.CreateTempSubdirectory("mesh-fog-");
        try
        {
            var path = Path.Combine(folder.FullName, "fog.yaml");
            File.WriteAllText(path, text);
            var diagnostics = new Diagnostics();
            var file = ConfigurationFile.Open(path, environment, diagnostics)!;
            var settings = FogSettings.Read(file);
            file.Fields.Close();
            return (settings, diagnostics.Items.Select(d => d.ToString()).ToList());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
