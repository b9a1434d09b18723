using System.Text.RegularExpressions;
using Mesh.Nodes;
using Mesh.Tests.Nodes;
using Xunit;

namespace Mesh.Tests.Api;

public sealed partial class MetricsTests
{
    [Fact]
    public async Task Every_metric_is_written_as_Prometheus_reads_it_and_stands_in_the_page()
    {
        await using var node = await RunningNode.StartAsync();
        await node.Node.TakeAsync(Some.Range(1, 50));
        var text = await node.Http.GetStringAsync(new Uri("metrics", UriKind.Relative), RunningNode.Cancel);
        Assert.All(text.TrimEnd('\n').Split('\n'), line => Assert.Matches(Line(), line));
        Assert.Contains("mesh_readings_total 50\n", text, StringComparison.Ordinal);
        Assert.Contains("mesh_lane_backlog_items{lane=\"readings\"}", text, StringComparison.Ordinal);
        var page = File.ReadAllText(Path.Combine(Law.Checkout.Root, "edge/Mesh.Nodes/Api/metrics.md"));
        Assert.All(
            Family().Matches(text).Select(m => m.Groups["name"].Value),
            name => Assert.Contains($"`{name}`", page, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void A_label_may_hold_anything()
    {
        var text = new MetricsText().Gauge("m", "Help.").Sample("m", 0.5, ("a", "x\"\\\ny")).ToString();
        Assert.Equal("# HELP m Help.\n# TYPE m gauge\nm{a=\"x\\\"\\\\\\ny\"} 0.5\n", text);
    }

    [GeneratedRegex(
        """^(# (HELP \S+ .+|TYPE \S+ (gauge|counter))|[a-z_]+(\{([a-z_]+="([^"\\]|\\.)*",?)+\})? [-0-9.E+]+)$""",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Line();

    [GeneratedRegex("# TYPE (?<name>\\S+) ", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Family();
}
