using System.CommandLine;

namespace Mesh.Cli;

/// <summary><c>mesh init [FOLDER]</c>: a commented configuration of every tier, a registry and a first rule.</summary>
internal static class InitCommand
{
    private static readonly (string Resource, string File)[] Files =
    [
        ("cloud.yaml", "cloud.yaml"),
        ("fog.yaml", "fog.yaml"),
        ("edge.yaml", "edge.yaml"),
        ("devices.yaml", "devices.yaml"),
        ("first.rules.yaml", Path.Combine("rules", "first.rules.yaml")),
    ];

    public static Command Create()
    {
        var folder = new Argument<string>("folder") { Description = "Where to write", DefaultValueFactory = _ => "." };
        var command = new Command(
            "init",
            "Write a commented configuration for a cloud, a fog and an agent, and a first rule\n\n  mesh init home && mesh fog --config home/fog.yaml"
        )
        {
            folder,
        };
        command.SetAction((parsed, _) => Failures.CatchAsync(() => RunAsync(parsed.GetValue(folder)!)));
        return command;
    }

    private static async Task<int> RunAsync(string folder)
    {
        var taken = Files.Select(f => Path.Combine(folder, f.File)).Where(File.Exists).ToList();
        if (taken.Count > 0)
        {
            throw new UsageException($"nothing was written: {string.Join(", ", taken)} exists already");
        }

        foreach (var (resource, file) in Files)
        {
            var path = Path.Combine(folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            await File.WriteAllTextAsync(path, Resources.Text($"Init.{resource}"));
            await Terminal.Out.WriteLineAsync($"wrote {path}");
        }

        await Terminal.Out.WriteLineAsync(
            $"""

            Start them, each in a terminal of its own:
              mesh cloud --config {Path.Combine(folder, "cloud.yaml")}
              mesh fog --config {Path.Combine(folder, "fog.yaml")}
              mesh edge --config {Path.Combine(folder, "edge.yaml")}
            """
        );
        return Exit.Fine;
    }
}
