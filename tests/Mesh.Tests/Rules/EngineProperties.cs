using CsCheck;
using Mesh.Contracts;
using Mesh.Rules;
using Xunit;

namespace Mesh.Tests.Rules;

/// <summary>What must hold for any feed: CsCheck makes feeds, and prints the seed of one that fails.</summary>
public class EngineProperties
{
    private const string Rules = """
        - {id: level, by: room, when: t > 5, for: 10s, clear_for: 5s}
        - id: quiet
          by: room
          inputs: {m: {latest: motion, max_age: 60s}, t: t}
          when: age(m) >= 20s and t > 3
          clear_when: m
          then: [{set: {sensor: quiet, value: true}}]
        - {id: derived, by: room, each: quiet, lateness: 3s, max_delay: 20s, let: {v: value}}
        - {id: change, by: room, each: [t, motion], where: changed(value), let: {p: prev(value)}}
        - {id: ordered, each: t, lateness: 6s, max_delay: 15s, let: {v: value, r: "rate(value, 1m)"}}
        - id: sums
          by: room
          window: {of: t, tumbling: 7s}
          let: {n: count(), a: avg(value), d: a - prev(a)}
          when: n > 1 and a > 4
          for: 3s
          throttle: {every: 30s}
        - id: rise
          by: room
          pattern:
          - low: t[value < 4]
          - {mid: "t[value >= low.value]", times: {min: 1, max: 3}, until: {move: "motion[value == true]"}}
          - not: motion[value == false]
          - any: [{high: "t[value > avg(mid.value)]"}, {not: motion, for: 6s}, {quiet: t, for: 4s}]
          within: 40s
          on_timeout: report
          after_match: to_next
          max_partial: 5
          let: {n: count(mid), s: sum(mid.value), last: mid.at}
        - id: combos
          by: room
          pattern:
          - {a: t, times: {min: 1, max: 3, every_prefix: true}}
          - all: [{m: motion}, {b: "t[value != a.value]"}, {wait: 3s}]
          - not: t[value > 8]
          within: 15s
          contiguity: skip_till_any
          after_match: none
          max_partial: 8
        - {id: still, by: room, pattern: [{not: motion, for: 11s, times: {min: 1, max: 3}}, {t: t, contiguity: strict}], within: 60s}
        - {id: slides, by: room, window: {of: t, sliding: 9s}, let: {n: count(), p: p50(value), s: sum(value)}, when: p > 4, for: 2s}
        - {id: hops, window: {of: "t[value > 1]", sliding: 9s, every: 4s, align: 1s}, let: {d: distinct(value), c: collect(value), lo: min(value)}}
        - {id: sessions, by: room, window: {of: [t, motion], session: 6s}, lateness: 3s, let: {n: count(), sd: stddev(value)}}
        - {id: counts, by: room, window: {of: t, count: 4, every: 3}, let: {m: avg(value), hi: max(value), was: prev(m)}}
        - {id: states, by: room, window: {of: t, state: {begin: value > 6, end: value < 4}}, let: {n: count(), f: first(value)}}
        - {id: phases, window: {of: motion, state: changed(value)}, lateness: 0s, let: {n: count()}}
        - {id: empties, window: {of: t, tumbling: 100s, emit_empty: true}, inputs: {m: motion}, let: {p: p90(value), n: count()}, when: n > 1 and age(m) > 112s}
        - {id: silent, by: room, absent: "t[value > 2]", for: 311s, rearm: always}
        - {id: any, inputs: {m: {any: motion}, n: {count: t, where: value > 5}}, when: m and n > 1}
        """;

    private static readonly IReadOnlyList<CompiledRule> Compiled = RuleTexts.Compile(Rules);
    private static readonly string[] Ids = [.. Compiled.Select(r => r.Id)];

    private sealed record Step(string Source, Reading Reading);

    private static readonly Gen<Step[]> Feed = Gen.Select(
            Gen.Int[0, 3000],
            Gen.Int[0, 400],
            Gen.Int[0, 3],
            Gen.Int[0, 10],
            Gen.Bool
        )
        .Array[0, 60]
        .Select(Steps);

    private static Step[] Steps((int Gap, int Delay, int Device, int Value, bool Motion)[] items)
    {
        var clock = 0.0;
        var seqs = new long[4];
        var steps = new List<Step>();
        foreach (var item in items)
        {
            clock += item.Gap / 100.0;
            var sensor = item.Motion ? "motion" : "t";
            var value =
                item.Value == 10 ? Value.Unknown
                : item.Motion ? Value.Of(item.Value % 2 == 0)
                : Value.Of(item.Value);
            var room = item.Device == 3 ? null : $"r{item.Device % 2}";
            var device = $"d{item.Device}";
            var at = Math.Max(0, clock - (item.Delay / 40.0));
            var seq = ++seqs[item.Device];
            steps.Add(new Step($"s{item.Device % 2}", RuleTexts.Reading(device, sensor, value, at, seq, room, clock)));
        }

        return [.. steps];
    }

    private static RuleEngine Engine(bool expect = true)
    {
        var engine = new RuleEngine(
            new RuleEngineOptions { Clock = ClockKind.Recorded, ExpectedSources = expect ? ["s0", "s1"] : [] }
        );
        engine.Load(Compiled);
        return engine;
    }

