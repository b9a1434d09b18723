using Mesh.Rules.Compiled;

namespace Mesh.Rules.Running.Patterns;

/// <summary>A partial match: where it started, until when it may go on, and its ways on, first choice first.</summary>
internal sealed class Attempt
{
    /// <summary>Place of its start among the readings and starts that the key has seen.</summary>
    public long Start { get; set; }

    /// <summary>Microseconds.</summary>
    public long StartedAt { get; set; }

    /// <summary>
    /// The end of the pattern's <c>within</c>, in microseconds; not due before its first reading, from which the time
    /// counts.
    /// </summary>
    public long Ends { get; set; }

    /// <summary>Null when it is over.</summary>
    public Head? First { get; set; }

    public long Due
    {
        get
        {
            var due = Ends;
            for (var head = First; head is not null; head = head.Next)
            {
                due = Math.Min(due, head.Due);
            }

            return due;
        }
    }

    public Head? Satisfied(PatternPlan plan)
    {
        var head = First;
        while (head is not null && !head.IsSatisfied(plan))
        {
            head = head.Next;
        }

        return head;
    }
}

/// <summary>A match that has yet to be said.</summary>
internal readonly record struct FoundMatch(long Start, StepLink? Bound, bool IsTimeout);
