namespace Mesh.Rules.Yaml;

/// <summary>Lays one YAML mapping over another: drop-in files and environment variables over a configuration file.</summary>
public static class YamlOverlay
{
    /// <summary>
    /// The entries of both; where both have a mapping under one key they are merged in turn, else <paramref name="over"/>
    /// wins. Positions stay those of the file each entry came from.
    /// </summary>
    public static YamlNode Merge(YamlNode under, YamlNode over)
    {
        if (under is not YamlMapping a || over is not YamlMapping b)
        {
            return over;
        }

        var entries = new List<YamlEntry>(a.Entries.Count + b.Entries.Count);
        foreach (var entry in a.Entries)
        {
            entries.Add(b.Find(entry.Key.Text) is { } other ? entry with { Value = Merge(entry.Value, other) } : entry);
        }

        entries.AddRange(b.Entries.Where(entry => a.Find(entry.Key.Text) is null));
        return new YamlMapping(a.Source, a.At, entries);
    }
}
