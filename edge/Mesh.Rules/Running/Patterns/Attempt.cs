using Mesh.Rules.Compiled;

namespace Mesh.Rules.Running.Patterns;

/// <summary>A partial match: where it started, until when it may go on, and its ways on, first choice first.</summary>
/// <param name="start">Place of its start among the readings and starts that the key has seen.</param>
/// <param name="startedAt">Microseconds.</param>
/// <param name="ends">The end of the pattern's <c>within</c>, in microseconds.</param>
internal sealed class Attempt(long start, long startedAt, long ends)
{
    public long Start { get; } = start;

    public long StartedAt { get; } = startedAt;

    /// <summary>Not due before its first reading, from which the time counts.</summary>
    public long Ends { get; set; } = ends;

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
