using Mesh.Edge;
using Mesh.Nodes;
using Mesh.Rules.Yaml;

namespace Mesh.Cli;

/// <summary>Opens the recordings that a configuration or a command names, each with its mapping.</summary>
internal static class Recordings
{
    public static IReadOnlyList<Recording> Open(ConfigurationFile file, AgentSettings settings)
    {
        var recordings = new List<Recording>();
        var entries = file.Fields.List("replay");
        foreach (var (replay, entry) in settings.Replays.Zip(entries))
        {
            var mapping = replay.Mapping is null ? null : file.Resolve(replay.Mapping);
            var missing = Missing(file.Resolve(replay.File)) ?? (mapping is null ? null : Missing(mapping));
            if (missing is not null)
            {
                file.Diagnostics.Error(entry, missing);
            }
            else if (Open(file.Resolve(replay.File), mapping, file.Diagnostics) is { } recording)
            {
                recordings.Add(recording);
            }
        }

        return recordings;
    }

    /// <summary>Null when something is wrong; <paramref name="diagnostics"/> says what.</summary>
    public static Recording? Open(string path, string? mappingPath, Diagnostics diagnostics)
    {
        try
        {
            MappingFile? mapping = null;
            if (mappingPath is not null)
            {
                mapping = MappingFile.Parse(mappingPath, File.ReadAllText(mappingPath), diagnostics);
                if (mapping is null)
                {
                    return null;
                }
            }

            return Recording.Open(path, mapping, diagnostics);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            diagnostics.Error(
                path,
                default,
                $"cannot be read: {Missing(path) ?? Missing(mappingPath ?? path) ?? e.Message}"
            );
            return null;
        }
    }

    private static string? Missing(string path) =>
        File.Exists(path) ? null
        : Directory.Exists(path) ? $"'{path}' is a folder; a file is expected"
        : $"there is no file '{path}'";
}
