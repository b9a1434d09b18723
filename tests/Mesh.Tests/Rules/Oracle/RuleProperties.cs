using CsCheck;
using Mesh.Contracts;
using Mesh.Rules;
using Xunit;

namespace Mesh.Tests.Rules.Oracle;

/// <summary>
/// What must hold for any rule of any kind and any feed, to the last output: its id, its words, its bindings and the
/// clock at which it was said.
/// </summary>
public class RuleProperties
{
    private static readonly CompiledRule[] Neighbours =
    [
        .. RuleTexts.Compile(
            """
            - {id: a-neighbour, by: room, when: t > 1, for: 2s, then: [{set: {sensor: y, value: 1}}]}
            - {id: z-neighbour, each: [t, y], lateness: 4s}
            """
        ),
    ];

    private sealed record Scene(string Yaml, CompiledRule Rule, Reading[] Feed, Timestamp Until);

    private static Gen<Scene> Scenes(string kind) =>
        Gen.Select(Dice.Gen, Feeds.Gen, Gen.Int[0, 15])
            .Select(
                (dice, feed, more) =>
                {
                    var rule = new RuleMaker(dice).Make(kind);
                    var until = Times.At(feed.Max(f => f.Received) + (more * Times.Second));
                    var compiled = Disagreement.Compile(rule);
                    return new Scene(RuleYaml.Of(rule), compiled, [.. feed.Select(f => f.Reading)], until);
                }
            );

    private static void Check<T>(string kind, Gen<T> more, Action<Scene, T> property) =>
        Soak.Run(
            Gen.Select(Scenes(kind), more),
            made => property(made.Item1, made.Item2),
            cases: 60,
            print: made =>
                $"\n{made.Item1.Yaml}\n{Feeds.Text(made.Item1.Feed.Select(Fed.Of))}until {made.Item1.Until}\n{made.Item2}"
        );

    private static RuleEngine Engine(IReadOnlyList<CompiledRule> rules, RuleEngineOptions? options = null)
    {
        var engine = new RuleEngine(options ?? new RuleEngineOptions { Clock = ClockKind.Recorded });
        engine.Load(rules);
        return engine;
    }

    private static List<string> Drain(RuleEngine engine) =>
        [.. engine.Drain().Where(o => RuleOf(o.Event) == "r").Select(Line)];

    private static string? RuleOf(MeshEvent output) => output is Detection d ? d.Rule : ((Aggregate)output).Rule;

    private static string Line(RuleOutput output)
    {
        var id = output.Event is Detection d ? d.Id : ((Aggregate)output.Event).Id;
        var bound = output.Event is Detection { Bindings: var bindings }
            ? bindings.Select(b => $"{b.Name}={string.Join(',', b.Readings.Select(r => $"{r.Device}/{r.Seq}"))}")
            : [];
        return $"{RuleTexts.Line(output)} | {string.Join(' ', bound)} | {id}";
    }

    private static List<string> End(RuleEngine engine, Scene scene, string source = "file")
    {
        engine.Mark(source, scene.Until, final: true);
        Assert.All(engine.Status, s => Assert.Null(s.Fault));
        return Drain(engine);
    }

    private static List<string> Straight(Scene scene)
    {
        var engine = Engine([scene.Rule]);
        foreach (var reading in scene.Feed)
        {
            engine.Offer("file", reading);
        }

        return End(engine, scene);
    }

    [Theory]
    [MemberData(nameof(RuleMaker.All), MemberType = typeof(RuleMaker))]
    public void Saving_and_restoring_at_any_point_changes_no_output(string kind) =>
        Check(
            kind,
            Gen.Int[1, 30],
            (scene, every) =>
            {
                var engine = Engine([scene.Rule]);
                var lines = new List<string>();
                for (var i = 0; i < scene.Feed.Length; i++)
                {
                    engine.Offer("file", scene.Feed[i]);
                    if (i % every == every - 1)
                    {
                        lines.AddRange(Drain(engine));
                        var saved = engine.Saved("r");
                        engine = Reopened(saved, scene.Rule);
                        Assert.Equal(saved, engine.Saved("r"));
                    }
                }

                lines.AddRange(End(engine, scene));
                Assert.Equal(Straight(scene), lines);
            }
        );

    [Theory]
    [MemberData(nameof(RuleMaker.All), MemberType = typeof(RuleMaker))]
    public void Cutting_the_feed_into_other_batches_changes_no_output(string kind) =>
        Check(
            kind,
            Gen.Int[1, 4],
            (scene, every) =>
            {
                var engine = Engine([scene.Rule]);
                var lines = new List<string>();
                for (var i = 0; i < scene.Feed.Length; i++)
                {
                    engine.Offer("file", scene.Feed[i]);
                    if (i % every == 0)
                    {
                        // A mark says only that what was received before this has been sent, which it has.
                        engine.Mark("file", scene.Feed[i].ReceivedOrAt, final: false);
                        _ = engine.Status;
                        lines.AddRange(Drain(engine));
                    }
                }

                lines.AddRange(End(engine, scene));
                Assert.Equal(Straight(scene), lines);
            }
        );

