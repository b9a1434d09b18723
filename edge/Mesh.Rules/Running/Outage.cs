namespace Mesh.Rules.Running;

/// <summary>A time <c>[From, To)</c>, in microseconds, in which the node was down.</summary>
/// <param name="From">The last instant of the clock before it.</param>
/// <param name="To">The first instant of the clock after it.</param>
/// <param name="StartsOver">It was longer than the rule bears: what was pending begins again.</param>
/// <param name="GraceUntil">Nothing fires before, and what was overdue waits until then; before everything without a grace.</param>
internal readonly record struct Outage(long From, long To, bool StartsOver, long GraceUntil)
{
    /// <summary>None: overlaps nothing.</summary>
    public static readonly Outage None = new(long.MinValue, long.MinValue, StartsOver: false, long.MinValue);

    /// <summary>When a wait is over that begins at <paramref name="since"/> and lasts <paramref name="micros"/> of up time.</summary>
    public long End(long since, long micros)
    {
        var end = since + micros;
        return since < To && end > From ? end + To - Math.Max(since, From) : end;
    }

    /// <summary>The same for a wait that was under way when the node went down.</summary>
    public long Moved(long deadline) => deadline > From ? deadline + To - From : deadline;
}
