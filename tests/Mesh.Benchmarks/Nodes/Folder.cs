namespace Mesh.Benchmarks.Nodes;

/// <summary>A folder of its own below the temporary one (TMPDIR chooses the disk), gone afterwards.</summary>
internal sealed class Folder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesh-figures-");

    public string Path => _folder.FullName;

    public string Inside(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => _folder.Delete(recursive: true);
}
