using System.Globalization;
using Mesh.Contracts;
using Mesh.Rules.Expressions;
using Mesh.Rules.Running;
using Mesh.Rules.Yaml;

namespace Mesh.Rules.Explaining;

/// <summary>Puts the state of one key into words.</summary>
internal sealed partial class Teller(RunningRule rule, ExplainOptions options, TraceMemory told)
{
    private readonly List<ExplainedClause> _clauses = [];
    private readonly List<string> _notes = [];

    public Explanation Tell(Timestamp at)
    {
        var key = rule.FindKey(options.Key) ?? told.LastKey;
        var (state, answer) =
            rule.Fault is { } fault ? ("faulted", $"The rule has stopped: {fault}.")
            : key is null ? ("unseen", Unseen())
            : Body(key, at);
        Notes();
        return new Explanation
        {
            Rule = rule.Rule.Id,
            Body = BodyName,
            Key = options.Key,
            At = at,
            State = state,
            Answer = answer,
            Since = key is { Phase: not Phase.Idle } ? new Timestamp(key.Since) : null,
            Next = key is { Due: not DueItem.NotDue } ? new Timestamp(key.Due) : null,
            Clauses = _clauses,
            History = told.Steps,
            Notes = _notes,
        };
    }

    private string BodyName =>
        rule.Rule.Definition.Body switch
        {
            ConditionDefinition => "when",
            EachDefinition => "each",
            WindowDefinition => "window",
            PatternDefinition => "pattern",
            AbsentDefinition => "absent",
            _ => "rule",
        };

    private (string State, string Answer) Body(KeyState key, Timestamp at)
    {
        rule.Evaluation.Begin(at, key);
        return rule.Rule.Definition.Body switch
        {
            ConditionDefinition condition => Condition(key, condition.When, at),
            EachDefinition each => Each(key, each, at),
            WindowDefinition window => Window(key, window, at),
            PatternDefinition => Pattern(key, at),
            AbsentDefinition absent => Absent(key, absent, at),
            _ => Generic(key, at),
        };
    }

    private string Unseen()
    {
        var keys = rule.AllKeys.Select(k => k.Values.Text).Take(1_000).ToList();
        var asked = string.Join(" ", options.Key.Select(k => k.Value));
        var near = Nearest.Suggestion(asked, keys);
        return keys.Count == 0
            ? $"Nothing that this rule sees ({string.Join(", ", rule.Rule.Sensors)}) has come with any key."
            : $"Nothing that this rule sees ({string.Join(", ", rule.Rule.Sensors)}) has come for {KeyText}{near}.";
    }

    private string KeyText =>
        options.Key.Count == 0 ? "it" : string.Join(", ", options.Key.Select(k => $"{k.Key} {k.Value}"));

    private (string State, string Answer) Condition(KeyState key, ExpressionDefinition when, Timestamp at)
    {
        var explainer = new ClauseExplainer(rule, new Scope(rule.Layout, ScopeKind.Condition, []));
        var clause = explainer.Explain("when", when);
        _clauses.Add(clause);
        if (rule.Rule.Definition.ClearWhen is { } clear)
        {
            _clauses.Add(explainer.Explain("clear_when", clear));
        }

        return Episode(key, clause, at);
    }

    // What an episode of `when` has come to, and which parts of the condition decide.
    private static (string State, string Answer) Episode(KeyState key, ExplainedClause clause, Timestamp at)
    {
        var since = new Timestamp(key.Since);
        switch (key.Phase)
        {
            case Phase.Pending:
                var left = Span(new Timestamp(key.Deadline) - at);
                return (
                    "pending",
                    $"Not yet: the condition has been true for {Span(at - since)} (since {Clock(since)}); it fires in {left}, at {Clock(new Timestamp(key.Deadline))}, unless it changes."
                );
            case Phase.Firing:
                var open = $"It has fired and is open; the condition became true at {Clock(since)}.";
                return clause.Value.IsUnknown
                    ? (
                        "firing (stale)",
                        $"{open} It is held although the condition is unknown now: {Deciders(clause)}."
                    )
                    : ("firing", open);
            case Phase.Clearing:
                return (
                    "clearing",
                    $"It fired, and the condition ended; it clears at {Clock(new Timestamp(key.Deadline))} unless it becomes true again."
                );
        }

        if (clause.Value.IsTrue)
        {
            return key.Armed
                ? ("idle", "The condition is true, but clear_when is true as well, so nothing begins.")
                : (
                    "idle",
                    "The condition was true when the rule started (on_start: edge): it waits for a known false."
                );
        }

        return (
            "idle",
            $"It does not fire: the condition is {(clause.Value.IsUnknown ? "unknown" : "false")}, because {Deciders(clause)}."
        );
    }

    // The parts that make the whole what it is: of a false `and` the false ones, of an unknown one the unknown ones.
    private static string Deciders(ExplainedClause clause)
    {
        var deciding = new List<string>();
        Collect(clause, deciding);
        return deciding.Count == 0 ? $"{clause.Text} is {Said(clause.Value)}" : string.Join("; and ", deciding.Take(4));
    }

