using Mesh.Contracts;
using Mesh.Rules;
using Xunit;

namespace Mesh.Tests.Rules;

public class RuleEngineTests
{
    private static readonly Timestamp Start = RuleTexts.Start;

    private static RuleEngine Live(string rules)
    {
        var engine = new RuleEngine(new RuleEngineOptions());
        engine.Load(RuleTexts.Compile(rules));
        engine.Tick(Start);
        return engine;
    }

    private static List<string> Drain(RuleEngine engine) => [.. engine.Drain().Select(RuleTexts.Line)];

    private static Timestamp At(double seconds) => Start + TimeSpan.FromSeconds(seconds);

    [Fact]
    public void An_alarm_that_only_the_unknown_holds_is_stale()
    {
        var engine = Live("- {id: a, inputs: {x: {latest: t, max_age: 1m}}, when: x > 5}");
        engine.Offer("s", RuleTexts.Reading("d", "t", Value.Of(9), 0, 1));
        engine.Tick(At(59));
        Assert.Equal((1, 0), (engine.Status[0].Open, engine.Status[0].Stale));
        engine.Tick(At(60));
        Assert.Equal((1, 1), (engine.Status[0].Open, engine.Status[0].Stale));
        engine.Offer("s", RuleTexts.Reading("d", "t", Value.Of(9), 61, 2));
        Assert.Equal((1, 0), (engine.Status[0].Open, engine.Status[0].Stale));
    }

    [Fact]
    public void A_rule_of_the_same_hash_keeps_its_state_whatever_its_labels_and_actions()
    {
        var engine = Live("- {id: a, when: t > 5, for: 10s}");
        engine.Offer("s", RuleTexts.Reading("d", "t", Value.Of(9), 0, 1));
        engine.Tick(At(5));
        var changes = engine.Load(
            RuleTexts.Compile("- {id: a, when: (t) > 5.0, for: 10s, severity: critical, labels: {x: y}}")
        );
        Assert.Single(changes.Kept);
        engine.Tick(At(20));
        Assert.Equal(["10s fire - since 0s"], Drain(engine));
    }

    [Fact]
    public void A_rule_that_keeps_its_state_speaks_with_its_new_labels_and_severity()
    {
        var engine = Live("- {id: a, by: device, when: t > 5}");
        engine.Offer("s", RuleTexts.Reading("d", "t", Value.Of(9), 0, 1));
        engine.Load(RuleTexts.Compile("- {id: a, by: device, when: t > 5, severity: critical, labels: {x: y}}"));
        engine.Offer("s", RuleTexts.Reading("d", "t", Value.Of(1), 1, 2));
        var said = engine.Drain().Select(o => (Detection)o.Event).ToList();
        Assert.Equal([Severity.Info, Severity.Critical], said.Select(d => d.Severity));
        Assert.Equal(["", "y"], said.Select(d => d.Labels.TryGet("x", out var x) ? x : ""));
        Assert.All(said, d => Assert.Equal([new KeyPart("device", Value.Of("d"))], d.Key));
    }

    [Theory]
    [InlineData("where: value > 5")]
    [InlineData("where: value > 5 or value > 6")]
    [InlineData("by: device, where: value > 5")]
    public void A_match_of_a_reading_begins_with_it_however_the_rule_was_found(string options)
    {
        var engine = Live($"- {{id: a, each: t, {options}}}");
        engine.Tick(At(2));
        engine.Offer("s", RuleTexts.Reading("d", "t", Value.Of(9), 1, 1));
        var said = Assert.IsType<Detection>(Assert.Single(engine.Drain()).Event);
        Assert.Equal((At(1), At(2), At(2)), (said.Since, said.At, said.Emitted));
    }

    [Fact]
    public void A_changed_rule_clears_its_open_episodes_and_starts_from_the_latest_values()
    {
        var engine = Live("- {id: a, when: t > 5}");
        engine.Offer("s", RuleTexts.Reading("d", "t", Value.Of(9), 0, 1));
        engine.Tick(At(5));
        var changes = engine.Load(RuleTexts.Compile("- {id: a, when: t > 6, for: 10s}"));
        Assert.Equal("its stateful part has changed", Assert.Single(changes.Started).Reason);
        engine.Tick(At(20));
        engine.Load([]);
        Assert.Equal(
            ["0s fire - since 0s", "5s clear - (reload)", "15s fire - since 5s", "20s clear - (reload)"],
            Drain(engine)
        );
    }

    [Fact]
    public void Readings_beyond_the_bounds_of_a_live_clock_get_their_arrival_time()
    {
        var engine = Live("- {id: a, each: t, let: {at: at}}");
        engine.Offer("s", RuleTexts.Reading("d", "t", Value.Of(1), 6, 1));
        engine.Offer("s", RuleTexts.Reading("d", "t", Value.Of(1), 5, 2));
        engine.Offer("s", RuleTexts.Reading("d", "t", Value.Of(1), -7 * 86_400 - 1, 3));
        Assert.Equal(2, engine.Flagged);
        Assert.Equal([$"0s match - at={Start}", $"0s match - at={At(5)}", $"0s match - at={Start}"], Drain(engine));
    }

