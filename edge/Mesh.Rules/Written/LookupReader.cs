using Mesh.Contracts;
using Mesh.Rules.Yaml;

namespace Mesh.Rules.Written;

/// <summary>Reads <c>lookup: {limits: limits.csv}</c> and <c>lookup: {limits: {file: limits.csv, reactive: true}}</c>.</summary>
internal static class LookupReader
{
    public static List<LookupDefinition> Read(YamlFields rule, Diagnostics diagnostics)
    {
        var lookups = new List<LookupDefinition>();
        foreach (var entry in rule.Entries("lookup"))
        {
            if (!Limits.IsName(entry.Key.Text))
            {
                diagnostics.Error(entry.Key, $"'{entry.Key.Text}' is no name that an expression can use");
            }
            else if (entry.Value is YamlScalar { IsNull: false } path)
            {
                lookups.Add(new LookupDefinition(entry.Key, path, Reactive: false));
            }
            else if (Mapping(entry, diagnostics) is { } lookup)
            {
                lookups.Add(lookup);
            }
        }

        return lookups;
    }

    private static LookupDefinition? Mapping(YamlEntry entry, Diagnostics diagnostics)
    {
        var fields = new YamlFields(entry.Value, "a lookup", diagnostics);
        var file = fields.Required("file") is null ? null : fields.Scalar("file");
        var reactive = fields.Boolean("reactive") ?? false;
        fields.Close();
        return file is null ? null : new LookupDefinition(entry.Key, file, reactive);
    }
}
