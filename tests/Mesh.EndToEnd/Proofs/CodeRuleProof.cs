using System.Text.RegularExpressions;
using Mesh.EndToEnd.Processes;
using Xunit;

namespace Mesh.EndToEnd.Proofs;

/// <summary>The example of a rule in C#, on a fog whose configuration names it, through a kill -9.</summary>
public sealed class CodeRuleProof
{
    private static readonly string Assembly = Path.Combine(
        Checkout.Root,
        "artifacts/bin/Mesh.Examples.Code",
        new DirectoryInfo(AppContext.BaseDirectory).Name,
        "Mesh.Examples.Code.dll"
    );

    private const string Rules = """
        version: 1
        rules:
        - {id: any-knock, by: device, each: knock}
        """;

    [Fact]
    public async Task A_rule_in_code_runs_on_a_node_and_goes_on_after_a_kill()
    {
        var hash = await HashAsync();
        await using var fog = new LiveFog(
            $$"""plugins: [{assembly: "{{Assembly}}", sha256: {{hash}}}]""",
            ("home.rules.yaml", Rules)
        );
        await fog.StartAsync();
        await KnockAsync(fog, "first.jsonl", 1);
        var first = await fog.DetectionAsync("knock");
        Assert.Equal(4, first.GetProperty("values").GetProperty("knocks").GetInt32());
        var rules = await fog.Api.Get("/v1/rules");
        Assert.Equal(hash, rules.GetProperty("assemblies")[0].GetProperty("sha256").GetString());

        await fog.KillAsync();
        await fog.StartAsync();
        Assert.Equal(0, (await fog.Api.Status()).Rule("any-knock", "late"));
        await KnockAsync(fog, "second.jsonl", 2);
        var second = await fog.DetectionAsync("knock", count: 2);
        Assert.NotEqual(first.GetProperty("id").GetString(), second.GetProperty("id").GetString());
        await fog.DetectionAsync("any-knock", count: 8);
    }

    [Fact]
    public async Task Another_assembly_than_the_configuration_names_is_not_loaded()
    {
        var hash = await HashAsync();
        var other = new string('0', hash.Length);
        await using var fog = new LiveFog($$"""plugins: [{assembly: "{{Assembly}}", sha256: {{other}}}]""");
        var said = await fog.RunAsync("fog", "--config", "fog.yaml");
        Assert.Equal(2, said.ExitCode);
        Assert.Contains($"its SHA-256 is {hash}; {other} is expected", said.All, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(fog.Folder.Path, "data")));
    }

    private static async Task<string> HashAsync()
    {
        using var folder = new TemporaryFolder();
        var said = await MeshProcess.Run(folder.Path, TimeSpan.FromSeconds(20), "rules", "check", Assembly);
        Assert.True(said.ExitCode == 0, said.ToString());
        return Regex
            .Match(said.All, "SHA-256 (?<hash>[0-9a-f]{64})", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1))
            .Groups["hash"]
            .Value;
    }

    // Four knocks of an even rhythm, that arrive at once.
    private static async Task KnockAsync(LiveFog fog, string file, int boot)
    {
        var start = TimeProvider.System.GetUtcNow().AddSeconds(-2);
        fog.Folder.Write(
            file,
            Enumerable
                .Range(1, 4)
                .Select(i =>
                    $$"""{"device":"door-1","sensor":"knock","value":true,"at":"{{start.AddMilliseconds(400 * i):yyyy-MM-dd'T'HH:mm:ss.fff'Z'}}","seq":{{i}},"boot":{{boot}}}"""
                )
        );
        await fog.ReplayAsync(file);
    }
}
