using Mesh.Rules.Yaml;

namespace Mesh.Rules.Testing;

/// <summary>Reads <c>expect:</c>.</summary>
internal sealed class ExpectReader(TestTimes times, IReadOnlyList<string> tested, Diagnostics diagnostics)
{
    private static readonly string[] Kinds = ["fire", "clear", "match", "timeout", "aggregate"];

    public List<ExpectedOutput> Read(IReadOnlyList<YamlNode> items)
    {
        var outputs = new List<ExpectedOutput>();
        foreach (var item in items)
        {
            if (Entry(item) is { } output)
            {
                outputs.Add(output);
            }
        }

        return outputs;
    }

    private ExpectedOutput? Entry(YamlNode node)
    {
        var fields = new YamlFields(node, "an expected output", diagnostics);
        if (node is not YamlMapping mapping)
        {
            return null;
        }

        var at = times.Required(fields, "at");
        foreach (var each in Kinds)
        {
            fields.Get(each);
        }

        var rule = Rule(fields);
        var kinds = mapping.Entries.Where(e => Kinds.Contains(e.Key.Text)).ToList();
        var output = new ExpectedOutput
        {
            At = at ?? times.Start,
            Kind = kinds.Count == 0 ? "" : kinds[0].Key.Text,
            Rule = rule ?? "",
            Key = kinds.Count == 0 ? [] : Key(kinds[0]),
            Since = times.Optional(fields, "since"),
            Emitted = times.Optional(fields, "emitted"),
            Reason = fields.Text("reason"),
            Severity = fields.Choice("severity", "info", "warning", "critical") is null
                ? null
                : fields.Text("severity"),
            Count = fields.Integer("count", 0),
            Values = Values(fields),
            Bindings = [.. fields.Entries("bindings").Select(Binding)],
            Actions = fields.Get("actions") is null ? null : Actions(fields.List("actions")),
        };
        fields.Close();
        if (kinds.Count == 1)
        {
            return output;
        }

        diagnostics.Error(
            node,
            $"an expected output has exactly one of {string.Join(", ", Kinds)}, such as fire: {{room: r1}}"
        );
        return null;
    }

    private string? Rule(YamlFields fields)
    {
        if (fields.Scalar("rule") is { } rule)
        {
            if (!tested.Contains(rule.Text, StringComparer.Ordinal))
            {
                var hint = Nearest.Suggestion(rule.Text, tested);
                diagnostics.Error(rule, $"the test does not test a rule {rule.Description}{hint}");
            }

            return rule.Text;
        }

        if (tested.Count > 1)
        {
            diagnostics.Error(fields.Node!, "the test tests several rules; each expected output needs its 'rule'");
        }

        return tested.Count == 0 ? null : tested[0];
    }

    private IReadOnlyList<YamlEntry> Key(YamlEntry kind)
    {
        switch (kind.Value)
        {
            case YamlScalar { IsNull: true }:
                return [];
            case YamlMapping key:
                return key.Entries;
            default:
                diagnostics.Error(
                    kind.Value,
                    $"'{kind.Key.Text}' is {kind.Value.Description}; the key is expected, such as {{room: r1}}, or {{}}"
                );
                return [];
        }
    }

    private IReadOnlyList<YamlEntry> Values(YamlFields fields)
    {
        var values = fields.Entries("values");
        foreach (var value in values.Where(v => v.Value is YamlMapping))
        {
            diagnostics.Error(value.Value, $"'{value.Key.Text}' is a mapping; a value is expected");
        }

        return values;
    }

    private ExpectedBinding Binding(YamlEntry entry) =>
        new(
            entry.Key.Text,
            entry.Value switch
            {
                YamlScalar { IsNull: true } => [],
                YamlSequence list => [.. list.Items.Select(Reading)],
                var one => [Reading(one)],
            }
        );

    private ExpectedReading Reading(YamlNode node)
    {
        if (node is YamlScalar scalar)
        {
            return new ExpectedReading(times.Read(scalar, "a bound reading"), null, null, null);
        }

        var fields = new YamlFields(node, "a bound reading", diagnostics);
        var reading = new ExpectedReading(
            times.Optional(fields, "at"),
            fields.Text("device"),
            fields.Integer("seq"),
            fields.Scalar("value")
        );
        fields.Close();
        return reading;
    }

    private List<ExpectedAction> Actions(IReadOnlyList<YamlNode> items)
    {
        var actions = new List<ExpectedAction>();
        foreach (var item in items)
        {
            if (
                item is YamlMapping { Entries: [var entry] }
                && OutputText.ActionParts.TryGetValue(entry.Key.Text, out var known)
            )
            {
                actions.Add(Action(entry, known));
            }
            else
            {
                diagnostics.Error(
                    item,
                    $"{item.Description} was found; one action is expected: {string.Join(", ", OutputText.ActionParts.Keys)}"
                );
            }
        }

        return actions;
    }

    // A text instead of a mapping stands for the first part: notify: "…".
    private ExpectedAction Action(YamlEntry entry, string[] known)
    {
        if (entry.Value is YamlScalar text)
        {
            var name = new YamlScalar(text.Source, text.At, text.Index, known[0], plain: true, block: false);
            return new ExpectedAction(entry.Key.Text, [new YamlEntry(name, text)]);
        }

        var fields = new YamlFields(entry.Value, $"a {entry.Key.Text}", diagnostics);
        foreach (var part in known)
        {
            fields.Get(part);
        }

        // The fields of a tuple have any name.
        if (entry.Key.Text != "put")
        {
            fields.Close();
        }

        return new ExpectedAction(entry.Key.Text, (entry.Value as YamlMapping)?.Entries ?? []);
    }
}
