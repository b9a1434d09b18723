using CsCheck;
using Mesh.Contracts;
using Mesh.Rules;
using Xunit;

namespace Mesh.Tests.Rules;

/// <summary>Rules say the same whether readings are brought to them by the index or all of them are.</summary>
public class FilterIndexTests
{
    private static Gen<string> One(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static readonly Gen<string> Constant = One("1", "2", "-3", "2.5", "0", "\"a\"", "\"b\"", "true");
    private static readonly Gen<string> Part = One("value", "room", "badge", "fields.badge");

    private static readonly Gen<string> Leaf = Gen.OneOf(
        Gen.Select(Part, One("==", "!=", "<", "<=", ">", ">="), Constant)
            .Select((part, sign, constant) => $"{part} {Ordered(sign, constant)} {constant}"),
        Gen.Select(Constant, Part).Select((constant, part) => $"{constant} == {part}"),
        Gen.Select(One("<", ">="), Gen.Int[-2, 3]).Select((sign, limit) => $"{limit} {sign} value"),
        Gen.Select(Part, Constant, Constant).Select((part, a, b) => $"{part} in [{a}, {b}]"),
        Gen.Select(One("<", "<="), One("<", "<="), Gen.Int[-3, 3], Gen.Int[0, 2], One("value", "badge"))
            .Select((low, high, from, width, part) => $"{from} {low} {part} and {part} {high} {from + width}"),
        One("device == \"d0\"", "room == \"a\"", "\"b\" == room", "badge == 2", "changed(value)", "known(value)")
    );

    private static readonly Gen<string> Condition = Gen.Select(Leaf, Leaf, Leaf, Gen.Int[0, 5])
        .Select(
            (a, b, c, shape) =>
                shape switch
                {
                    0 => a,
                    1 => $"{a} and {b}",
                    2 => $"{a} and {b} and {c}",
                    3 => $"({a} or {b}) and {c}",
                    4 => $"not ({a}) and {b}",
                    _ => $"value > 1 and room == \"a\" and {a}",
                }
        );

    private static readonly Gen<string> Options = One(
        "",
        "by: room, ",
        "by: device, ",
        "lateness: 3s, max_delay: 20s, ",
        "by: device, lateness: 3s, max_delay: 20s, ",
        "throttle: {every: 5s}, ",
        "let: {v: value}, ",
        "then: [{set: {sensor: u, value: 2}}], "
    );

    private static readonly Gen<string> Body = Gen.OneOf(
        Condition.Select(c => $"each: t, where: '{c}'"),
        Condition.Select(c => $"each: ['t[{c}]', u], where: value > 0"),
        Condition.Select(c => $"each: u, where: '{c}'"),
        Condition.Select(c =>
            $"inputs: {{x: {{latest: t, where: '{c}'}}, y: {{latest: t, device: d1}}}}, when: x > 1 or y > 1"
        ),
        Condition.Select(c => $"inputs: {{x: {{count: t, where: '{c}', device: d2}}}}, when: x > 0")
    );

    private static readonly Gen<string[]> Rules = Gen.Select(Options, Body)
        .Select(
            (options, body) =>
                body.Contains('u', StringComparison.Ordinal) && options.Contains("set", StringComparison.Ordinal)
                    ? body
                    : options + body
        )
        .Array[1, 12];

    private static readonly Gen<(int Device, int Room, int Value, int Badge, int Gap, int Delay)[]> Feed = Gen.Select(
        Gen.Int[0, 3],
        Gen.Int[0, 2],
        Gen.Int[-4, 8],
        Gen.Int[0, 3],
        Gen.Int[0, 30],
        Gen.Int[0, 50]
    ).Array[0, 60];

    [Fact]
    public void The_index_changes_no_output() =>
        Gen.Select(Rules, Feed)
            .Sample(
                (rules, feed) =>
                {
                    var readings = Readings(feed);
                    Assert.Equal(Run(rules, readings, all: true), Run(rules, readings, all: false));
                },
                iter: 300,
                print: t =>
                    string.Join('\n', t.Item1.Select(Text))
                    + "\n"
                    + string.Join('\n', Readings(t.Item2).Select(r => $"{r.Reading}"))
            );

    // Limits on a coarse grid, so that bands touch, cover and repeat each other, and some are empty.
    private static readonly Gen<(double Low, bool AtLow, double High, bool AtHigh)[]> Bands = Gen.Select(
            Gen.Int[-20, 20],
            Gen.Bool,
            Gen.Int[-2, 45],
            Gen.Bool
        )
        .Select((low, atLow, width, atHigh) => (low / 2.0, atLow, (low + width) / 2.0, atHigh))
        .Array[0, 200];

    [Fact]
    public void Bands_are_found_as_by_a_look_at_each() =>
        Gen.Select(Bands, Gen.Int[-50, 50].Array[1, 20], Gen.Int[0, 199])
            .Sample(
                (bands, values, late) =>
                {
                    var texts = bands.Select(b =>
                        FormattableString.Invariant(
                            $"each: t, where: 'value {(b.AtLow ? ">=" : ">")} {b.Low} and value {(b.AtHigh ? "<=" : "<")} {b.High}'"
                        )
                    );
                    var rules = bands.Length == 0 ? [] : RuleTexts.Compile(string.Join('\n', texts.Select(Text)));
                    var engine = new RuleEngine(new RuleEngineOptions { Clock = ClockKind.Recorded });
                    // Some come in between the others, some go, and come again.
                    engine.Load([.. rules.Where((_, i) => i % 7 != late % 7)]);
                    engine.Load(rules);
                    engine.Load([.. rules.Where((_, i) => i % 5 == late % 5 || i > late)]);
                    engine.Load(rules);
                    var expected = new List<string>();
                    for (var n = 0; n < values.Length; n++)
                    {
                        var number = values[n] / 4.0;
                        engine.Offer("s", RuleTexts.Reading("d", "t", Value.Of(number), n, n + 1));
                        expected.AddRange(
                            bands
                                .Select((b, i) => (Band: b, Id: $"r{i}"))
                                .Where(b => b.Band.AtLow ? number >= b.Band.Low : number > b.Band.Low)
                                .Where(b => b.Band.AtHigh ? number <= b.Band.High : number < b.Band.High)
                                .Select(b => b.Id)
                        );
                    }

                    Assert.Equal(expected, engine.Drain().Select(o => ((Detection)o.Event).Rule));
                    Assert.Equal(expected.Count, engine.Status.Sum(s => s.Seen));
                },
                iter: 100
            );

    [Fact]
    public void Rules_that_came_one_after_the_other_say_what_they_say_when_loaded_at_once() =>
        Gen.Select(Rules, Gen.Int[0, 35].Array[0, 12].Array[1, 6], Feed)
            .Sample(
                (rules, loads, feed) =>
                {
                    var engine = new RuleEngine(Indexing(all: false));
                    var last = "";
                    foreach (var load in loads)
                    {
                        // A third of the numbers changes what the rule is, another what it is called on the way.
                        var chosen = load.DistinctBy(n => n % 12).Where(n => n % 12 < rules.Length);
                        last = string.Join(
                            '\n',
                            chosen.Select(n =>
                                (n / 12) switch
                                {
                                    0 => Text(rules[n % 12], n % 12),
                                    1 => $"- {{id: r{n % 12}, severity: warning, {rules[n % 12]}}}",
                                    _ => $"- {{id: r{n % 12}, each: t, where: value > 0 and value < 3}}",
                                }
                            )
                        );
                        engine.Load(Compiled(last));
                    }

                    var once = new RuleEngine(Indexing(all: false));
                    once.Load(Compiled(last));
                    var readings = Readings(feed);
                    Assert.Equal(Run(once, readings), Run(engine, readings));
                },
                iter: 100
            );

    private static IReadOnlyList<CompiledRule> Compiled(string rules) => rules == "" ? [] : RuleTexts.Compile(rules);

    [Fact]
    public void Readings_that_cannot_matter_are_not_brought()
    {
        const string Rule = "- {id: r0, each: t, where: room == \"a\" and value > 1}";
        var engine = new RuleEngine(new RuleEngineOptions { Clock = ClockKind.Recorded });
        engine.Load(RuleTexts.Compile(Rule));
        (int, int, int, int, int, int)[] feed = [(0, 1, 3, 0, 1, 0), (0, 1, 2, 0, 1, 0), (0, 2, 3, 0, 1, 0)];
        foreach (var (source, reading) in Readings(feed))
        {
            engine.Offer(source, reading);
        }

        var outputs = engine.Drain();
        Assert.Single(outputs);
        Assert.Equal((1, 1), (engine.Status[0].Seen, engine.Status[0].Outputs));
    }

    private static string Ordered(string sign, string constant) =>
        constant == "true" && sign[0] is '<' or '>' ? "==" : sign;

    private static string Text(string rule, int index) => $"- {{id: r{index}, {rule}}}";

    private static List<string> Run(string[] rules, IReadOnlyList<(string Source, Reading Reading)> feed, bool all)
    {
        var engine = new RuleEngine(Indexing(all));
        engine.Load(RuleTexts.Compile(string.Join('\n', rules.Select(Text))));
        // Each rule for itself: which of two that wait for late readings speaks first is nobody's promise.
        return [.. Run(engine, feed).OrderBy(line => line.Split(' ')[0], StringComparer.Ordinal)];
    }

    private static RuleEngineOptions Indexing(bool all) =>
        new()
        {
            Clock = ClockKind.Recorded,
            ExpectedSources = ["s0", "s1"],
            BringsAll = all,
        };

    private static List<string> Run(RuleEngine engine, IReadOnlyList<(string Source, Reading Reading)> feed)
    {
        foreach (var (source, reading) in feed)
        {
            engine.Offer(source, reading);
        }

        engine.Mark("s0", RuleTexts.Start + TimeSpan.FromHours(1), final: true);
        engine.Mark("s1", RuleTexts.Start + TimeSpan.FromHours(1), final: true);
        Assert.All(engine.Status, s => Assert.Null(s.Fault));
        var outputs = engine.Drain().Select(o => (Said: (Detection)o.Event, Line: RuleTexts.Line(o)));
        return [.. outputs.Select(o => $"{o.Said.Rule} {o.Said.Id} {o.Said.Emitted} {o.Line}")];
    }

    private static List<(string Source, Reading Reading)> Readings(
        (int Device, int Room, int Value, int Badge, int Gap, int Delay)[] feed
    )
    {
        var readings = new List<(string, Reading)>();
        var (clock, seqs) = (0L, new long[4]);
        foreach (var item in feed)
        {
            clock += item.Gap * 100_000;
            var received = new Timestamp(RuleTexts.Start.Micros + clock);
            var value = item.Value switch
            {
                6 => Value.Of("a"),
                7 => Value.True,
                8 => Value.Unknown,
                _ => Value.Of(item.Value / 2.0),
            };
            var reading = new Reading
            {
                Device = $"d{item.Device}",
                Sensor = "t",
                Value = value,
                At = new Timestamp(received.Micros - (item.Delay * 100_000)),
                Received = received,
                Boot = 1,
                Seq = ++seqs[item.Device],
                Fields = item.Badge == 0 ? Fields.Empty : new Fields([new("badge", Value.Of(item.Badge))]),
                Labels = item.Room == 0 ? Labels.Empty : new Labels([new("room", item.Room == 1 ? "a" : "b")]),
            };
            readings.Add(($"s{item.Device % 2}", reading));
        }

        return readings;
    }
}
