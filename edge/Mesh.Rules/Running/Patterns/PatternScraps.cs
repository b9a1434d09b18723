namespace Mesh.Rules.Running.Patterns;

/// <summary>
/// Partial matches and ways on that are over, for the next ones of the rule: most live for a reading or two. Nothing
/// refers to what is put here any more.
/// </summary>
internal sealed class PatternScraps
{
    private const int Most = 16;

    private readonly Attempt[] _attempts = new Attempt[Most];
    private readonly Head[] _heads = new Head[Most];
    private int _attemptCount;
    private int _headCount;

    public void Put(Attempt attempt)
    {
        if (_attemptCount < Most)
        {
            _attempts[_attemptCount++] = attempt;
        }
    }

    /// <summary>It keeps what comes after it, so that whoever is on his way through the ways on can go on.</summary>
    public void Put(Head head)
    {
        if (_headCount < Most)
        {
            (head.Bound, head.Complete, head.Parts) = (null, null, null);
            _heads[_headCount++] = head;
        }
    }

    public Attempt Attempt(long start, long startedAt, long ends)
    {
        var attempt = _attemptCount > 0 ? _attempts[--_attemptCount] : new Attempt();
        (attempt.Start, attempt.StartedAt, attempt.Ends) = (start, startedAt, ends);
        return attempt;
    }

    /// <summary>A way on at the beginning of a step.</summary>
    public Head Head(int step, int guardsFrom, StepLink? bound, long entered)
    {
        if (_headCount == 0)
        {
            return new Head
            {
                Step = step,
                GuardsFrom = guardsFrom,
                Bound = bound,
                Complete = bound,
                Entered = entered,
            };
        }

        var head = _heads[--_headCount];
        (head.Next, head.Step, head.GuardsFrom, head.Count) = (null, step, guardsFrom, 0);
        (head.Bound, head.Complete, head.Entered) = (bound, bound, entered);
        (head.GapSeen, head.Closed, head.Skips) = (false, false, false);
        return head;
    }
}
