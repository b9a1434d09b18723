using Mesh.Nodes;
using Mesh.Rules.Yaml;
using Mesh.Tests.Rules;
using Xunit;

namespace Mesh.Tests.Sinks;

/// <summary>What the rule reference shows of a node's configuration is something that a node takes.</summary>
public sealed class ReferenceConfigurationTests
{
    [Fact]
    public void Destinations_and_maintenance_windows_of_the_reference_are_right()
    {
        var diagnostics = new Diagnostics();
        var names = new List<string>();
        foreach (var block in ReferencePage.All.SelectMany(p => ReferencePage.Read(p).Blocks))
        {
            if (block.Has("rules") || block.Has("devices") || block.Has("mqtt"))
            {
                continue;
            }

            var fields = new YamlFields(block.Root, "the configuration", diagnostics);
            names.AddRange(NotifyReader.Read(fields, diagnostics).Select(d => d.Name));
            names.AddRange(MaintenanceReader.Read(fields, diagnostics).Select(w => w.Name));
            fields.Close();
        }

        Assert.Empty(diagnostics.Items.Select(d => d.ToString()));
        Assert.Equal(["phone", "mail", "chat", "panel", "cleaning", "boiler-service"], names);
    }
}
