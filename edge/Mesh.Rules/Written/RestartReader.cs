using Mesh.Rules.Yaml;

namespace Mesh.Rules.Written;

/// <summary>Reads <c>restart: {outage_tolerance: 1h, grace: 0s}</c>.</summary>
internal static class RestartReader
{
    public static RestartDefinition Read(YamlFields rule, Diagnostics diagnostics)
    {
        if (rule.Fields("restart", "'restart'") is not { } fields)
        {
            return RestartDefinition.Default;
        }

        var tolerance = fields.Duration("outage_tolerance");
        var grace = fields.Duration("grace");
        fields.Close();
        if (fields.Node is YamlMapping { Entries.Count: 0 })
        {
            diagnostics.Error(fields.Node!, "'restart' says nothing; outage_tolerance or grace is expected");
        }

        return new RestartDefinition(
            tolerance ?? RestartDefinition.Default.OutageTolerance,
            grace ?? RestartDefinition.Default.Grace
        );
    }
}
