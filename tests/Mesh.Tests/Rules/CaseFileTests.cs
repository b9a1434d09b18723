using System.Collections.Concurrent;
using Mesh.Rules.Testing;
using Mesh.Rules.Yaml;
using Mesh.Tests.Law;
using Xunit;

namespace Mesh.Tests.Rules;

/// <summary>
/// Runs the tests that are data: every <c>*.cases.yaml</c> of the corpus, and those that the example rules bring along.
/// </summary>
public class CaseFileTests
{
    private static readonly string[] Folders =
    [
        Path.Combine("tests", "Mesh.Tests", "Rules", "corpus"),
        Path.Combine("deploy", "examples"),
    ];

    private static readonly ConcurrentDictionary<string, (RuleTestFile File, IReadOnlyList<Diagnostic> Found)> Read =
    [];

    public static TheoryData<string> Files() => [.. Names()];

    public static TheoryData<string, string> Cases()
    {
        var rows = new TheoryData<string, string>();
        foreach (var file in Names())
        {
            foreach (var test in Load(file).File.Tests)
            {
                rows.Add(file, test.Name);
            }
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_of_cases_can_be_read(string file)
    {
        var (read, found) = Load(file);
        Assert.Empty(found);
        Assert.Equal(read.Tests.Count, read.Tests.Select(t => t.Name).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_rules_say_what_the_case_expects(string file, string name)
    {
        var result = RuleTestRun.Run(Load(file).File.Tests.First(t => t.Name == name));
        if (!result.Passed)
        {
            Assert.Fail(TestReport.Text(result));
        }
    }

    private static IEnumerable<string> Names() =>
        Folders
            .SelectMany(folder =>
                Directory.EnumerateFiles(Path.Combine(Checkout.Root, folder), "*.yaml", SearchOption.AllDirectories)
            )
            .Where(f => f.EndsWith(".cases.yaml", StringComparison.Ordinal) || HasTests(f))
            .Select(f => Path.GetRelativePath(Checkout.Root, f))
            .Order(StringComparer.Ordinal);

    private static bool HasTests(string file) =>
        file.EndsWith(".rules.yaml", StringComparison.Ordinal)
        && File.ReadLines(file).Any(l => l.StartsWith("tests:", StringComparison.Ordinal));

    private static (RuleTestFile File, IReadOnlyList<Diagnostic> Found) Load(string file) =>
        Read.GetOrAdd(
            file,
            static name =>
            {
                var diagnostics = new Diagnostics();
                var path = Path.Combine(Checkout.Root, name);
                var read = RuleTestFile.Parse(path, File.ReadAllText(path), Open, diagnostics);
                return (read, diagnostics.Items);
            }
        );

    private static string? Open(string path) => File.Exists(path) ? File.ReadAllText(path) : null;
}
