namespace Mesh.EndToEnd.Processes;

/// <summary>A folder of one test, removed with it unless MESH_KEEP is set.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("mesh-test-").FullName;

    public string Write(string name, string text)
    {
        var path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public string Write(string name, IEnumerable<object> lines) =>
        Write(name, string.Concat(lines.Select(l => $"{l}\n")));

    public void Dispose()
    {
        if (Environment.GetEnvironmentVariable("MESH_KEEP") is null)
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
