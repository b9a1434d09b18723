using CsCheck;
using Mesh.Contracts;
using Mesh.Rules.Testing;
using Mesh.Rules.Yaml;
using Xunit;

namespace Mesh.Tests.Rules;

/// <summary>An incident that was captured says the same again, and notices a rule that has changed.</summary>
public class TestCaptureTests
{
    private const string Empty =
        "version: 1\nrules: [{id: empty, by: room, when: not occupancy and lock == \"unlocked\", for: 2m}]";

    private const string Each =
        "version: 1\nrules: [{id: seen, each: [occupancy, lock], let: {v: value, f: fields.f}}]";

    private const string Sums =
        "version: 1\nrules: [{id: sums, by: room, window: {of: occupancy, tumbling: 1m}, let: {n: count(), last: last(value)}}]";

    private static readonly string[] Texts = ["x", "unlocked", "101", "a: {b}, \"c\"", "on", "ä\n"];

    private static readonly Gen<List<Reading>> Readings = Gen.Select(
            Gen.Int[0, 3],
            Gen.Int[0, 900],
            Gen.Int[0, 20],
            Gen.Int[0, 5].Select(i => Texts[i]),
            (device, at, late, text) => (device, at, late, text)
        )
        .List[1, 60]
        .Select(all =>
            all.Select((r, i) => Make(r.device, r.at, r.late, r.text, i)).OrderBy(r => r.ReceivedOrAt.Micros).ToList()
        );

    [Theory]
    [InlineData(Empty, "empty")]
    [InlineData(Each, "seen")]
    [InlineData(Sums, "sums")]
    public void A_captured_test_passes(string text, string rule)
    {
        var rules = RuleTexts.Compile(text);
        Gen.Select(Readings, Gen.Int[0, 1000], Gen.Int[1, 300])
            .Sample(
                (readings, at, before) =>
                {
                    var captured = TestCapture.Capture(
                        rules,
                        readings,
                        new CaptureOptions
                        {
                            Rule = rule,
                            At = RuleTexts.Start + TimeSpan.FromSeconds(at),
                            Before = TimeSpan.FromSeconds(before),
                            RuleFiles = ["t.rules.yaml"],
                        }
                    );
                    if (Run(captured.Text, text) is not { Passed: true })
                    {
                        Assert.Fail(captured.Text);
                    }
                },
                iter: 60
            );
    }

    [Fact]
    public void It_begins_no_earlier_than_the_incident_needs()
    {
        var readings = new[]
        {
            RuleTexts.Reading("lock-1", "lock", Value.Of("unlocked"), 0, 1, "r1"),
            RuleTexts.Reading("lock-2", "lock", Value.Of("unlocked"), 1, 1, "r2"),
            RuleTexts.Reading("pir-1", "occupancy", Value.False, 2, 1, "r1"),
            RuleTexts.Reading("pir-1", "occupancy", Value.True, 100, 2, "r1"),
            RuleTexts.Reading("pir-2", "occupancy", Value.False, 4000, 2, "r2"),
            RuleTexts.Reading("pir-1", "occupancy", Value.False, 5000, 3, "r1"),
        };
        var captured = TestCapture.Capture(
            RuleTexts.Compile(Empty),
            readings,
            new CaptureOptions
            {
                Rule = "empty",
                At = RuleTexts.Start + TimeSpan.FromSeconds(5120),
                Before = TimeSpan.FromMinutes(10),
                RuleFiles = ["t.rules.yaml"],
            }
        );

        // The lock was unlocked long before; of the other room nothing is needed.
        Assert.Equal(
            """
            # Captured: 3 readings before and after 2026-03-01T09:25:20.000000Z.
            rules: [t.rules.yaml]
            tests:
            - name: "empty on 2026-03-01T09:25:20.000000Z"
              rule: empty
              clock: recorded
              start: 2026-03-01T08:00:00.000000Z
              feed:
              - {lock: {room: r1}, device: lock-1, at: {0s: unlocked}}
              - {occupancy: {room: r1}, device: pir-1, at: {1m40s: true, 1h23m20s: false}}
              until: 1h26m20s
              expect:
              - {at: 1h25m20s, fire: {room: r1}, since: 1h23m20s}

            """.ReplaceLineEndings("\n"),
            captured.Text.ReplaceLineEndings("\n")
        );
        Assert.True(Run(captured.Text, Empty)!.Passed);
        Assert.False(Run(captured.Text, Empty.Replace("2m", "3m", StringComparison.Ordinal))!.Passed);
    }

    private static RuleTestResult? Run(string cases, string rules)
    {
        var diagnostics = new Diagnostics();
        var read = RuleTestFile.Parse("t.cases.yaml", cases, _ => rules, diagnostics);
        return read.Tests.Count == 1 && !diagnostics.HasErrors ? RuleTestRun.Run(read.Tests[0]) : null;
    }

    private static Reading Make(int device, int at, int late, string text, int seq) =>
        new()
        {
            Device = $"d{device}",
            Sensor = device % 2 == 0 ? "occupancy" : "lock",
            Value = device % 2 == 0 ? Value.Of(at % 2 == 0) : Value.Of(text),
            At = RuleTexts.Start + TimeSpan.FromSeconds(at),
            Received = late > 10 ? RuleTexts.Start + TimeSpan.FromSeconds(at + late - 10) : null,
            Seq = seq + 1,
            Boot = device == 3 ? 7 : 1,
            Unit = device == 1 ? "state" : null,
            Quality = late == 3 ? Quality.Bad : Quality.Good,
            Fields = late == 4 ? new Fields([new("f", Value.Of(text))]) : Fields.Empty,
            Labels = new Labels([new("room", device < 2 ? "r1" : "r2")]),
        };
}
