using Mesh.Rules.Yaml;

namespace Mesh.Nodes;

/// <summary>An assembly that the configuration wants loaded.</summary>
/// <param name="File">Its full path.</param>
/// <param name="Sha256">What it must be.</param>
public sealed record PluginFile(string File, string Sha256);

/// <summary>
/// Reads <c>plugins:</c>, the assemblies with rules in code:
/// <code>
/// plugins:
/// - {assembly: plugins/Knock.dll, sha256: 0f3c…}
/// </code>
/// The hash is not optional: whoever can change a file in that folder must not thereby run code in the node.
/// </summary>
internal static class PluginsReader
{
    private const int HashLength = 64;

    public static IReadOnlyList<PluginFile> Read(ConfigurationFile file)
    {
        var plugins = new List<PluginFile>();
        foreach (var node in file.Fields.List("plugins"))
        {
            var fields = new YamlFields(node, "a plug-in", file.Diagnostics);
            var assembly = fields.RequiredText("assembly");
            var sha256 = fields.RequiredText("sha256");
            fields.Close();
            if (assembly is null || sha256 is null)
            {
                continue;
            }

            if (sha256.Length != HashLength || !sha256.All(char.IsAsciiHexDigit))
            {
                file.Diagnostics.Error(
                    fields.Get("sha256")!,
                    $"'{sha256}' is no SHA-256; 64 hexadecimal digits are expected, which 'mesh rules check {assembly}' prints"
                );
                continue;
            }

            var path = file.Resolve(assembly);
            if (plugins.Exists(p => p.File == path))
            {
                file.Diagnostics.Error(node, $"'{assembly}' is named twice");
                continue;
            }

            plugins.Add(new PluginFile(path, sha256.ToLowerInvariant()));
        }

        return plugins;
    }
}
