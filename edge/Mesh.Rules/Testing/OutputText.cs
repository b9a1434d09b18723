using Mesh.Contracts;

namespace Mesh.Rules.Testing;

/// <summary>What rules said, in the words of a test.</summary>
internal static class OutputText
{
    /// <summary>What can be said of actions in a test, by kind.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> ActionParts = new Dictionary<string, string[]>(
        StringComparer.Ordinal
    )
    {
        ["command"] = ["device", "sensor", "value", "expires"],
        ["publish"] = ["topic", "payload"],
        ["notify"] = ["text", "title", "to", "expires"],
        ["webhook"] = ["url", "body", "expires"],
        ["put"] = ["space"],
    };

    public static Timestamp At(RuleOutput output) =>
        output.Event switch
        {
            Detection d => d.At,
            Aggregate a => a.End,
            _ => default,
        };

    public static string? Rule(RuleOutput output) =>
        (output.Event as Detection)?.Rule ?? (output.Event as Aggregate)?.Rule;

    public static IReadOnlyList<KeyPart> Key(RuleOutput output) =>
        (output.Event as Detection)?.Key ?? (output.Event as Aggregate)?.Key ?? [];

    /// <summary>The same as <see cref="ExpectedOutput.Group"/> of an entry that matches.</summary>
    public static string Group(RuleOutput output) =>
        $"{Rule(output)} {string.Join(' ', Key(output).Select(k => $"{k.Name}={Canonical(k.Value)}").Order(StringComparer.Ordinal))}";

    /// <summary>One line with everything that a test could name.</summary>
    public static string Line(RuleOutput output, Timestamp start, bool named)
    {
        string Offset(Timestamp at) => TestTimes.Format(at, start);
        string Shown(Value value) => value.Kind == ValueKind.Instant ? Offset(value.AsTimestamp) : value.ToString();
        var parts = new List<string>
        {
            Offset(At(output)),
            output.Event is Detection { Kind: var kind } ? EventJson.KindName(kind) : "aggregate",
            named ? Rule(output) ?? "" : "",
            Parts(Key(output).Select(k => (k.Name, k.Value.ToString()))),
        };
        if (output.Event is Detection d)
        {
            parts.Add(d.Since is { } since ? $"since {Offset(since)}" : "");
            parts.Add(d.Emitted == d.At ? "" : $"emitted {Offset(d.Emitted)}");
            parts.Add(d.Reason is null ? "" : $"({d.Reason})");
            parts.Add(Parts(d.Values.Select(v => (v.Key, Shown(v.Value)))));
            parts.AddRange(
                d.Bindings.Select(b => $"{b.Name}=[{string.Join(", ", b.Readings.Select(r => Offset(r.At)))}]")
            );
        }
        else if (output.Event is Aggregate a)
        {
            parts.Add($"since {Offset(a.Start)}");
            parts.Add(a.Emitted == a.End ? "" : $"emitted {Offset(a.Emitted)}");
            parts.Add($"count={a.Count}");
            parts.Add(Parts(a.Values.Select(v => (v.Key, Shown(v.Value)))));
        }

        return string.Join(' ', parts.Where(p => p.Length > 0));
    }

    public static string Action(RuleAction action)
    {
        var (kind, parts) = Of(action);
        return $"-> {kind} {Parts(parts.Select(p => (p.Name, p.Value.ToString())))}";
    }

    public static (string Kind, IReadOnlyList<(string Name, Value Value)> Parts) Of(RuleAction action) =>
        action switch
        {
            CommandAction c => (
                "command",
                [
                    ("device", Value.Of(c.Device)),
                    ("sensor", Value.Of(c.Sensor)),
                    ("value", c.Value),
                    ("expires", Value.Of(c.Expires)),
                ]
            ),
            PublishAction p => ("publish", [("topic", Value.Of(p.Topic)), ("payload", Value.Of(p.Payload))]),
            NotifyAction n => (
                "notify",
                [
                    ("text", Value.Of(n.Text)),
                    ("title", Value.Of(n.Title)),
                    ("to", Value.Of(string.Join(", ", n.To))),
                    ("expires", Value.Of(n.Expires)),
                ]
            ),
            WebhookAction w => (
                "webhook",
                [("url", Value.Of(w.Url)), ("body", Value.Of(w.Body)), ("expires", Value.Of(w.Expires))]
            ),
            PutAction p => ("put", [("space", Value.Of(p.Space)), .. p.Fields.Select(f => (f.Key, f.Value))]),
            _ => (action.GetType().Name, []),
        };

    public static string Parts(IEnumerable<(string Name, string Value)> parts) =>
        string.Join(' ', parts.Select(p => $"{p.Name}={p.Value}"));

    private static string Canonical(Value value) =>
        value.Kind == ValueKind.Text ? Yaml.CoreSchema.Resolve(value.Text).ToString() : value.ToString();
}
