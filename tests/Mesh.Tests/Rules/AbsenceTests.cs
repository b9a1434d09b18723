using Mesh.Contracts;
using Mesh.Rules;
using Mesh.Rules.Devices;
using Mesh.Rules.Yaml;
using Xunit;

namespace Mesh.Tests.Rules;

/// <summary>Silence of those who never spoke, and over a restart; what data can say is in <c>cases/absent.yaml</c>.</summary>
public class AbsenceTests
{
    private const string Rule = "- {id: a, by: room, absent: t, for: 10s, expect: registry}";

    private static readonly DeviceRegistry Two = Registry(
        """
        devices:
          d1: {labels: {room: r1}, sensors: {t: {every: 5s}}}
          d2: {labels: {room: r2}, sensors: {t: {}, u: {}}}
          d3: {labels: {room: r3}, sensors: {u: {}}}
          d4: {sensors: {t: {}}}
        """
    );

    [Fact]
    public void A_sensor_of_the_registry_that_never_reported_is_noticed()
    {
        var lines = new List<string>();
        RuleRun.Run(
            RuleTexts.Compile(Rule),
            [
                RuleTexts.Reading("d1", "t", Value.Of(1), 5, 1, "r1"),
                RuleTexts.Reading("d1", "t", Value.Of(1), 12, 2, "r1"),
            ],
            new RuleRunOptions { Registry = Two, Until = RuleTexts.Start + TimeSpan.FromSeconds(20) },
            o => lines.Add(RuleTexts.Line(o))
        );
        Assert.Equal(["15s fire r2 since 5s"], lines);
    }

    [Fact]
    public void A_device_that_is_registered_later_is_expected_from_then_on()
    {
        var engine = Live();
        engine.Tick(At(3));
        engine.Expect(Two);
        engine.Tick(At(30));
        Assert.Equal(["13s fire r1 since 3s", "13s fire r2 since 3s"], Drain(engine));
        engine.Expect(DeviceRegistry.Empty);
        engine.Expect(Two);
        engine.Tick(At(60));
        Assert.Empty(Drain(engine));
    }

    [Fact]
    public void A_silence_goes_on_over_saving_and_restoring()
    {
        var engine = Live();
        engine.Tick(At(2));
        engine.Offer("s", RuleTexts.Reading("d", "t", Value.Of(1), 2, 1, "r1"));
        engine.Tick(At(9));
        var second = new RuleEngine(new RuleEngineOptions());
        second.Load(RuleTexts.Compile(Rule));
        second.Restore(engine.Saved("a"), "a");
        second.Tick(At(30));
        Assert.Equal(["12s fire r1 since 2s"], Drain(second));
    }

    [Fact]
    public void A_rule_loaded_on_a_running_node_watches_what_the_node_has_known()
    {
        var engine = new RuleEngine(new RuleEngineOptions());
        engine.Tick(At(0));
        engine.Offer("s", RuleTexts.Reading("d", "t", Value.Of(1), 0, 1, "r1"));
        engine.Tick(At(20));
        engine.Load(RuleTexts.Compile(Rule));
        engine.Tick(At(60));
        Assert.Equal(["30s fire r1 since 20s"], Drain(engine));
    }

    private static RuleEngine Live()
    {
        var engine = new RuleEngine(new RuleEngineOptions());
        engine.Load(RuleTexts.Compile(Rule));
        engine.Tick(At(0));
        return engine;
    }

    private static List<string> Drain(RuleEngine engine) => [.. engine.Drain().Select(RuleTexts.Line)];

    private static Timestamp At(double seconds) => RuleTexts.Start + TimeSpan.FromSeconds(seconds);

    private static DeviceRegistry Registry(string text)
    {
        var diagnostics = new Diagnostics();
        var registry = DeviceRegistry.Parse("devices.yaml", text, diagnostics);
        return registry ?? throw new InvalidOperationException(string.Join('\n', diagnostics.Items));
    }
}
