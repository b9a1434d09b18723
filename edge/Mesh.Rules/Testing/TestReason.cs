using Mesh.Contracts;
using Mesh.Rules.Explaining;
using Mesh.Rules.Yaml;

namespace Mesh.Rules.Testing;

/// <summary>Says why a test failed: runs it again up to its first difference and explains the rule there.</summary>
public static class TestReason
{
    /// <summary>Null when there is nothing to explain: the test passed, or the difference names no key of the rule.</summary>
    public static Explanation? Of(RuleTestResult result)
    {
        var difference = result.Lines.FirstOrDefault(l => !l.Same);
        if (difference is null)
        {
            return null;
        }

        var (rule, key, at) =
            difference.Entry is { } entry && (difference.Output is not { } said || entry.At <= OutputText.At(said))
                ? (entry.Rule, [.. entry.Key.Select(k => KeyValuePair.Create(k.Key.Text, Text(k.Value)))], entry.At)
                : Said(difference.Output!.Value);
        return Explain(result.Test, rule, key, at);
    }

    private static Explanation? Explain(
        RuleTest test,
        string id,
        IReadOnlyList<KeyValuePair<string, string>> key,
        Timestamp at
    )
    {
        var options = new ExplainOptions
        {
            Rule = id,
            Key = key,
            At = at,
        };
        var by = test.Rules.FirstOrDefault(r => r.Id == id)?.Definition.By.Order(StringComparer.Ordinal);
        if (
            by is null
            || !by.SequenceEqual(key.Select(k => k.Key).Order(StringComparer.Ordinal), StringComparer.Ordinal)
        )
        {
            return null;
        }

        var node = new TestedNode(test, options);
        var ended = false;
        RuleTestRun.Walk(node, next => ended = next > at && HasPassed(node, at));
        if (ended && node.Running is { Rule.Lateness: 0 })
        {
            node.AdvanceTo(at);
        }

        return node is { Running: { } running, Told: { } told } ? new Teller(running, options, told).Tell(at) : null;
    }

    // A rule that orders readings has come to the instant only when its watermark has.
    private static bool HasPassed(TestedNode node, Timestamp at) =>
        node.Running is not { } rule || rule.Rule.Lateness == 0 || rule.Watermark() > at.Micros * 2;

    private static (string Rule, IReadOnlyList<KeyValuePair<string, string>> Key, Timestamp At) Said(
        RuleOutput output
    ) =>
        (
            OutputText.Rule(output) ?? "",
            [.. OutputText.Key(output).Select(k => KeyValuePair.Create(k.Name, k.Value.ToString()))],
            OutputText.At(output)
        );

    private static string Text(YamlNode node) => node is YamlScalar scalar ? scalar.Text : "";
}