    private static void Collect(ExplainedClause clause, List<string> into)
    {
        if (clause.Parts.Count == 0)
        {
            var why = clause.Operands.Select(Words).Where(w => w.Length > 0).ToList();
            into.Add($"{clause.Text} is {Said(clause.Value)}{(why.Count > 0 ? $" ({string.Join(", ", why)})" : "")}");
            return;
        }

        var same = clause.Parts.Where(p => p.Value.Equals(clause.Value)).ToList();
        foreach (var part in same.Count > 0 ? same : clause.Parts)
        {
            Collect(part, into);
        }
    }

    public static string Words(ExplainedOperand operand)
    {
        var old = operand is { Age: { } a, Value.Kind: not ValueKind.Duration } ? $", {Span(a)} old" : "";
        var age = operand.Reading is { } r ? $"{old}, from {r.Device}" : "";
        return operand.Value.IsUnknown
            ? $"{operand.Name}: {operand.Note ?? "unknown"}{age}"
            : $"{operand.Name} is {Said(operand.Value)}{age}{(operand.Note is { } note ? $": {note}" : "")}";
    }

    public static string Said(Value value) =>
        value.IsUnknown ? "unknown"
        : value.Kind == ValueKind.Text ? $"\"{value.Text}\""
        : value.Kind == ValueKind.Duration ? Span(value.AsTimeSpan)
        : value.Kind == ValueKind.Instant ? Clock(value.AsTimestamp)
        : value.ToString();

    private (string State, string Answer) Each(KeyState key, EachDefinition each, Timestamp at)
    {
        var scope = new Scope(rule.Layout, ScopeKind.Reading, [.. each.Sensors.Select(s => s.Sensor)]);
        if (told.LastJudged is not { } judged)
        {
            return (
                "idle",
                $"No reading of {string.Join(" or ", each.Sensors.Select(s => s.Sensor))} has come for {KeyText}."
            );
        }

        rule.Evaluation.Begin(at, key, judged, rule.Layout.Sensor(judged.Sensor).Index);
        var explainer = new ClauseExplainer(rule, scope);
        var filter = each.Sensors.First(s => s.Sensor == judged.Sensor).Filter;
        if (filter is not null)
        {
            _clauses.Add(explainer.Explain(judged.Sensor, filter));
        }

        if (each.Where is { } where)
        {
            _clauses.Add(explainer.Explain("where", where));
        }

        var failed = _clauses.Find(c => !c.Value.IsTrue);
        var about =
            $"The last reading of {judged.Sensor} ({Said(judged.Value)} at {Clock(judged.At)} from {judged.Device})";
        return ("idle", failed is null ? $"{about} matched." : $"{about} did not match, because {Deciders(failed)}.");
    }

    private (string State, string Answer) Generic(KeyState key, Timestamp at)
    {
        var next =
            key.Due == DueItem.NotDue ? "Nothing is due." : $"The next instant is {Clock(new Timestamp(key.Due))}.";
        var state = key.Body?.Due is { } due and not DueItem.NotDue && due > at.Micros ? "open" : "idle";
        return (state, $"{Last()} {next}");
    }

    private string Last() =>
        told.Steps is [.., var step] ? $"Last, at {Clock(step.At)}: {step.Text}." : "Nothing has happened yet.";

    private void Notes()
    {
        _notes.AddRange(told.Unkeyed);
        var counters = rule.Counters;
        Note(counters.Late, "late and dropped (of all keys)");
        Note(counters.IgnoredOlder, "older than what was known and ignored (of all keys)");
        if (counters.Suppressed > 0)
        {
            _notes.Add($"{counters.Suppressed} outputs were kept back by the throttle");
        }

        if (rule.Rule.Lateness > 0)
        {
            _notes.Add(
                $"the rule waits {Durations.Format(rule.Rule.Definition.Lateness)} for readings that are under way (lateness)"
            );
        }
    }

    private void Note(long count, string what)
    {
        if (count > 0)
        {
            _notes.Add(
                $"{count.ToString(CultureInfo.InvariantCulture)} reading{(count == 1 ? " was" : "s were")} {what}"
            );
        }
    }

    /// <summary>A span as people say it: what is below a second matters only below ten.</summary>
    public static string Span(TimeSpan span)
    {
        var unit = span >= TimeSpan.FromSeconds(10) ? TimeSpan.TicksPerSecond : TimeSpan.TicksPerMillisecond;
        return Durations.Format(span < TimeSpan.Zero ? TimeSpan.Zero : new TimeSpan(span.Ticks - (span.Ticks % unit)));
    }

    /// <summary>An instant as people read it: without a fraction that is zero.</summary>
    public static string Clock(Timestamp at)
    {
        var text = at.ToString();
        return text.EndsWith(".000000Z", StringComparison.Ordinal) ? text[..^8] + "Z" : text;
    }
}
