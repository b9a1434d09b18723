using Mesh.Nodes;

namespace Mesh.Simulators;

/// <summary>The rule files of the simulated building, as they are beside this file.</summary>
public static class BuildingRules
{
    /// <summary>Name and text of each, in the order of names.</summary>
    public static IReadOnlyList<NamedText> Files { get; } =
    [.. Names().Select(n => new NamedText(n[Prefix.Length..], Text(n)))];

    private const string Prefix = "Building/";

    private static IEnumerable<string> Names() =>
        typeof(BuildingRules)
            .Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    private static string Text(string name)
    {
        using var reader = new StreamReader(typeof(BuildingRules).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
