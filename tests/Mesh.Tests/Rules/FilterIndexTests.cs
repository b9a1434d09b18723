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
        var options = new RuleEngineOptions
        {
            Clock = ClockKind.Recorded,
            ExpectedSources = ["s0", "s1"],
            BringsAll = all,
        };
        var engine = new RuleEngine(options);
        engine.Load(RuleTexts.Compile(string.Join('\n', rules.Select(Text))));
        foreach (var (source, reading) in feed)
        {
            engine.Offer(source, reading);
        }

        engine.Mark("s0", RuleTexts.Start + TimeSpan.FromHours(1), final: true);
        engine.Mark("s1", RuleTexts.Start + TimeSpan.FromHours(1), final: true);
        Assert.All(engine.Status, s => Assert.Null(s.Fault));
        var outputs = engine.Drain();
        // Each rule for itself: which of two that wait for late readings speaks first is nobody's promise.
        return
        [
            .. outputs
                .Select(o => ((Detection)o.Event, Line: RuleTexts.Line(o)))
                .OrderBy(o => o.Item1.Rule, StringComparer.Ordinal)
                .Select(o => $"{o.Item1.Rule} {o.Item1.Id} {o.Item1.Emitted} {o.Line}"),
        ];
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
