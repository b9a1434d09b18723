using Mesh.Contracts;
using Mesh.Rules.Yaml;

namespace Mesh.Rules.Written;

/// <summary>Reads <c>pattern:</c> and the options of a rule that belong to it.</summary>
internal sealed class PatternReader(YamlFields rule, Diagnostics diagnostics)
{
    /// <summary>The options that only a rule with a pattern has.</summary>
    public static readonly string[] Options =
    [
        "within",
        "contiguity",
        "start",
        "after_match",
        "on_timeout",
        "max_partial",
        "streams",
    ];

    /// <summary>Steps of one pattern.</summary>
    public const int MaxSteps = 64;

    /// <summary>Null, and errors, when something is wrong.</summary>
    public PatternDefinition? Read(YamlNode node)
    {
        var before = diagnostics.Errors;
        var steps = Steps(node);
        var (after, resume) = AfterMatch();
        var pattern = new PatternDefinition
        {
            Steps = steps,
            Within = DurationReader.Read(rule, "within", diagnostics, zero: false),
            Contiguity = StepReader.ReadContiguity(rule) ?? Contiguity.SkipTillNext,
            Start = (PatternStart)(rule.Choice("start", "each", "idle", "once") ?? 0),
            AfterMatch = after,
            ResumeAt = rule.Scalar("after_match"),
            ResumeStep = resume,
            ReportsTimeout = rule.Choice("on_timeout", "report") is not null,
            MaxPartial = (int)(rule.Integer("max_partial", 1, 1_000_000) ?? PatternDefinition.DefaultMaxPartial),
            Streams = Streams(),
        };
        if (diagnostics.Errors == before)
        {
            new PatternCheck(pattern, node, diagnostics).Run();
        }

        return diagnostics.Errors == before ? pattern : null;
    }

    private List<StepDefinition> Steps(YamlNode node)
    {
        var steps = new List<StepDefinition>();
        if (node is not YamlSequence list || list.Items.Count == 0)
        {
            diagnostics.Error(node, $"'pattern' is {node.Description}; a list of steps is expected");
            return steps;
        }

        if (list.Items.Count > MaxSteps)
        {
            diagnostics.Error(node, $"the pattern has {list.Items.Count} steps; at most {MaxSteps} are expected");
            return steps;
        }

        foreach (var item in list.Items)
        {
            if (new StepReader(item, diagnostics).Read() is { } step)
            {
                steps.Add(step);
            }
        }

        return steps;
    }

    private (AfterMatch After, string? Step) AfterMatch()
    {
        if (rule.Scalar("after_match") is not { } scalar)
        {
            return (default, null);
        }

        var text = scalar.Text;
        switch (text)
        {
            case "past_last":
                return (Rules.AfterMatch.PastLast, null);
            case "none":
                return (Rules.AfterMatch.None, null);
            case "to_next":
                return (Rules.AfterMatch.ToNext, null);
        }

        foreach (
            var (prefix, after) in (ReadOnlySpan<(string, AfterMatch)>)
                [("to_first(", Rules.AfterMatch.ToFirst), ("to_last(", Rules.AfterMatch.ToLast)]
        )
        {
            if (text.StartsWith(prefix, StringComparison.Ordinal) && text.EndsWith(')'))
            {
                return (after, text[prefix.Length..^1].Trim());
            }
        }

        diagnostics.Error(
            scalar,
            $"'after_match' is {scalar.Description}; expected is past_last, none, to_next, to_first(step) or to_last(step)"
        );
        return (default, null);
    }

    private List<string> Streams()
    {
        var sensors = new List<string>();
        foreach (var item in rule.List("streams"))
        {
            if (item is YamlScalar sensor && Limits.IsName(sensor.Text))
            {
                sensors.Add(sensor.Text);
            }
            else
            {
                diagnostics.Error(item, $"'streams' has {item.Description}; a sensor is expected");
            }
        }

        return sensors;
    }
}
