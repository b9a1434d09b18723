using System.Globalization;
using System.Text;
using Mesh.Rules.Expressions;

namespace Mesh.Rules.Compiled;

/// <summary>The canonical text of a pattern: the same meaning, the same text. It goes into the hash of the rule.</summary>
internal static class PatternText
{
    public static string Of(PatternDefinition pattern)
    {
        var text = new StringBuilder();
        foreach (var step in pattern.Steps)
        {
            Step(text, step);
        }

        Add(text, "within", Duration(pattern.Within));
        Add(text, "contiguity", pattern.Contiguity.ToString());
        Add(text, "start", pattern.Start.ToString());
        Add(text, "after_match", $"{pattern.AfterMatch} {pattern.ResumeStep}");
        Add(text, "on_timeout", pattern.ReportsTimeout ? "report" : "");
        Add(text, "max_partial", pattern.MaxPartial.ToString(CultureInfo.InvariantCulture));
        Add(text, "streams", string.Join(' ', pattern.Streams.Order(StringComparer.Ordinal)));
        return text.ToString();
    }

    /// <summary>A part as people read it: <c>not motion[value > 3] for 10s</c>.</summary>
    public static string Of(StepPartDefinition part)
    {
        var name = part.Name is null ? "" : part.Name.Text + ": ";
        var kind = part.Kind switch
        {
            StepPartKind.Wait => "wait ",
            StepPartKind.Quiet => "quiet ",
            StepPartKind.Not => "not ",
            _ => "",
        };
        var sensor =
            part.Sensor is not { } s ? ""
            : s.Filter is { } filter ? $"{s.Sensor}[{SyntaxText.Of(filter.Syntax)}]"
            : s.Sensor;
        var time = part.For is null ? "" : (part.Kind == StepPartKind.Wait ? "" : " for ") + Duration(part.For);
        return name + kind + sensor + time;
    }

    private static void Step(StringBuilder text, StepDefinition step)
    {
        text.Append(step.All ? "all\n" : "step\n");
        foreach (var part in step.Parts)
        {
            Add(text, "part", Of(part));
            Add(text, "times", Times(part.Times));
        }

        Add(text, "times", Times(step.Times));
        Add(text, "how", $"{step.Greedy} {step.EveryPrefix} {step.Contiguity} {step.Between}");
        Add(text, "within", Duration(step.Within));
        Add(text, "until", step.Until is { } until ? Of(until) : "");
    }

    private static string Times(TimesDefinition times) =>
        string.Create(CultureInfo.InvariantCulture, $"{times.Min}-{times.Max}");

    private static string Duration(DurationDefinition? duration) =>
        duration is null ? ""
        : duration.Constant is { } constant ? Contracts.Durations.Format(constant)
        : duration.Expression!.Syntax.ToString();

    private static void Add(StringBuilder text, string name, string value) =>
        text.Append(CultureInfo.InvariantCulture, $"{name} {value.Length} {value}\n");
}
