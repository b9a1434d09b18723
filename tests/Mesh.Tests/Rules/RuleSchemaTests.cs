using System.Text.Json;
using System.Text.RegularExpressions;
using Mesh.Rules.Language;
using Mesh.Rules.Testing;
using Mesh.Rules.Yaml;
using Xunit;

namespace Mesh.Tests.Rules;

/// <summary>The schema for editors and the readers know the same keys.</summary>
public sealed partial class RuleSchemaTests
{
    // A mapping of each kind, with a key that there is not: the answer lists those that there are.
    [Theory]
    [InlineData("file", "a test file", "rules: [{id: a, when: t}]\nZZ: 1")]
    [InlineData("rule", "a rule", "rules: [{id: a, when: t, ZZ: 1}]")]
    [InlineData("input", "an input", "rules: [{id: a, inputs: {i: {latest: t, ZZ: 1}}, when: i}]")]
    [InlineData("restart", "'restart'", "rules: [{id: a, when: t, restart: {grace: 1s, ZZ: 1}}]")]
    [InlineData("lookup", "a lookup", "rules: [{id: a, when: t, lookup: {l: {file: l.csv, ZZ: 1}}}]")]
    [InlineData("throttle", "'throttle'", "rules: [{id: a, when: t, throttle: {every: 1s, ZZ: 1}}]")]
    [InlineData("window", "a window", "rules: [{id: a, window: {of: t, tumbling: 1s, ZZ: 1}}]")]
    [InlineData("state", "a state", "rules: [{id: a, window: {of: t, state: {begin: value, ZZ: 1}}}]")]
    [InlineData("times", "'times'", "rules: [{id: a, pattern: [{a: t, times: {min: 1, max: 2, ZZ: 1}}], within: 1s}]")]
    [InlineData("late", "'late'", "rules: [{id: a, when: t, late: {side: x, ZZ: 1}}]")]
    [InlineData("active", "'active'", "rules: [{id: a, when: t, active: {days: mon, ZZ: 1}}]")]
    [InlineData("place", "'place'", "rules: [{id: a, when: t, place: {tier: edge, ZZ: 1}}]")]
    [InlineData(
        "command",
        "a command",
        "rules: [{id: a, when: t, then: [{command: {device: d, sensor: s, value: 1, ZZ: 1}}]}]"
    )]
    [InlineData("publish", "a publish", "rules: [{id: a, when: t, then: [{publish: {topic: x, ZZ: 1}}]}]")]
    [InlineData("notify", "a notify", "rules: [{id: a, when: t, then: [{notify: {text: x, ZZ: 1}}]}]")]
    [InlineData("webhook", "a webhook", "rules: [{id: a, when: t, then: [{webhook: {url: 'http://x', ZZ: 1}}]}]")]
    [InlineData("set", "a set", "rules: [{id: a, when: t, then: [{set: {sensor: s, value: 1, ZZ: 1}}]}]")]
    [InlineData("test", "a test", "rules: [{id: a, when: t}]\ntests: [{name: n, expect: [], ZZ: 1}]")]
    [InlineData(
        "fed",
        "a value of the feed",
        "rules: [{id: a, when: t}]\ntests: [{name: n, expect: [], feed: [{t: {}, at: {0s: {ZZ: 1}}}]}]"
    )]
    [InlineData(
        "event",
        "an event",
        "rules: [{id: a, when: t}]\ntests: [{name: n, expect: [], events: [{at: 0s, delay: 1s, ZZ: 1}]}]",
        "rules: [{id: a, when: t}]\ntests: [{name: n, expect: [], events: [{at: 0s, table: x, set: {}, ZZ: 1}]}]"
    )]
    [InlineData(
        "restarting",
        "'restart'",
        "rules: [{id: a, when: t}]\ntests: [{name: n, expect: [], events: [{at: 0s, restart: {ZZ: 1}}]}]"
    )]
    [InlineData(
        "expect",
        "an expected output",
        "rules: [{id: a, when: t}]\ntests: [{name: n, expect: [{at: 0s, fire: {}, ZZ: 1}]}]"
    )]
    public void Readers_and_schema_know_the_same_keys(string table, string what, params string[] texts)
    {
        var known = texts.SelectMany(t => KnownIn(t, what)).Distinct().Order(StringComparer.Ordinal);
        using var schema = JsonDocument.Parse(RuleSchema.Text());
        var properties = schema.RootElement.GetProperty("definitions").GetProperty(table).GetProperty("properties");
        var expected = properties.EnumerateObject().Select(p => p.Name);
        Assert.Equal(expected.Order(StringComparer.Ordinal), known);
    }

    [Fact]
    public void Every_reference_of_the_schema_leads_somewhere()
    {
        using var schema = JsonDocument.Parse(RuleSchema.Text());
        var definitions = schema.RootElement.GetProperty("definitions");
        var references = Reference().Matches(RuleSchema.Text()).Select(m => m.Groups["name"].Value).Distinct().ToList();
        Assert.True(references.Count > 10);
        Assert.All(references, name => Assert.True(definitions.TryGetProperty(name, out _), name));
        var names = definitions.EnumerateObject().Select(d => d.Name).ToList();
        Assert.Equal(names.Distinct().Count(), names.Count);
    }

    private static string[] KnownIn(string text, string what)
    {
        var diagnostics = new Diagnostics();
        RuleTestFile.Parse("f.cases.yaml", text, _ => null, diagnostics);
        var answer = diagnostics.Items.Select(d => Known().Match(d.Message)).Single(m => m.Success);
        Assert.Equal(what, answer.Groups["what"].Value);
        return answer.Groups["known"].Value.Split(", ");
    }

    [GeneratedRegex("^(?<what>.*) has no entry 'ZZ'; known are (?<known>.*)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Known();

    [GeneratedRegex("#/definitions/(?<name>[a-z]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Reference();
}
