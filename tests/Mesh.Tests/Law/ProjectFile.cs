using System.Xml.Linq;

namespace Mesh.Tests.Law;

/// <summary>What the law needs to know of a project file.</summary>
/// <param name="Path">From the root: <c>fog/Mesh.Fog/Mesh.Fog.csproj</c>.</param>
/// <param name="References">Paths of the projects it refers to, from the root.</param>
/// <param name="Packages">Packages and shared frameworks it refers to by itself.</param>
/// <param name="OwnVersions">Packages for which it states a version of its own.</param>
public sealed record ProjectFile(
    string Path,
    IReadOnlyList<string> References,
    IReadOnlyList<string> Packages,
    IReadOnlyList<string> OwnVersions
)
{
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>The top folder it lives in.</summary>
    public string Top => Path.Split('/')[0];

    public static ProjectFile Parse(string path, string text)
    {
        var xml = XDocument.Parse(text);
        var packages = xml.Descendants("PackageReference").ToList();
        return new ProjectFile(
            path,
            [.. xml.Descendants("ProjectReference").Select(r => Resolve(path, Include(r)))],
            [.. packages.Concat(xml.Descendants("FrameworkReference")).Select(Include)],
            [.. packages.Where(StatesVersion).Select(Include)]
        );
    }

    private static bool StatesVersion(XElement package) =>
        package.Attribute("Version") is not null
        || package.Attribute("VersionOverride") is not null
        || package.Element("Version") is not null;

    private static string Include(XElement item) => (string?)item.Attribute("Include") ?? "";

    private static string Resolve(string from, string relative)
    {
        var parts = new List<string>(from.Split('/')[..^1]);
        foreach (var part in relative.Replace('\\', '/').Split('/'))
        {
            if (part == ".." && parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }
}
