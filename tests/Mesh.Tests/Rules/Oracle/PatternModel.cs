using System.Text;

namespace Mesh.Tests.Rules.Oracle;

internal enum Contiguity
{
    Next,
    Strict,
    Any,
}

internal sealed record Pattern(IReadOnlyList<Step> Steps, long? Within) : Body
{
    public bool Report { get; init; }

    public Contiguity Contiguity { get; init; }

    /// <summary><c>each</c>, <c>idle</c> or <c>once</c>.</summary>
    public string Start { get; init; } = "each";

    /// <summary><c>past_last</c>, <c>none</c>, <c>to_next</c>, <c>to_first(x)</c> or <c>to_last(x)</c>.</summary>
    public string After { get; init; } = "past_last";

    public IReadOnlyList<string> Streams { get; init; } = [];

    public IEnumerable<string> Sensors => Steps.SelectMany(s => s.Sensors).Concat(Streams);
}

internal abstract record Step
{
    public abstract IEnumerable<string> Sensors { get; }
}

internal sealed record Take(string Name, Source Of) : Step
{
    public int Min { get; init; } = 1;

    public int? Max { get; init; } = 1;

    public bool Repeats { get; init; }

    public bool Reluctant { get; init; }

    public bool EveryPrefix { get; init; }

    public Contiguity? Between { get; init; }

    public Contiguity? Contiguity { get; init; }

    public long? Within { get; init; }

    public Until? Until { get; init; }

    public override IEnumerable<string> Sensors =>
        new[] { Of.Sensor, Until?.Of?.Sensor, Until?.Quiet?.Sensor }.OfType<string>();
}

/// <summary>One of a reading (with a name or without), an elapsed time, or a silence.</summary>
internal sealed record Until(string? Name, Source? Of, Source? Quiet, long For);

/// <summary>A gap that kills (without <paramref name="For"/>), or a time without the reading.</summary>
internal sealed record Never(Source Of, long? For = null) : Step
{
    public Contiguity? Contiguity { get; init; }

    public override IEnumerable<string> Sensors => [Of.Sensor];
}

internal sealed record Wait(long For) : Step
{
    public override IEnumerable<string> Sensors => [];
}

internal sealed record Quiet(Source Of, long For) : Step
{
    public override IEnumerable<string> Sensors => [Of.Sensor];
}

internal sealed record AnyOf(IReadOnlyList<Step> Parts) : Step
{
    public override IEnumerable<string> Sensors => Parts.SelectMany(p => p.Sensors);
}

internal sealed record AllOf(IReadOnlyList<Step> Parts) : Step
{
    public override IEnumerable<string> Sensors => Parts.SelectMany(p => p.Sensors);
}

internal static class PatternYaml
{
    public static string Of(Pattern pattern)
    {
        var text = new StringBuilder("  pattern:\n");
        foreach (var step in pattern.Steps)
        {
            text.Append(StepText(step, "  "));
        }

        text.Append(pattern.Within is { } within ? $"  within: {Times.Text(within)}\n" : "");
        text.Append(pattern.Report ? "  on_timeout: report\n" : "");
        text.Append(pattern.Contiguity == Contiguity.Next ? "" : $"  contiguity: {Word(pattern.Contiguity)}\n");
        text.Append(pattern.Start == "each" ? "" : $"  start: {pattern.Start}\n");
        text.Append(pattern.After == "past_last" ? "" : $"  after_match: {pattern.After}\n");
        text.Append(pattern.Streams.Count == 0 ? "" : $"  streams: [{string.Join(", ", pattern.Streams)}]\n");
        return text.ToString();
    }

    private static string Word(Contiguity contiguity) =>
        contiguity switch
        {
            Contiguity.Strict => "strict",
            Contiguity.Any => "skip_till_any",
            _ => "skip_till_next",
        };

    private static string StepText(Step step, string indent) =>
        step switch
        {
            Take take => $"{indent}- {take.Name}: '{take.Of.Text}'\n{Options(take, indent + "  ")}",
            Never { For: { } d } never => $"{indent}- not: '{never.Of.Text}'\n{indent}  for: {Times.Text(d)}\n",
            Never never => $"{indent}- not: '{never.Of.Text}'\n"
                + (never.Contiguity is { } c ? $"{indent}  contiguity: {Word(c)}\n" : ""),
            Wait wait => $"{indent}- wait: {Times.Text(wait.For)}\n",
            Quiet quiet => $"{indent}- quiet: '{quiet.Of.Text}'\n{indent}  for: {Times.Text(quiet.For)}\n",
            AnyOf any => $"{indent}- any:\n{string.Concat(any.Parts.Select(p => StepText(p, indent + "  ")))}",
            AllOf all => $"{indent}- all:\n{string.Concat(all.Parts.Select(p => StepText(p, indent + "  ")))}",
            _ => throw new NotSupportedException(step.ToString()),
        };

    private static string Options(Take take, string indent)
    {
        var text = new StringBuilder();
        if (take.Repeats)
        {
            var parts = new List<string> { $"min: {take.Min}" };
            parts.AddRange(take.Max is { } max ? [$"max: {max}"] : []);
            parts.AddRange(take.Reluctant ? ["greedy: false"] : []);
            parts.AddRange(take.EveryPrefix ? ["every_prefix: true"] : []);
            parts.AddRange(take.Between is { } between ? [$"contiguity: {Word(between)}"] : []);
            text.Append($"{indent}times: {{{string.Join(", ", parts)}}}\n");
        }

        text.Append(take.Within is { } within ? $"{indent}within: {Times.Text(within)}\n" : "");
        text.Append(take.Contiguity is { } contiguity ? $"{indent}contiguity: {Word(contiguity)}\n" : "");
        text.Append(
            take.Until switch
            {
                null => "",
                { Quiet: { } quiet } u => $"{indent}until: {{quiet: '{quiet.Text}', for: {Times.Text(u.For)}}}\n",
                { Of: null } u => $"{indent}until: {{wait: {Times.Text(u.For)}}}\n",
                { Name: { } name } u => $"{indent}until: {{{name}: '{u.Of.Text}'}}\n",
                { } u => $"{indent}until: '{u.Of.Text}'\n",
            }
        );
        return text.ToString();
    }
}