    [Theory]
    [MemberData(nameof(RuleMaker.All), MemberType = typeof(RuleMaker))]
    public void Duplicates_change_no_output(string kind) =>
        Check(
            kind,
            Gen.Int[0, 30].Array[1, 10],
            (scene, again) =>
            {
                var engine = Engine([scene.Rule]);
                for (var i = 0; i < scene.Feed.Length; i++)
                {
                    engine.Offer("file", scene.Feed[i]);
                    foreach (var back in again.Where(a => a <= i))
                    {
                        Assert.Equal(Admission.Duplicate, engine.Offer("file", scene.Feed[i - back]));
                    }
                }

                Assert.Equal(Straight(scene), End(engine, scene));
            }
        );

    [Theory]
    [MemberData(nameof(RuleMaker.All), MemberType = typeof(RuleMaker))]
    public void A_rule_that_comes_or_goes_beside_it_changes_no_output(string kind) =>
        Check(
            kind,
            Gen.Select(Gen.Int[0, 30], Gen.Int[0, 30]),
            (scene, when) =>
            {
                var engine = Engine(when.Item1 == 0 ? [Neighbours[0], scene.Rule, Neighbours[1]] : [scene.Rule]);
                for (var i = 0; i < scene.Feed.Length; i++)
                {
                    if (i > 0 && i == when.Item1)
                    {
                        engine.Load([Neighbours[0], scene.Rule, Neighbours[1]]);
                    }
                    else if (i > 0 && i == when.Item2)
                    {
                        engine.Load([scene.Rule]);
                    }

                    engine.Offer("file", scene.Feed[i]);
                }

                Assert.Equal(Straight(scene), End(engine, scene));
            }
        );

    [Theory]
    [MemberData(nameof(RuleMaker.All), MemberType = typeof(RuleMaker))]
    public void Another_node_says_the_same(string kind) =>
        Check(
            kind,
            Gen.Bool,
            (scene, expects) =>
            {
                var options = new RuleEngineOptions
                {
                    Clock = ClockKind.Recorded,
                    ExpectedSources = expects ? ["fog-7"] : [],
                    MaxKeys = 50,
                    MaxDevices = 100,
                    MaxWaiting = 1000,
                };
                var engine = Engine([scene.Rule], options);
                foreach (var reading in scene.Feed)
                {
                    engine.Offer("fog-7", reading);
                }

                Assert.Equal(Straight(scene), End(engine, scene, "fog-7"));
            }
        );

    [Theory]
    [MemberData(nameof(RuleMaker.All), MemberType = typeof(RuleMaker))]
    public void Disorder_within_the_lateness_changes_nothing_but_the_clock(string kind) =>
        Soak.Run(
            Gen.Select(Dice.Gen, Feeds.Gen, Gen.Int[0, 1999].Array[40]),
            made =>
            {
                var (dice, feed, jitter) = made;
                var rule = new RuleMaker(dice).Make(kind) with { Lateness = 2 * Times.Second, MaxDelay = null };
                var compiled = Disagreement.Compile(rule);
                var straight = feed.OrderBy(f => f.At).Select(f => f with { Received = f.At }).ToList();
                var shuffled = straight
                    // The first is where the rule starts, which is no disorder.
                    .Select((f, i) => f with { Received = f.At + (i == 0 ? 0 : jitter[i] * 1000) })
                    .OrderBy(f => f.Received)
                    .ToList();
                var until = shuffled.Max(f => f.Received) + Times.Second;
                Assert.Equal(
                    Disagreement.Engine(compiled, rule, Again(straight), until),
                    Disagreement.Engine(compiled, rule, Again(shuffled), until)
                );
            },
            cases: 60,
            print: made =>
                $"\n{RuleYaml.Of(new RuleMaker(made.Item1.Again()).Make(kind))}\n{Feeds.Text(made.Item2)}"
                + string.Join(' ', made.Item3)
        );

    /// <summary>The readings with their new instants of arrival.</summary>
    private static List<Fed> Again(List<Fed> feed) =>
        [
            .. feed.Select(f =>
            {
                var reading = f.Reading.Numbered(f.Reading.Boot, f.Reading.Seq);
                reading.Received = Times.At(f.Received);
                return Fed.Of(reading);
            }),
        ];

    private static RuleEngine Reopened(byte[] saved, CompiledRule rule)
    {
        var engine = Engine([rule]);
        engine.Restore(saved, "r");
        return engine;
    }
}
