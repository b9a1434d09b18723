using Mesh.Contracts;
using Mesh.Rules.Compiled;

namespace Mesh.Rules.Running.Patterns;

/// <summary><c>pattern:</c> steps over the readings of a key, and the partial matches that are on their way.</summary>
internal sealed class PatternBody(PatternPlan plan) : RuleBody
{
    public PatternPlan Plan => plan;

    public override void Start(RunningRule rule, KeyState key)
    {
        key.Body = new PatternState();

        // Before anything has been applied the rule has no time of its own yet.
        Turn(rule, key).StartWithTimer(rule.Time == Timestamp.MinValue.Micros ? rule.StartTime : rule.Time);
    }

    public override void Apply(
        RunningRule rule,
        KeyState key,
        SensorPlan sensor,
        Reading reading,
        bool inputsChanged
    ) => Turn(rule, key).Take(reading, sensor);

    public override void Due(RunningRule rule, KeyState key) => Turn(rule, key).Pass();

    public override void Restarted(RunningRule rule, KeyState key)
    {
        if (key.Body is not null)
        {
            Turn(rule, key).Restarted();
        }
    }

    public override BodyState Restore(RunningRule rule, StateReader reader) => PatternState.Restore(reader, plan);

    /// <summary>The partial matches of a key, the one that started first first.</summary>
    public IReadOnlyList<OpenMatch> Open(KeyState key) =>
        key.Body is not PatternState state
            ? []
            :
            [
                .. state
                    .Attempts.ToArray()
                    .Select(a => new OpenMatch(
                        new Timestamp(a.StartedAt),
                        [.. Heads(a).Select(h => plan.Steps[h.Step].Text).Distinct(StringComparer.Ordinal)],
                        plan.Bindings(a.First?.Bound),
                        a.Due == DueItem.NotDue ? null : new Timestamp(a.Due),
                        a.Ends == DueItem.NotDue ? null : new Timestamp(a.Ends)
                    )),
            ];

    private static IEnumerable<Head> Heads(Attempt attempt)
    {
        for (var head = attempt.First; head is not null; head = head.Next)
        {
            yield return head;
        }
    }

    private PatternTurn Turn(RunningRule rule, KeyState key)
    {
        var turn = rule.PatternTurn;
        turn.Begin(plan, key);
        return turn;
    }
}

/// <summary>A partial match, for those who ask where a pattern waits.</summary>
/// <param name="Started">When it started.</param>
/// <param name="WaitsAt">The steps that could come next, as the rule's author wrote them, first choice first.</param>
/// <param name="Bound">What it has bound so far.</param>
/// <param name="Due">When time alone will do something next; null for never.</param>
/// <param name="Ends">The end of the pattern's <c>within</c>; null without.</param>
internal sealed record OpenMatch(
    Timestamp Started,
    IReadOnlyList<string> WaitsAt,
    IReadOnlyList<NamedBinding> Bound,
    Timestamp? Due,
    Timestamp? Ends
);
