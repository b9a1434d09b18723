using Mesh.Contracts;
using Mesh.Rules.Running;
using Mesh.Rules.Running.Patterns;

namespace Mesh.Rules.Explaining;

// Patterns: where each partial match waits, what it has, and until when.
internal sealed partial class Teller
{
    /// <summary>Partial matches that are told of, those that started last.</summary>
    private const int MostPartial = 5;

    private (string State, string Answer) Pattern(KeyState key, Timestamp at)
    {
        var open = ((PatternBody)rule.Rule.Body).Open(key);
        if (open.Count == 0)
        {
            return told.Steps.Count == 0
                ? ("idle", "No partial match is open: nothing that begins the pattern has come.")
                : ("idle", $"No partial match is open. {Last()}");
        }

        foreach (var partial in open.TakeLast(MostPartial))
        {
            _notes.Add(Partial(partial, at));
        }

        if (open.Count > MostPartial)
        {
            _notes.Add($"{open.Count - MostPartial} more partial matches are open");
        }

        var last = open[^1];
        var many = open.Count == 1 ? "One partial match is open" : $"{open.Count} partial matches are open";
        return ("open", $"{many}; the newest waits for {Steps(last.WaitsAt)}{Until(last.Ends, at)}. {Last()}");
    }

    private static string Partial(OpenMatch partial, Timestamp at)
    {
        var bound = partial.Bound.Select(b =>
            b.Readings.Count == 1
                ? $"{b.Name} = {Said(b.Readings[0].Value)} at {Clock(b.Readings[0].At)}"
                : $"{b.Name} {b.Readings.Count} times"
        );
        var has = partial.Bound.Count == 0 ? "nothing yet" : string.Join(", ", bound);
        var due = partial.Due is { } next && next != partial.Ends ? $"; time goes on at {Clock(next)}" : "";
        return $"a partial match since {Clock(partial.Started)} has {has}; it waits for {Steps(partial.WaitsAt)}{due}{Until(partial.Ends, at)}";
    }

    private static string Steps(IReadOnlyList<string> steps) => string.Join(" or ", steps.Select(s => $"'{s}'"));

    private static string Until(Timestamp? ends, Timestamp at) =>
        ends is { } end ? $", until {Clock(end)} (another {Span(end - at)})" : "";
}
