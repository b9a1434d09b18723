namespace Mesh.Tests.Law;

/// <summary>
/// A working copy as the law sees it: the path of every file, from the root with <c>/</c> between folders, and its
/// text. A value: <see cref="With"/> and <see cref="Without"/> make another one, so tests can break a small one.
/// </summary>
public sealed class Checkout(IReadOnlyDictionary<string, string> files)
{
    private static readonly string[] ReadEndings = [".cs", ".csproj", ".props", ".targets", ".sln", ".md", ".sh", ""];

    public IReadOnlyDictionary<string, string> Files { get; } = files;

    public Checkout With(string path, string text) =>
        new(new SortedDictionary<string, string>(new Dictionary<string, string>(Files) { [path] = text }));

    public Checkout Without(string path) => new(Files.Where(f => f.Key != path).ToDictionary(f => f.Key, f => f.Value));

    /// <summary>The root of the checkout these tests were built in: the nearest folder above them with Mesh.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Everything but what <c>.gitignore</c> names as folders, and git's own.</summary>
    public static Checkout Read(string root)
    {
        var ignored = File.ReadAllLines(Path.Combine(root, ".gitignore"))
            .Where(l => l.EndsWith('/'))
            .Select(l => l.Trim('/'))
            .Append(".git")
            .ToHashSet();
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var folders = new Stack<string>([root]);
        while (folders.TryPop(out var folder))
        {
            foreach (
                var sub in Directory.EnumerateDirectories(folder).Where(d => !ignored.Contains(Path.GetFileName(d)))
            )
            {
                folders.Push(sub);
            }

            foreach (var file in Directory.EnumerateFiles(folder).Where(f => Path.GetFileName(f) != ".git"))
            {
                var readable = ReadEndings.Contains(Path.GetExtension(file));
                files[Path.GetRelativePath(root, file)] = readable ? File.ReadAllText(file) : "";
            }
        }

        return new Checkout(files);
    }

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
