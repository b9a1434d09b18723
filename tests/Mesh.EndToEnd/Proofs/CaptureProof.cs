using Mesh.EndToEnd.Processes;
using Xunit;

namespace Mesh.EndToEnd.Proofs;

/// <summary>An alarm of a running fog becomes a test that passes, and that fails once somebody changes the rule.</summary>
public sealed class CaptureProof
{
    private const string Rules = """
        version: 1
        rules:
        - id: too-warm
          by: device
          lookup: {limits: tables/limits.csv}
          when: temperature > limits[device].max
          for: 1500ms
          severity: critical
        """;

    [Fact]
    public async Task An_incident_of_a_running_fog_becomes_a_test()
    {
        await using var fog = new LiveFog(
            "",
            ("rules/home.rules.yaml", Rules),
            ("rules/tables/limits.csv", "device,max\nroom-1,30\n")
        );
        await fog.StartAsync();
        await fog.SendAsync("room-1", "temperature", "21");
        await fog.SendAsync("room-2", "temperature", "50");
        await fog.SendAsync("room-1", "temperature", "35");
        var alarm = await fog.DetectionAsync("too-warm");
        string[] incident = ["--rule", "too-warm", "--at", alarm.GetProperty("at").GetString()!, "--before", "10m"];
        var captured = await fog.RunAsync([
            "rules",
            "capture",
            .. incident,
            "--node",
            fog.Address,
            "--to",
            "incident.cases.yaml",
        ]);
        Assert.True(captured.ExitCode == 0, captured.ToString());

        var right = await fog.RunAsync("rules", "test", "incident.cases.yaml");
        Assert.True(right.ExitCode == 0, right.ToString());

        fog.Folder.Write("incident.rules/home.rules.yaml", Rules.Replace("1500ms", "2500ms", StringComparison.Ordinal));
        var wrong = await fog.RunAsync("rules", "test", "incident.cases.yaml");
        Assert.True(wrong.ExitCode == 1, wrong.ToString());
        Assert.Contains("too-warm", wrong.All, StringComparison.Ordinal);

        var again = await fog.RunAsync([
            "rules",
            "capture",
            .. incident,
            "--node",
            fog.Address,
            "--to",
            "incident.cases.yaml",
        ]);
        Assert.True(again.ExitCode == 2, again.ToString());
        Assert.Contains("is there already", again.All, StringComparison.Ordinal);
    }
}
