using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Mesh.EndToEnd.Processes;
using Xunit;

namespace Mesh.EndToEnd.Proofs;

/// <summary>
/// What is wrong is said in one clear message with file, line and remedy; the exit code is 1 or 2, and nothing has been
/// half-started: no data folder, no open port.
/// </summary>
public sealed class WrongInputProof
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private const string Rule = """
        version: 1
        rules:
        - id: hot
          each: temperature
          where: value > 30
        """;

    private const string Fog = """
        node: fog-1
        tier: fog
        site: home
        data: data/fog-1
        http: 127.0.0.1:0
        mqtt: {listen: "127.0.0.1:0"}
        rules: [a.rules.yaml]
        """;

    [Theory]
    [InlineData("where", "wehre", @"a\.rules\.yaml:5:3: .*wehre.*where")]
    [InlineData("value > 30", "valeu > 30 and", @"a\.rules\.yaml:5:\d+: ")]
    [InlineData("id: hot", "id: Hot House", @"a\.rules\.yaml:3:\d+: .*Hot House.*lower-case letters")]
    [InlineData("each: temperature", "for: 1s", @"a\.rules\.yaml:[34]:\d+: .*(each|when|body)")]
    [InlineData("version: 1", "version: 1\nversion: 1", @"a\.rules\.yaml:2:1: .*version")]
    public async Task A_wrong_rule_file(string right, string wrong, string message)
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.rules.yaml", Rule.Replace(right, wrong, StringComparison.Ordinal));
        folder.Write("fog.yaml", Fog);
        AssertRefused(folder, message, await Run(folder, "rules", "check", "a.rules.yaml"), exitCode: 1);
        AssertRefused(folder, message, await Run(folder, "fog", "--config", "fog.yaml"));
    }

    [Theory]
    [InlineData("mqtt: {listen:", "mqtt: {lisen:", @"fog\.yaml:6:8: .*lisen.*listen")]
    [InlineData("tier: fog", "tier: frog", @"fog\.yaml:2:7: .*frog.*fog")]
    [InlineData("tier: fog", "tier: cloud", @"fog\.yaml:2:7: .*cloud.*mesh cloud")]
    [InlineData("node: fog-1", "node: fog 1/x", @"fog\.yaml:1:7: .*fog 1/x")]
    [InlineData("127.0.0.1:0\"}", "0.0.0.0:1883\"}", @"fog\.yaml:6:\d+: .*insecure: true")]
    [InlineData("http: 127.0.0.1:0", "http: here", @"fog\.yaml:5:7: .*here.*127\.0\.0\.1")]
    [InlineData("a.rules.yaml", "b.rules.yaml", @"fog\.yaml:7:\d+: .*b\.rules\.yaml")]
    public async Task A_wrong_configuration_file(string right, string wrong, string message)
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.rules.yaml", Rule);
        folder.Write("fog.yaml", Fog.Replace(right, wrong, StringComparison.Ordinal));
        AssertRefused(folder, message, await Run(folder, "fog", "--config", "fog.yaml"), exitCode: 2);
    }

    [Fact]
    public async Task Several_mistakes_are_told_at_once()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.rules.yaml", Rule.Replace("where", "wehre", StringComparison.Ordinal));
        folder.Write(
            "fog.yaml",
            Fog.Replace("listen", "lisen", StringComparison.Ordinal)
                .Replace("tier: fog", "tier: frog", StringComparison.Ordinal)
        );
        var said = await Run(folder, "fog", "--config", "fog.yaml");
        AssertRefused(folder, "lisen", said, messages: 3);
        AssertRefused(folder, "frog", said, messages: 3);
        AssertRefused(folder, "wehre", said, messages: 3);
    }

    [Theory]
    [InlineData("fog", "there is no such file|nothing\\.yaml")]
    [InlineData("edge", "there is no such file|nothing\\.yaml")]
    [InlineData("cloud", "there is no such file|nothing\\.yaml")]
    public async Task A_configuration_file_that_is_not_there(string tier, string message)
    {
        using var folder = new TemporaryFolder();
        AssertRefused(folder, message, await Run(folder, tier, "--config", "nothing.yaml"), exitCode: 2);
    }

    [Theory]
    [InlineData("format: space", "formt: space", @"home\.mapping\.yaml:\d+:\d+: .*formt.*format")]
    [InlineData("America/Los_Angeles", "America/Los_Angels", @"home\.mapping\.yaml:\d+:\d+: .*Los_Angels")]
    public async Task A_wrong_mapping_file(string right, string wrong, string message)
    {
        using var folder = new TemporaryFolder();
        var mapping = await File.ReadAllTextAsync(
            Checkout.Example("casas/casas.mapping.yaml"),
            TestContext.Current.CancellationToken
        );
        Assert.Contains(right, mapping, StringComparison.Ordinal);
        folder.Write("home.mapping.yaml", mapping.Replace(right, wrong, StringComparison.Ordinal));
        folder.Write("home.log", "2013-03-18 06:00:00.25 Kitchen Kitchen ON Sleep\n");
        folder.Write("edge.yaml", Edge("home.log", FreePorts.Next()));
        AssertRefused(folder, message, await Run(folder, "edge", "--config", "edge.yaml"));
    }

    [Fact]
    public async Task A_recording_that_is_not_there()
    {
        using var folder = new TemporaryFolder();
        File.Copy(Checkout.Example("casas/casas.mapping.yaml"), Path.Combine(folder.Path, "home.mapping.yaml"));
        folder.Write("edge.yaml", Edge("home.log", FreePorts.Next()));
        AssertRefused(folder, @"edge\.yaml:\d+:\d+: .*home\.log", await Run(folder, "edge", "--config", "edge.yaml"));
    }

    [Theory]
    [InlineData("fog", "mqtt: {listen: \"127.0.0.1:0\"}", "mqtt: {listen: \"127.0.0.1:PORT\"}")]
    [InlineData("fog", "http: 127.0.0.1:0", "http: 127.0.0.1:PORT")]
    [InlineData("cloud", "http: 127.0.0.1:0", "http: 127.0.0.1:PORT")]
    public async Task A_port_that_somebody_has_taken(string tier, string right, string wrong)
    {
        using var folder = new TemporaryFolder();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = $"{((IPEndPoint)taken.LocalEndpoint).Port}";
        folder.Write("a.rules.yaml", Rule);
        var configuration = tier == "fog" ? Fog : "node: cloud\ntier: cloud\ndata: data/cloud\nhttp: 127.0.0.1:0\n";
        folder.Write(
            "node.yaml",
            configuration.Replace(
                right,
                wrong.Replace("PORT", port, StringComparison.Ordinal),
                StringComparison.Ordinal
            )
        );
        AssertRefused(
            folder,
            $@"127\.0\.0\.1:{port}.*(in use|taken|another program)",
            await Run(folder, tier, "--config", "node.yaml"),
            opened: true
        );
    }

    [Fact]
    public async Task A_broker_or_node_that_does_not_answer()
    {
        using var folder = new TemporaryFolder();
        folder.Write(
            "a.jsonl",
            """{"device":"d","sensor":"temperature","value":1,"at":"2026-03-01T08:00:00Z","seq":1,"boot":3}"""
        );
        var port = FreePorts.Next();
        var message = $@"127\.0\.0\.1:{port}\b.*(refused|answer|reach)";
        AssertRefused(
            folder,
            message,
            await Run(folder, "replay", "a.jsonl", "--to", $"mqtt://127.0.0.1:{port}"),
            exitCode: 1
        );
        AssertRefused(folder, message, await Run(folder, "status", "--node", $"http://127.0.0.1:{port}"), exitCode: 1);
    }

    [Theory]
    [InlineData("fgo", "fog")]
    [InlineData("fog --confg a.yaml", "--config")]
    [InlineData("rules chekc a.yaml", "check")]
    public async Task A_command_that_does_not_exist(string command, string remedy)
    {
        using var folder = new TemporaryFolder();
        var said = await Run(folder, command.Split(' '));
        Assert.True(said.ExitCode == 2, said.ToString());
        Assert.Contains(remedy, said.All, StringComparison.Ordinal);
    }

    private static string Edge(string recording, int mqtt) =>
        $$"""
            node: edge-1
            tier: edge
            site: home
            data: data/edge-1
            clock: recorded
            fogs: ["mqtt://127.0.0.1:{{mqtt}}"]
            replay:
            - {file: {{recording}}, mapping: home.mapping.yaml, speed: max}
            """;

    private static Task<MeshProcess.Said> Run(TemporaryFolder folder, params string[] arguments) =>
        MeshProcess.Run(folder.Path, Deadline, arguments);

    private static void AssertRefused(
        TemporaryFolder folder,
        string message,
        MeshProcess.Said said,
        int? exitCode = null,
        int messages = 1,
        bool opened = false
    )
    {
        Assert.True(exitCode is { } code ? said.ExitCode == code : said.ExitCode is 1 or 2, said.ToString());
        var lines = said.Output.Concat(said.Errors).Where(l => l.Trim().Length > 0).ToList();
        Assert.True(
            lines.Count(l => Regex.IsMatch(l, message, RegexOptions.IgnoreCase, Deadline)) == 1,
            $"expected once: {message}\n{said}"
        );
        // The messages and at most a line that sums them up; no stack trace, no log.
        Assert.True(lines.Count <= messages + 1, said.ToString());
        Assert.DoesNotContain(
            lines,
            l => l.Contains("   at ", StringComparison.Ordinal) || l.Contains("Exception", StringComparison.Ordinal)
        );
        // A port is tried when the node's folder is open already; everything else is found before.
        Assert.True(
            opened || !Directory.Exists(Path.Combine(folder.Path, "data")),
            $"a data folder was left behind\n{said}"
        );
    }
}
