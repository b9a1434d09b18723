using Mesh.Contracts;
using Mesh.Rules.Yaml;

namespace Mesh.Rules.Written;

/// <summary>Reads <c>place: {tier: auto, offline: true, latency: 500ms, keep: site}</c>.</summary>
internal static class PlaceReader
{
    public static PlaceDefinition Read(YamlFields rule, Diagnostics diagnostics)
    {
        if (rule.Fields("place", "'place'") is not { } fields)
        {
            return PlaceDefinition.Anywhere;
        }

        var place = new PlaceDefinition
        {
            Tier = (PlaceTier)(fields.Choice("tier", "auto", "edge", "fog", "cloud") ?? 0),
            Pin = Id(fields, "pin", diagnostics),
            Near = Id(fields, "near", diagnostics),
            Offline = fields.Boolean("offline") ?? false,
            Latency = fields.Duration("latency", zero: false),
            KeepsSite = fields.Choice("keep", "anywhere", "site") == 1,
            Needs = Needs(fields, diagnostics),
            Replicas = (int)(fields.Integer("replicas", 1, 5) ?? 1),
            Partition = (PartitionPolicy)(fields.Choice("partition", "local", "cloud", "both", "stop") ?? 0),
        };
        fields.Close();
        Contradictions(fields, place, diagnostics);
        return place;
    }

    private static void Contradictions(YamlFields fields, PlaceDefinition place, Diagnostics diagnostics)
    {
        if (place is { Tier: PlaceTier.Cloud, Offline: true })
        {
            diagnostics.Error(fields.Get("offline")!, "a rule on the cloud cannot go on while the site is cut off");
        }

        if (place is { Tier: PlaceTier.Cloud, KeepsSite: true })
        {
            diagnostics.Error(fields.Get("keep")!, "a rule on the cloud cannot keep its readings in the site");
        }
    }

    private static string? Id(YamlFields fields, string name, Diagnostics diagnostics)
    {
        if (fields.Scalar(name) is not { } scalar)
        {
            return null;
        }

        if (!Limits.IsId(scalar.Text))
        {
            diagnostics.Error(scalar, $"'{name}' is {scalar.Description}; the id of a node or device is expected");
        }

        return scalar.Text;
    }

    private static List<string> Needs(YamlFields fields, Diagnostics diagnostics)
    {
        var needs = new List<string>();
        foreach (var item in fields.List("needs"))
        {
            if (item is YamlScalar name && Limits.IsName(name.Text))
            {
                needs.Add(name.Text);
            }
            else
            {
                diagnostics.Error(item, $"'needs' has {item.Description}; the name of a capability is expected");
            }
        }

        return needs;
    }
}
