using Mesh.Contracts;
using Mesh.Edge;
using Mesh.Rules.Yaml;
using Xunit;

namespace Mesh.Tests.Edge;

/// <summary>Recordings written into a folder of the test's own, and the real ones where they are.</summary>
internal sealed class Recorded : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-recorded-").FullName;

    public string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text.ReplaceLineEndings("\n"));
        return path;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>All readings of a text under a mapping.</summary>
    public List<Reading> Read(string text, string? mapping, out RecordingReport report)
    {
        var path = Write("recording.txt", text);
        report = new RecordingReport();
        return [.. Open(path, mapping).Read(report)];
    }

    public static Recording Open(string path, string? mapping)
    {
        var diagnostics = new Diagnostics();
        var written = mapping is null ? null : MappingFile.Parse("m.yaml", mapping, diagnostics);
        Assert.True(mapping is null || written is not null, string.Join('\n', diagnostics.Items));
        var recording = Recording.Open(path, written, diagnostics);
        Assert.True(recording is not null, string.Join('\n', diagnostics.Items));
        return recording;
    }

    /// <summary>A file under <c>MESH_DATA</c>, else under <c>shared/data</c> beside the checkout; skips the test without it.</summary>
    public static string Real(string name)
    {
        var folder =
            Environment.GetEnvironmentVariable("MESH_DATA") ?? Path.Combine(Checkout(), "..", "shared", "data");
        var path = Path.Combine(folder, name);
        Assert.SkipUnless(File.Exists(path), $"the recording {name} is not here; MESH_DATA says where it is");
        return path;
    }

    public static string Example(string name) => File.ReadAllText(Path.Combine(Checkout(), "deploy", "examples", name));

    private static string Checkout()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Mesh.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("no Mesh.sln above the tests");
        }

        return folder.FullName;
    }
}