    [Fact]
    public void A_dead_source_holds_nobody_and_a_live_one_does()
    {
        var engine = Live("- {id: a, each: t, lateness: 2s, max_delay: 1h, let: {d: device}}");
        engine.Offer("x", RuleTexts.Reading("x", "t", Value.Of(1), 0, 1));
        engine.Offer("y", RuleTexts.Reading("y", "t", Value.Of(1), 1, 1));
        engine.Tick(At(10));
        engine.Offer("x", RuleTexts.Reading("x", "t", Value.Of(1), 10, 2));
        Assert.DoesNotContain(Drain(engine), l => l.Contains("d=y", StringComparison.Ordinal));
        engine.SourceAlive("y", false);
        Assert.Equal(
            ["1s match - d=y said 10s"],
            Drain(engine).Where(l => l.Contains("d=y", StringComparison.Ordinal))
        );
    }

    [Fact]
    public void A_recorded_clock_waits_for_the_sources_it_expects()
    {
        var engine = new RuleEngine(new RuleEngineOptions { Clock = ClockKind.Recorded, ExpectedSources = ["x", "y"] });
        engine.Load(RuleTexts.Compile("- {id: a, each: t, let: {d: device}}"));
        engine.Offer("x", RuleTexts.Reading("x", "t", Value.Of(1), 5, 1));
        Assert.Empty(Drain(engine));
        engine.Tick(At(100));
        engine.Offer("y", RuleTexts.Reading("y", "t", Value.Of(1), 3, 1));
        Assert.Equal(["3s match - d=y"], Drain(engine));
        engine.Mark("y", At(50), final: true);
        Assert.Equal(["5s match - d=x"], Drain(engine));
        Assert.Equal(At(5), engine.Clock);
    }

    [Fact]
    public void The_hooks_see_each_reading_of_a_device_once_and_labels_set_there_are_seen_by_rules()
    {
        var engine = Live("- {id: a, by: room, each: t, then: [{set: {sensor: u, value: 1}}]}");
        var applied = new List<string>();
        engine.BeforeApply = r => r.Labels = new Labels([new("room", "r7")]).With(r.Labels);
        engine.Applied = r => applied.Add($"{r.Sensor} {r.Device}");
        engine.Offer("s", RuleTexts.Reading("d", "t", Value.Of(1), 0, 1));
        Assert.Equal(["0s match r7"], Drain(engine));
        Assert.Equal(["t d"], applied);
    }

    [Fact]
    public void A_subscriber_that_throws_harms_no_rule()
    {
        var rules = RuleTexts.Compile("- {id: a, each: t}\n- {id: b, each: t}");
        var engine = new RuleEngine(new RuleEngineOptions());
        engine.Load(rules);
        engine.Tick(Start);
        using var _ = engine.Outputs.Subscribe(new Thrower());
        engine.Offer("s", RuleTexts.Reading("d", "t", Value.Of(1), 0, 1));
        Assert.Throws<InvalidOperationException>(() => Drain(engine));
        engine.Offer("s", RuleTexts.Reading("d", "t", Value.Of(1), 0, 2));
        Assert.All(engine.Status, s => Assert.Null(s.Fault));
        Assert.Equal([2L, 2L], engine.Status.Select(s => s.Outputs));
    }

    [Fact]
    public void Keys_are_bounded_and_the_idle_ones_go_first()
    {
        var engine = new RuleEngine(new RuleEngineOptions { MaxKeys = 8 });
        engine.Load(RuleTexts.Compile("- {id: a, by: device, when: t > 5}"));
        for (var i = 0; i < 100; i++)
        {
            engine.Tick(At(i));
            engine.Offer("s", RuleTexts.Reading($"d{i}", "t", Value.Of(i == 0 ? 9 : 1), i, 1));
        }

        var status = Assert.Single(engine.Status);
        Assert.InRange(status.Keys, 1, 8);
        Assert.Equal(1, status.Open);
        Assert.True(status.KeysPurged >= 90);
    }

    private sealed class Thrower : IObserver<RuleOutput>
    {
        public void OnCompleted() { }

        public void OnError(Exception error) { }

        public void OnNext(RuleOutput value) => throw new InvalidOperationException("a subscriber that throws");
    }

    [Theory]
    [InlineData(null, 12)]
    [InlineData(1.0, 11)]
    public void A_run_can_end_some_time_after_its_start(double? from, double end)
    {
        var readings = new[] { 2, 5, 20 }.Select((at, i) => RuleTexts.Reading("d", "t", Value.Of(1), at, i + 1));
        var options = new RuleRunOptions
        {
            From = from is { } f ? RuleTexts.Start + TimeSpan.FromSeconds(f) : null,
            Span = TimeSpan.FromSeconds(10),
        };
        var outputs = new List<RuleOutput>();
        var rules = RuleTexts.Compile("- {id: silent, absent: t, for: 6s}");
        var result = RuleRun.Run(rules, readings, options, outputs.Add);
        Assert.Equal(2, result.Readings);
        Assert.Equal(RuleTexts.Start + TimeSpan.FromSeconds(end), result.Rules[0].Time);
        Assert.Equal(["11s fire -"], outputs.Select(o => RuleTexts.Line(o).Split(" since")[0]));
    }
}
