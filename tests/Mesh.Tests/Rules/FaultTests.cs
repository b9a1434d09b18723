using Mesh.Contracts;
using Mesh.Rules;
using Mesh.Rules.Compiled;
using Mesh.Rules.Running;
using Xunit;

namespace Mesh.Tests.Rules;

/// <summary>A rule that throws stops alone, visibly, and never answers; late readings that go aside.</summary>
public class FaultTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_rule_that_throws_stops_alone_and_says_so(bool late)
    {
        var engine = new RuleEngine(new RuleEngineOptions());
        var text = late ? "- {id: bad, when: t > 5, lateness: 1s}\n" : "- {id: bad, when: t > 5}\n";
        var rules = RuleTexts.Compile(text + "- {id: good, when: t > 5}\n");
        var bad = rules[0];
        engine.Load([new CompiledRule(bad.Definition, bad.Layout, new ThrowingBody(), bad.Hash), rules[1]]);
        engine.Tick(RuleTexts.Start);
        engine.Offer("s", RuleTexts.Reading("d", "t", Value.Of(7), 0, 1));
        engine.Offer("s", RuleTexts.Reading("d", "t", Value.Of(8), 1, 2));
        engine.Tick(RuleTexts.Start + TimeSpan.FromSeconds(60));
        var outputs = engine.Drain();
        var said = Assert.IsType<Detection>(Assert.Single(outputs).Event);
        Assert.Equal("good", said.Rule);
        Assert.Equal("InvalidOperationException: told to", engine.Status[0].Fault);
        Assert.Null(engine.Status[1].Fault);

        // The same rule loaded again starts again: its author may have mended what it reads.
        Assert.Contains(
            "started again after a fault",
            engine.Load(rules).Started.Single().Reason,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_late_reading_goes_aside_once_as_it_came()
    {
        var engine = new RuleEngine(new RuleEngineOptions());
        engine.Load(
            RuleTexts.Compile(
                "- {id: a, window: {of: t, tumbling: 10s}, late: side}\n- {id: b, window: {of: t, tumbling: 10s}}\n"
            )
        );
        engine.Tick(RuleTexts.Start + TimeSpan.FromSeconds(20));
        engine.Offer("s", RuleTexts.Reading("d", "t", Value.Of(1), 20, 1, "r1"));
        engine.Tick(RuleTexts.Start + TimeSpan.FromSeconds(21));
        engine.Offer("s", RuleTexts.Reading("d", "t", Value.Of(2), 5, 2, "r1"));
        var aside = new List<PublishAction>();
        engine.DrainAside(aside);
        var late = Assert.Single(aside);
        Assert.Equal(("late:a:d:1:2", "mesh/late/a"), (late.Id, late.Topic));
        Assert.Contains("\"value\":2", late.Payload, StringComparison.Ordinal);
        Assert.Contains("\"room\":\"r1\"", late.Payload, StringComparison.Ordinal);
        Assert.Equal([1L, 1L], engine.Status.Select(s => s.Late));
        aside.Clear();
        engine.DrainAside(aside);
        Assert.Empty(aside);
    }

    private sealed class ThrowingBody : RuleBody
    {
        public override void Apply(
            RunningRule rule,
            KeyState key,
            SensorPlan sensor,
            Reading reading,
            bool inputsChanged
        ) => throw new InvalidOperationException("told to");

        public override void Due(RunningRule rule, KeyState key) => throw new InvalidOperationException("told to");
    }
}
