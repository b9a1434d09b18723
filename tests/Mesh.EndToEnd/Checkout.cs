namespace Mesh.EndToEnd;

/// <summary>Where the checkout lies that these tests were built in, and what was built beside them.</summary>
public static class Checkout
{
    /// <summary>The nearest folder above the tests with Mesh.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The built <c>mesh</c>, of the same configuration as these tests; MESH_PROGRAM names another one.</summary>
    public static string Program { get; } =
        Environment.GetEnvironmentVariable("MESH_PROGRAM")
        ?? Path.Combine(Root, "artifacts", "bin", "Mesh.Cli", new DirectoryInfo(AppContext.BaseDirectory).Name, "mesh");

    public static string Example(string path) => Path.Combine(Root, "deploy", "examples", path);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Mesh.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"no Mesh.sln above {AppContext.BaseDirectory}");
    }
}
