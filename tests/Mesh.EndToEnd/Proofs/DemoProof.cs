using System.Globalization;
using System.Text.RegularExpressions;
using Mesh.EndToEnd.Processes;
using Xunit;

namespace Mesh.EndToEnd.Proofs;

/// <summary>What somebody who has just cloned the repository sees first.</summary>
public sealed partial class DemoProof
{
    [Theory]
    [InlineData("30s")]
    [InlineData("15s", "--processes")]
    public async Task The_demo_runs_without_configuration_loses_nothing_and_detects_several_kinds(
        string time,
        params string[] more
    )
    {
        using var folder = new TemporaryFolder();
        var said = await MeshProcess.Run(
            folder.Path,
            TimeSpan.FromSeconds(90),
            ["demo", "--for", time, "--data", Path.Combine(folder.Path, "demo"), .. more]
        );
        Assert.True(said.ExitCode == 0, said.ToString());
        var figures = Figure().Matches(said.All).Select(m => (Name: m.Groups["name"].Value, Count: Number(m))).ToList();
        long Count(string word) => Assert.Single(figures, f => f.Name.Contains(word, StringComparison.Ordinal)).Count;
        Assert.True(Count("produced") > 1_000, said.ToString());
        Assert.Equal(Count("produced"), Count("acknowledged"));
        Assert.Equal(Count("produced"), Count("delivered"));
        Assert.Equal(0, Count("lost"));
        Assert.Equal(0, Count("duplicates"));

        var rules = Directory
            .EnumerateFiles(Path.Combine(Checkout.Root, "simulators"), "*.rules.yaml", SearchOption.AllDirectories)
            .SelectMany(f => RuleId().Matches(File.ReadAllText(f)))
            .Select(m => m.Groups["id"].Value)
            .ToList();
        var spoke = rules.Where(r => figures.Exists(f => f.Count > 0 && f.Name.Split(' ')[0] == r)).ToList();
        Assert.True(
            spoke.Count >= 3,
            $"of the rules {string.Join(", ", rules)} only {string.Join(", ", spoke)} said anything\n{said}"
        );
    }

    [Fact]
    public async Task Ctrl_c_ends_the_demo_cleanly_with_its_summary()
    {
        using var folder = new TemporaryFolder();
        await using var demo = MeshProcess.Start(folder.Path, "demo", "--data", Path.Combine(folder.Path, "demo"));
        await Until.True(
            () => Task.FromResult(demo.Text.Contains("http://", StringComparison.Ordinal)),
            TimeSpan.FromSeconds(30),
            () => $"no address of the page\n{demo.Text}"
        );
        demo.Interrupt();
        var said = await demo.Exit(TimeSpan.FromSeconds(20));
        Assert.True(said.ExitCode == 0, said.ToString());
        Assert.Contains("lost", said.All, StringComparison.OrdinalIgnoreCase);
    }

    private static long Number(Match figure) =>
        long.Parse(
            figure.Groups["figure"].Value.Replace(",", "", StringComparison.Ordinal),
            CultureInfo.InvariantCulture
        );

    // A line of the summary: "  lost                0", "    co2-high fire     1,012".
    [GeneratedRegex(
        @"^ +(?<name>[a-z].*?) {2,}(?<figure>[0-9][0-9,]*)$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Figure();

    [GeneratedRegex(@"^- id: (?<id>[a-z0-9-]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RuleId();
}
