using Mesh.Contracts;
using Mesh.Rules;

namespace Mesh.Tests.Rules.Oracle;

/// <summary>Runs a rule through the engine and through the oracle, and says where they differ.</summary>
internal static class Disagreement
{
    /// <summary>Null where they agree; else the rule, the shortest feed that shows it, and what each said.</summary>
    public static string? Of(Rule rule, IReadOnlyList<Fed> feed, long until)
    {
        var compiled = Compile(rule);
        if (Agree(compiled, rule, feed, until))
        {
            return null;
        }

        var shortest = Shortest(compiled, rule, feed, until);
        return $"""

            {RuleYaml.Of(rule)}
            feed: until {Times.Text(until)}
            {Feeds.Text(shortest)}
            expected (oracle):
            {string.Join('\n', Oracle(rule, shortest, until))}
            actual (engine):
            {string.Join('\n', Engine(compiled, rule, shortest, until))}
            """;
    }

    /// <summary>The rule as the engine takes it; one that it refuses is a mistake of the generator.</summary>
    public static CompiledRule Compile(Rule rule) => RuleTexts.Compile(RuleYaml.Of(rule))[0];

    private static bool Agree(CompiledRule compiled, Rule rule, IReadOnlyList<Fed> feed, long until) =>
        Oracle(rule, feed, until).SequenceEqual(Engine(compiled, rule, feed, until));

    private static IReadOnlyList<Fed> Shortest(CompiledRule compiled, Rule rule, IReadOnlyList<Fed> feed, long until)
    {
        for (var i = feed.Count - 1; i > 0; i--)
        {
            var without = feed.Where((_, n) => n != i).ToList();
            if (!Agree(compiled, rule, without, until))
            {
                feed = without;
            }
        }

        return feed;
    }

    public static List<string> Oracle(Rule rule, IReadOnlyList<Fed> feed, long until)
    {
        var arrival = Arrival.Of(rule, feed, until);
        var said = rule.Body switch
        {
            When level => WhenOracle.Say(rule, level, arrival),
            Each each => EachOracle.Say(rule, each, arrival),
            Absent absent => AbsentOracle.Say(rule, absent, arrival),
            Window window => WindowOracle.Say(rule, window, arrival),
            Pattern pattern => PatternOracle.Say(rule, pattern, arrival),
            _ => throw new NotSupportedException(rule.Body.ToString()),
        };
        return Lines(said);
    }

    public static List<string> Engine(CompiledRule compiled, Rule rule, IReadOnlyList<Fed> feed, long until)
    {
        var said = new List<Said>();
        var result = RuleRun.Run(
            [compiled],
            feed.Select(f => f.Reading),
            new RuleRunOptions { Until = Times.At(until) },
            o => said.Add(Of(rule, o.Event))
        );
        var lines = Lines(said);
        lines.AddRange(result.Rules.Select(r => r.Fault).OfType<string>());
        return lines;
    }

    /// <summary>Key by key, each in its order; only where timeouts stand among the matches of an instant is left open.</summary>
    private static List<string> Lines(IEnumerable<Said> said) =>
        [
            .. said.GroupBy(s => s.Key)
                .OrderBy(g => g.Key, StringComparer.Ordinal)
                .SelectMany(g => g.OrderBy(s => s.At).ThenBy(s => s.Kind == "timeout").Select(Line)),
        ];

    private static Said Of(Rule rule, MeshEvent output) =>
        output switch
        {
            Detection d => new Said(Key(d.Key), EventJson.KindName(d.Kind), Times.Of(d.At))
            {
                Since = d.Kind == DetectionKind.Fire && d.Since is { } since ? Times.Of(since) : null,
                Values = d.Values,
                Bound = string.Join(
                    "; ",
                    d.Bindings.Where(b => b.Readings.Count > 0 && Binds(rule, b.Name)).Select(BoundText)
                ),
            },
            Aggregate a => new Said(Key(a.Key), "aggregate", Times.Of(a.End))
            {
                Values = a.Values,
                Start = Times.Of(a.Start),
                Count = a.Count,
            },
            _ => throw new NotSupportedException(output.ToString()),
        };

    /// <summary>What the rules pin: the judged reading and the steps of a pattern, not the inputs an engine adds.</summary>
    private static bool Binds(Rule rule, string name) =>
        rule.Body is Pattern || (rule.Body is Each each && each.Sensors.Contains(name));

    private static string BoundText(NamedBinding binding)
    {
        var ids = string.Join(", ", binding.Readings.Select(r => $"{r.Device}/{r.Seq}"));
        return binding.Repeated ? $"{binding.Name}: [{ids}]" : $"{binding.Name}: {ids}";
    }

    private static string Key(IReadOnlyList<KeyPart> key) => key.Count == 0 ? "-" : key[0].Value.ToString();

    private static string Line(Said said)
    {
        var values = said.Values.Select(v =>
            $"{v.Key}={(v.Value.Kind == ValueKind.Number ? Value.Of(Math.Round(v.Value.Number, 9)) : v.Value)}"
        );
        return $"{said.Key} {said.Kind} at {Times.Text(said.At)}"
            + (said.Since is { } since ? $" since {Times.Text(since)}" : "")
            + (said.Start is { } start ? $" from {Times.Text(start)}" : "")
            + (said.Count is { } count ? $" count {count}" : "")
            + string.Concat(values.Select(v => " " + v))
            + (said.Bound.Length > 0 ? $" | {said.Bound}" : "");
    }
}