    private static List<string> Finish(RuleEngine engine, Step[] steps)
    {
        var end = RuleTexts.Start + TimeSpan.FromSeconds(3600);
        engine.Mark("s0", end, final: true);
        engine.Mark("s1", end, final: true);
        Assert.All(engine.Status, s => Assert.Null(s.Fault));
        return Drain(engine);
    }

    private static List<string> Drain(RuleEngine engine) =>
        [.. engine.Drain().Select(o => $"{Id(o)} {RuleTexts.Line(o)}")];

    private static string Id(RuleOutput output) =>
        output.Event is Detection d ? $"{d.Rule} {d.Id} {d.Emitted}" : ((Aggregate)output.Event).Id;

    private static List<string> Straight(Step[] steps)
    {
        var engine = Engine();
        foreach (var step in steps)
        {
            engine.Offer(step.Source, step.Reading);
        }

        return Finish(engine, steps);
    }

    [Fact]
    public void Saving_and_restoring_at_any_point_changes_no_output() =>
        Gen.Select(Feed, Gen.Int[0, 60])
            .Sample(
                (steps, cut) =>
                {
                    cut = Math.Min(cut, steps.Length);
                    var first = Engine();
                    foreach (var step in steps.Take(cut))
                    {
                        first.Offer(step.Source, step.Reading);
                    }

                    var lines = Drain(first);
                    var second = Reopened(first);
                    foreach (var step in steps.Skip(cut))
                    {
                        second.Offer(step.Source, step.Reading);
                    }

                    lines.AddRange(Finish(second, steps));
                    Assert.Equal(Straight(steps), lines);
                    Assert.Equal(second.Saved(Ids), Reopened(second).Saved(Ids));
                },
                iter: 150
            );

    [Fact]
    public void Marks_and_looks_between_readings_change_no_output() =>
        Gen.Select(Feed, Gen.Int[1, 5])
            .Sample(
                (steps, every) =>
                {
                    var engine = Engine();
                    var lines = new List<string>();
                    for (var i = 0; i < steps.Length; i++)
                    {
                        engine.Offer(steps[i].Source, steps[i].Reading);
                        if (i % every == 0)
                        {
                            // Both sources have sent everything up to here, so saying so adds nothing to the order.
                            engine.Mark(steps[i].Source, steps[i].Reading.ReceivedOrAt, final: false);
                            lines.AddRange(Drain(engine));
                            _ = engine.Status;
                        }
                    }

                    lines.AddRange(Finish(engine, steps));
                    Assert.Equal(Straight(steps), lines);
                },
                iter: 150
            );

    [Fact]
    public void Which_source_is_read_first_changes_no_output() =>
        Feed.Sample(
            steps =>
            {
                // Instants of arrival must differ, or who came first is the order.
                steps = [.. steps.DistinctBy(s => s.Reading.ReceivedOrAt)];
                var engine = Engine();
                foreach (var step in steps.OrderBy(s => s.Source))
                {
                    engine.Offer(step.Source, step.Reading);
                }

                Assert.Equal(Straight(steps), Finish(engine, steps));
            },
            iter: 150
        );

    [Fact]
    public void A_reading_sent_again_is_counted_once() =>
        Gen.Select(Feed, Gen.Int[0, 59].Array[0, 20])
            .Sample(
                (steps, again) =>
                {
                    var engine = Engine();
                    var duplicates = 0;
                    for (var i = 0; i < steps.Length; i++)
                    {
                        Assert.Equal(Admission.Accepted, engine.Offer(steps[i].Source, steps[i].Reading));
                        foreach (var back in again.Where(a => a <= i))
                        {
                            duplicates++;
                            var step = steps[i - back];
                            Assert.Equal(Admission.Duplicate, engine.Offer(step.Source, step.Reading));
                        }
                    }

                    Assert.Equal(duplicates, engine.Duplicates);
                    Assert.Equal(Straight(steps), Finish(engine, steps));
                },
                iter: 150
            );

    [Fact]
    public void Disorder_within_the_lateness_changes_no_match() =>
        Gen.Select(Gen.Int[1, 200].Array[1, 60], Gen.Int[0, 599].Array[60])
            .Sample(
                (gaps, jitter) =>
                {
                    const string Rule =
                        "- {id: a, each: t, lateness: 6s, max_delay: 1h, let: {v: value, p: prev(value)}}";
                    var at = 0;
                    var readings = gaps.Select((g, i) => (At: at += g, Seq: i + 1)).ToList();
                    var shuffled = readings.OrderBy(r => r.At + jitter[r.Seq - 1]).ThenBy(r => r.Seq).ToList();
                    Assert.Equal(Matches(Rule, readings), Matches(Rule, shuffled));
                },
                iter: 150
            );

    private static List<string> Matches(string rule, List<(int At, int Seq)> readings)
    {
        var matches = new List<string>();
        RuleRun.Run(
            RuleTexts.Compile(rule),
            readings.Select((r, i) => RuleTexts.Reading("d", "t", Value.Of(r.Seq), r.At / 100.0, r.Seq, null, i)),
            new RuleRunOptions(),
            o => matches.Add($"{((Detection)o.Event).Id} {((Detection)o.Event).At} {((Detection)o.Event).Values[1]}")
        );
        return matches;
    }

    private static RuleEngine Reopened(RuleEngine engine)
    {
        var second = Engine(expect: false);
        second.Restore(engine.Saved(Ids), Ids);
        return second;
    }
}
