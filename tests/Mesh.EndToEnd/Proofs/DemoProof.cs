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
    [InlineData("30s", "--processes")]
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
        var figures = Figure()
            .Matches(said.All)
            .GroupBy(m => m.Groups["name"].Value, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(g => g.Key, g => Number(g.Last().Groups["figure"].Value), StringComparer.OrdinalIgnoreCase);
        Assert.True(figures["produced"] > 1_000, said.ToString());
        Assert.Equal(figures["produced"], figures["acknowledged"]);
        Assert.Equal(figures["produced"], figures["delivered"]);
        Assert.Equal(0, figures["lost"]);
        Assert.Equal(0, figures["duplicates"]);

        var rules = Directory
            .EnumerateFiles(Path.Combine(Checkout.Root, "simulators"), "*.rules.yaml", SearchOption.AllDirectories)
            .SelectMany(f => RuleId().Matches(File.ReadAllText(f)))
            .Select(m => m.Groups["id"].Value)
            .ToList();
        var spoke = rules.Where(r => figures.GetValueOrDefault(r) > 0).ToList();
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

    private static long Number(string text) =>
        long.Parse(text.Replace(",", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);

    // A line of the summary: "  lost            0", "  co2-high        12".
    [GeneratedRegex(
        @"^\s*(?<name>[a-z][a-z0-9-]*):?\s+(?<figure>[0-9][0-9,]*)\b",
        RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Figure();

    [GeneratedRegex(@"^- id: (?<id>[a-z0-9-]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RuleId();
}
