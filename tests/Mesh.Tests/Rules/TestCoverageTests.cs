using Mesh.Rules.Testing;
using Mesh.Rules.Yaml;
using Xunit;

namespace Mesh.Tests.Rules;

/// <summary>What tests do not reach is named, and nothing else is.</summary>
public class TestCoverageTests
{
    private const string Rules = """
        rules:
        - id: cold
          by: room
          when: temperature < 5 and (door == "open" or window == "open")
        - id: forgotten
          when: smoke
        - id: visit
          pattern:
          - come: badge
          - any: [{left: door}, {right: gate}]
          within: 1m
        tests:
        - name: a
          rule: cold
          feed:
          - {temperature: {room: r1}, at: {0s: 9, 2s: 3}}
          - {door: {room: r1}, at: {1s: open}}
          expect: [{at: 2s, fire: {room: r1}}]
        - name: b
          rule: visit
          feed:
          - {badge: {}, at: {0s: 1}}
          - {gate: {}, at: {1s: 1}}
          expect: [{at: 1s, match: {}}]
        """;

    [Fact]
    public void What_no_test_reaches_is_named() =>
        Assert.Equal(
            [
                "cold: it never said 'clear'",
                "cold: 'door == \"open\"' was never false",
                "cold: 'window == \"open\"' was never true",
                "cold: 'window == \"open\"' was never false",
                "forgotten: no test tests it",
                "visit: the step 'left' was in no match",
            ],
            Missing(Rules)
        );

    [Fact]
    public void What_is_reached_is_not() =>
        Assert.Empty(
            Missing(
                """
                rules: [{id: a, by: device, when: t > 1 and s > 1}]
                tests:
                - name: both ways
                  feed:
                  - {t: {device: d}, at: {0s: 2, 1s: 1, 2s: 2}}
                  - {s: {device: d}, at: {0s: 2, 3s: 1}}
                  expect:
                  - {at: 0s, fire: {device: d}}
                  - {at: 1s, clear: {device: d}}
                  - {at: 2s, fire: {device: d}}
                  - {at: 3s, clear: {device: d}}
                """
            )
        );

    [Fact]
    public void Readings_that_an_index_would_not_bring_are_seen_too() =>
        Assert.Empty(
            Missing(
                """
                rules: [{id: a, each: t, where: value > 5 and room == "r1"}]
                tests:
                - name: both ways
                  feed:
                  - {t: {room: r1}, at: {0s: 4, 1s: 6}}
                  - {t: {room: r2}, at: {2s: 6}}
                  expect: [{at: 1s, match: {}}]
                """
            )
        );

    private static List<string> Missing(string text)
    {
        var diagnostics = new Diagnostics();
        var coverage = new TestCoverage();
        var read = RuleTestFile.Parse("f.cases.yaml", text, _ => null, diagnostics);
        Assert.DoesNotContain(diagnostics.Items, d => d.Severity == DiagnosticSeverity.Error);
        coverage.Expect(read.Rules);
        Assert.All(read.Tests, t => Assert.True(RuleTestRun.Run(t, coverage).Passed));
        return [.. coverage.Rules.SelectMany(r => r.Missing.Select(m => $"{r.Rule}: {m}"))];
    }
}
