using Mesh.Contracts;
using Mesh.Nodes;
using Mesh.Rules.Yaml;
using Mesh.Tests.Nodes;
using Xunit;

namespace Mesh.Tests.Sinks;

public sealed class SilenceTests
{
    private const string Rules = """
        version: 1
        rules:
        - id: step
          by: device
          each: temperature
          then:
          - publish: {topic: "t/{device}", payload: "{value}"}
          - command: {device: fan, sensor: fan, value: true}
        """;

    [Fact]
    public async Task A_silence_holds_back_messages_of_its_key_but_neither_detections_nor_commands_and_survives_a_restart()
    {
        await using var running = await RunningSinks.StartAsync(Rules);
        var silence = new Silence("s-1", "st*", [new("device", "a")], "painting", default, default);
        await running.Node.AcceptAsync(new SilenceAdded(silence, TimeSpan.FromHours(2)), OpenNode.Cancel);
        await running.SayAsync("a", 1);
        await running.SayAsync("b", 2);
        await running.CutPowerAsync();
        await running.SayAsync("a", 3);
        await running.Node.AcceptAsync(new SilenceRemoved("s-1"), OpenNode.Cancel);
        await running.SayAsync("a", 4);
        await RunningSinks.Until(() => running.Cursor("publish") is { Waiting: 0, Done: 2 });
        var said = running.Node.Items(Lane.Detections, e => Told((Detection)e)).Values;
        Assert.Equal(["a painting", "b ", "a painting", "a "], said);
        Assert.Equal(4, running.Node.Look(core => core.Counters.Commands));
        Assert.Equal(0, running.Node.ReplayDifferences);
    }

    [Theory]
    [InlineData("2026-03-02T21:59:59Z", false)]
    [InlineData("2026-03-02T22:00:00Z", true)]
    [InlineData("2026-03-03T05:59:59Z", true)]
    [InlineData("2026-03-03T06:00:00Z", false)]
    [InlineData("2026-03-03T23:00:00Z", false)]
    public void A_weekly_window_runs_over_midnight_from_the_day_it_is_written_for(string at, bool open) =>
        Assert.Equal(
            open,
            Window("{name: move, days: [mon], from: '22:00', to: '06:00', zone: UTC}").IsOpen(Timestamp.Parse(at))
        );

    [Fact]
    public void A_weekly_window_follows_the_clock_on_the_wall()
    {
        var window = Window("{name: move, from: '08:00', to: '09:00', zone: Europe/Berlin}");
        Assert.True(window.IsOpen(Timestamp.Parse("2026-03-28T07:30:00Z")));
        Assert.True(window.IsOpen(Timestamp.Parse("2026-03-29T06:30:00Z")));
        Assert.False(window.IsOpen(Timestamp.Parse("2026-03-29T07:30:00Z")));
    }

    [Fact]
    public void A_window_once_is_half_open()
    {
        var window = Window("{name: move, from: 2026-03-01T08:00:00Z, to: 2026-03-01T09:00:00Z}");
        Assert.True(window.IsOpen(Timestamp.Parse("2026-03-01T08:00:00Z")));
        Assert.False(window.IsOpen(Timestamp.Parse("2026-03-01T09:00:00Z")));
    }

    [Theory]
    [InlineData("maintenance: [{name: move, from: '22:00', to: 2026-03-01T09:00:00Z}]", "is no span of time")]
    [InlineData("maintenance: [{name: move, from: '22:00', to: '06:00', days: [monday]}]", "is no weekday")]
    [InlineData("maintenance: [{name: move, from: '22:00', to: '06:00', zone: Mars/Olympus}]", "no time zone")]
    [InlineData("maintenance: [{from: '22:00', to: '06:00'}]", "has no 'name'")]
    [InlineData("maintenance: [{name: move, from: '22:00', to: '06:00', rules: [{door: x}]}]", "single value")]
    [InlineData("maintenance: [{name: move, from: '22:00', to: '06:00', key: {room: [a]}}]", "single value")]
    [InlineData("maintenance: [{name: move, from: ['22:00'], to: '06:00'}]", "single value")]
    [InlineData("notify: {a: {webhook: 'http://x/', headers: {X: [a]}}}", "single value")]
    [InlineData("notify: {a: {mqtt: t, webhook: 'http://x/'}}", "exactly one of")]
    [InlineData("notify: {a: {mqtt: 't/#'}}", "no topic to publish to")]
    [InlineData("notify: {a: {webhook: 'ftp://x'}}", "no address")]
    [InlineData("notify: {a: {ntfy: 'https://ntfy.sh/'}}", "names no topic")]
    [InlineData("notify: {a: {smtp: {host: m, from: me, to: [b@c]}}}", "no mail address")]
    [InlineData("notify: {a: {smtp: {host: m.example, from: a@b, to: [b@c], tls: none}}}", "in the clear")]
    [InlineData("notify: {a: {mqtt: t, default: true}, b: {mqtt: t, default: true}}", "is the default already")]
    [InlineData("notify: {a: {mqtt: t, min_severity: loud}}", "expected is info, warning or critical")]
    public void What_is_wrong_in_the_configuration_is_said(string yaml, string expected)
    {
        var diagnostics = new Diagnostics();
        var fields = new YamlFields(YamlTree.Parse("mesh.yaml", yaml, diagnostics)!, "the configuration", diagnostics);
        MaintenanceReader.Read(fields, diagnostics);
        NotifyReader.Read(fields, diagnostics);
        Assert.Contains(diagnostics.Items, d => d.ToString().Contains(expected, StringComparison.Ordinal));
        Assert.True(diagnostics.HasErrors);
    }

    private static MaintenanceWindow Window(string yaml)
    {
        var diagnostics = new Diagnostics();
        var tree = YamlTree.Parse("mesh.yaml", $"maintenance: [{yaml}]", diagnostics)!;
        var windows = MaintenanceReader.Read(new YamlFields(tree, "the configuration", diagnostics), diagnostics);
        Assert.Empty(diagnostics.Items);
        return Assert.Single(windows);
    }

    private static string Told(Detection detection) =>
        $"{detection.Key[0].Value} {detection.Values.FirstOrDefault(v => v.Key == "silenced").Value switch { { Kind: ValueKind.Text } v => v.Text, _ => "" }}";
}
