using System.Text.RegularExpressions;

namespace Mesh.Tests.Law;

/// <summary>
/// The law of folders: a folder is the smallest machine its code must be able to run on, a project refers to its own
/// folder or one nearer the device, and a project exists to keep a package out of those below it. Every check yields
/// sentences that say what is wrong where; none means the law is kept.
/// </summary>
public static partial class FolderLaw
{
    /// <summary>Nearest the device first. The last three are no machines: nothing before them may refer to them.</summary>
    private static readonly string[] Tops = ["edge", "fog", "cloud", "simulators", "deploy", "tests"];

    private static readonly string[] RootFiles =
    [
        "Mesh.sln",
        "README.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "LICENSE",
        "SECURITY.md",
        "BannedSymbols.txt",
        "Directory.Build.props",
        "Directory.Build.targets",
        "Directory.Packages.props",
        "global.json",
        "nuget.config",
    ];

    private static readonly string[] ForbiddenFolders = ["src", "shared", "core", "common", "docs", "utils", "helpers"];

    /// <summary>What each project may refer to beside other projects: this is why it is a project.</summary>
    private static readonly Dictionary<string, string[]> Packages = new()
    {
        ["Mesh.Contracts"] = [],
        ["Mesh.Rules"] = ["System.Reactive", "YamlDotNet"],
        ["Mesh.Nodes"] =
        [
            "LiteDB",
            "MQTTnet",
            "Microsoft.AspNetCore.App",
            "Microsoft.Extensions.Hosting",
            "System.Reactive",
        ],
        ["Mesh.Edge"] = ["System.Device.Gpio"],
        ["Mesh.Fog"] = ["MQTTnet.Server"],
        ["Mesh.Cloud"] = ["Microsoft.AspNetCore.App"],
        ["Mesh.Simulators"] = [],
        ["Mesh.World"] = [],
        ["Mesh.Examples.Code"] = [],
        ["Mesh.Cli"] = ["System.CommandLine", "Spectre.Console"],
        ["Mesh.Tests"] = ["xunit.v3", "CsCheck", "Microsoft.Extensions.TimeProvider.Testing"],
        ["Mesh.EndToEnd"] = ["xunit.v3", "CsCheck", "MQTTnet"],
        ["Mesh.Benchmarks"] = ["BenchmarkDotNet"],
    };

    private const int LongestFile = 500;

    /// <summary>Files that may be longer, each with its reason.</summary>
    private static readonly Dictionary<string, string> LongFiles = [];

    private const int LongestReadme = 8;

    public static IReadOnlyList<string> Violations(Checkout checkout)
    {
        var projects = checkout
            .Files.Where(f => f.Key.EndsWith(".csproj", StringComparison.Ordinal))
            .Select(f => ProjectFile.Parse(f.Key, f.Value))
            .ToList();
        return
        [
            .. TopLevel(checkout),
            .. Readmes(checkout),
            .. FolderNames(checkout),
            .. FileNames(checkout),
            .. References(projects),
            .. PackagesOf(projects),
            .. Solution(checkout, projects),
            .. Contents(checkout),
        ];
    }

    private static IEnumerable<string> TopLevel(Checkout checkout) =>
        checkout
            .Files.Keys.Select(p => p.Split('/'))
            .Where(p => !p[0].StartsWith('.') && !(p.Length == 1 ? RootFiles : Tops).Contains(p[0]))
            .Select(p => p[0])
            .Distinct()
            .Select(p => $"{p}: the top level is fixed; it holds {string.Join(", ", Tops)} and the usual root files");

    private static IEnumerable<string> Readmes(Checkout checkout)
    {
        foreach (var top in Tops)
        {
            if (!checkout.Files.TryGetValue($"{top}/README.md", out var text))
            {
                yield return $"{top}/README.md: missing; every top folder says in a few lines what it is";
            }
            else if (text.Split('\n').Count(l => l.Trim().Length > 0) is > LongestReadme and var lines)
            {
                yield return $"{top}/README.md: {lines} lines; at most {LongestReadme}, the rest belongs beside its code";
            }
        }
    }

    private static IEnumerable<string> FolderNames(Checkout checkout) =>
        checkout
            .Files.Keys.SelectMany(p => p.Split('/')[..^1])
            .Distinct()
            .Where(f => f.Split('.').Any(w => ForbiddenFolders.Contains(w.ToLowerInvariant())))
            .Select(f => $"{f}: a folder of that name says nothing; name the machine or the matter");

    private static IEnumerable<string> FileNames(Checkout checkout) =>
        checkout
            .Files.Keys.Where(p =>
                p.EndsWith(".cs", StringComparison.Ordinal) && !p.StartsWith("tests/", StringComparison.Ordinal)
            )
            .Where(p => EmptyWord().IsMatch(Path.GetFileNameWithoutExtension(p)))
            .Select(p => $"{p}: {EmptyWord().Match(Path.GetFileNameWithoutExtension(p))} hides a word not found yet");

    private static IEnumerable<string> References(List<ProjectFile> projects) =>
        from project in projects
        from reference in project.References
        let other = projects.Find(p => p.Path == reference)
        let problem = other is null ? "which does not exist"
        : Array.IndexOf(Tops, other.Top) > Array.IndexOf(Tops, project.Top)
            ? $"but {project.Top} may not see {other.Top}"
        : null
        where problem is not null
        select $"{project.Path}: refers to {reference}, {problem}";

    private static IEnumerable<string> PackagesOf(List<ProjectFile> projects)
    {
        foreach (var project in projects)
        {
            if (!Packages.TryGetValue(project.Name, out var allowed))
            {
                yield return $"{project.Path}: the law has no line for {project.Name}: which package does it keep out of others?";
                continue;
            }

            foreach (var package in project.Packages.Except(allowed))
            {
                yield return $"{project.Path}: may not refer to {package}";
            }

            foreach (var package in project.OwnVersions)
            {
                yield return $"{project.Path}: states a version of {package}; versions stand in Directory.Packages.props";
            }
        }
    }

    private static IEnumerable<string> Solution(Checkout checkout, List<ProjectFile> projects) =>
        projects
            .Where(p =>
                !checkout
                    .Files.GetValueOrDefault("Mesh.sln", "")
                    .Contains(p.Path.Replace('/', '\\'), StringComparison.Ordinal)
            )
            .Select(p => $"{p.Path}: not in Mesh.sln");

    private static IEnumerable<string> Contents(Checkout checkout)
    {
        foreach (var (path, text) in checkout.Files.Where(f => IsSource(f.Key)))
        {
            var lines = text.AsSpan().Count('\n');
            if (lines > LongestFile && !LongFiles.ContainsKey(path))
            {
                yield return $"{path}: {lines} lines; more than {LongestFile} needs a reason in the law";
            }

            if (Unfinished().Match(text) is { Success: true } found)
            {
                yield return $"{path}: says {found.Value}; what stands here is finished, or an issue";
            }
        }
    }

    private static bool IsSource(string path) =>
        path.EndsWith(".cs", StringComparison.Ordinal)
        || (path.Contains('/') && Path.GetExtension(path) is "" or ".sh");

    [GeneratedRegex(
        "(?:Manager|Helpers?|Utils?|Utility|Utilities|Common|Base|Impl|Info|Data|Processor)(?![a-z])",
        RegexOptions.None,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex EmptyWord();

    // Written with a class of one letter so that this file does not find itself.
    [GeneratedRegex(
        @"\bT[O]DO\b|\bF[I]XME\b|\bH[A]CK\b|NotImplemented[E]xception",
        RegexOptions.None,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Unfinished();
}
