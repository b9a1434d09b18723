namespace Mesh.Cli;

/// <summary>Texts that lie in the program itself.</summary>
internal static class Resources
{
    public static string Text(string name)
    {
        using var stream = typeof(Resources).Assembly.GetManifestResourceStream($"Mesh.Cli.{name}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
