using System.Collections;
using System.Text;
using System.Text.RegularExpressions;
using Mesh.Rules.Yaml;

namespace Mesh.Nodes;

/// <summary>
/// A node's <c>mesh.yaml</c> with its drop-ins (<c>conf.d/*.yaml</c>, in the order of their names) and the environment
/// (<c>MESH__SECTION__KEY</c>) laid over it. <c>${VAR:-default}</c> in the text is replaced before it is read.
/// </summary>
public sealed partial class ConfigurationFile
{
    private ConfigurationFile(string path, YamlFields fields, Diagnostics diagnostics)
    {
        Path = path;
        Folder = System.IO.Path.GetDirectoryName(path) ?? "/";
        Fields = fields;
        Diagnostics = diagnostics;
    }

    public string Path { get; }

    /// <summary>Relative paths in the file start here.</summary>
    public string Folder { get; }

    public YamlFields Fields { get; }

    public Diagnostics Diagnostics { get; }

    /// <summary>Opens a file; what is wrong goes to <paramref name="diagnostics"/>. Null when nothing could be read.</summary>
    public static ConfigurationFile? Open(string path, IDictionary environment, Diagnostics diagnostics)
    {
        var full = System.IO.Path.GetFullPath(path);
        if (Read(full, environment, diagnostics) is not { } root)
        {
            if (!diagnostics.HasErrors)
            {
                diagnostics.Error(path, default, "the file is empty; 'mesh init' writes a commented one");
            }

            return null;
        }

        var dropIns = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(full) ?? "/", "conf.d");
        if (Directory.Exists(dropIns))
        {
            foreach (var file in Directory.GetFiles(dropIns, "*.yaml").Order(StringComparer.Ordinal))
            {
                root = Read(file, environment, diagnostics) is { } over ? YamlOverlay.Merge(root, over) : root;
            }
        }

        if (FromEnvironment(environment, diagnostics) is { } variables)
        {
            root = YamlOverlay.Merge(root, variables);
        }

        return new ConfigurationFile(full, new YamlFields(root, "the configuration", diagnostics), diagnostics);
    }

    /// <summary>Reads a text file that the configuration names; a missing one is an error at the entry that names it.</summary>
    public string? ReadText(YamlScalar entry)
    {
        var path = Resolve(entry.Text);
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Diagnostics.Error(entry, $"'{entry.Text}' cannot be read: {Reason(e)}");
            return null;
        }
    }

    public string Resolve(string path) => System.IO.Path.GetFullPath(path, Folder);

    /// <summary>The files a list of paths and globs (in the last part only) names, in the order of their names.</summary>
    public IReadOnlyList<string> Files(string name)
    {
        var files = new List<string>();
        foreach (var node in Fields.List(name))
        {
            if (node is not YamlScalar scalar)
            {
                Diagnostics.Error(
                    node,
                    $"'{name}' holds {node.Description}; paths such as rules/*.rules.yaml are expected"
                );
                continue;
            }

            var full = Resolve(scalar.Text);
            if (!scalar.Text.Contains('*', StringComparison.Ordinal))
            {
                if (!File.Exists(full))
                {
                    Diagnostics.Error(scalar, $"there is no file '{scalar.Text}' (looked for {full})");
                }

                files.Add(full);
                continue;
            }

            var found = Matches(full);
            if (found.Count == 0)
            {
                Diagnostics.Warning(
                    scalar,
                    $"no file matches '{scalar.Text}' (looked in {System.IO.Path.GetDirectoryName(full)})"
                );
            }

            files.AddRange(found);
        }

        return files.Distinct(StringComparer.Ordinal).ToList();
    }

    /// <summary>The files that a full path with a glob in its last part names at present, in the order of their names.</summary>
    internal static IReadOnlyList<string> Matches(string glob)
    {
        var folder = System.IO.Path.GetDirectoryName(glob)!;
        return Directory.Exists(folder)
            ? [.. Directory.GetFiles(folder, System.IO.Path.GetFileName(glob)).Order(StringComparer.Ordinal)]
            : [];
    }

    private static YamlNode? Read(string path, IDictionary environment, Diagnostics diagnostics)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            diagnostics.Error(path, default, $"cannot be read: {Reason(e)}; 'mesh init' writes a commented one");
            return null;
        }

        return YamlTree.Parse(path, Substitute(path, text, environment, diagnostics), diagnostics);
    }

    private static string Substitute(string path, string text, IDictionary environment, Diagnostics diagnostics) =>
        Variable()
            .Replace(
                text,
                match =>
                {
                    if (environment[match.Groups["name"].Value] is string { Length: > 0 } value)
                    {
                        return value;
                    }

                    if (match.Groups["default"].Success)
                    {
                        return match.Groups["default"].Value;
                    }

                    var line = 1 + text.AsSpan(0, match.Index).Count('\n');
                    var column = match.Index - text.LastIndexOf('\n', Math.Max(0, match.Index - 1));
                    diagnostics.Error(
                        path,
                        new Position(line, column),
                        $"the environment has no '{match.Groups["name"].Value}'; write {match.Value[..^1]}:-default}} to give one"
                    );
                    return "";
                }
            );

    /// <summary>MESH__MQTT__LISTEN=… becomes the YAML <c>mqtt: {listen: …}</c>, so that it is read and checked like a file.</summary>
    private static YamlNode? FromEnvironment(IDictionary environment, Diagnostics diagnostics)
    {
        YamlNode? root = null;
        var names = environment.Keys.OfType<string>().Where(n => n.StartsWith("MESH__", StringComparison.Ordinal));
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            var parts = name["MESH__".Length..].Split("__");
            var text = new StringBuilder();
            for (var i = 0; i < parts.Length; i++)
            {
                text.Append(' ', i)
                    .Append(parts[i].ToLowerInvariant())
                    .Append(':')
                    .Append(i < parts.Length - 1 ? '\n' : ' ');
            }

            text.Append(environment[name] as string ?? "");
            var one = YamlTree.Parse($"environment variable {name}", text.ToString(), diagnostics);
            root = (root, one) is ({ } under, { } over) ? YamlOverlay.Merge(under, over) : one ?? root;
        }

        return root;
    }

    private static string Reason(Exception e) =>
        e switch
        {
            FileNotFoundException or DirectoryNotFoundException => "there is no such file",
            UnauthorizedAccessException => "access is denied",
            _ => e.Message,
        };

    [GeneratedRegex(@"\$\{(?<name>[A-Za-z_][A-Za-z0-9_]*)(:-(?<default>[^}]*))?\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Variable();
}
