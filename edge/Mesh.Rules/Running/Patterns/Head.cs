using Mesh.Rules.Compiled;

namespace Mesh.Rules.Running.Patterns;

/// <summary>How far one part of an <c>any</c>, an <c>all</c> or a timed step has come.</summary>
internal struct PartState
{
    /// <summary>How often it has come about.</summary>
    public int Count;

    /// <summary>When its time is up; not due for readings and for what is over.</summary>
    public long Deadline;

    /// <summary>It takes nothing more.</summary>
    public bool Over;
}

/// <summary>
/// One way on for a partial match: the step it waits at. A partial match has several ways on where a repetition may go
/// on or end, or a step may be left out; which of them a reading takes, and which stay, is decided in
/// <c>PatternTurn.Taking.cs</c>.
/// </summary>
internal sealed class Head
{
    /// <summary>The way on that comes after this one where a reading fits both.</summary>
    public Head? Next { get; set; }

    public required int Step { get; set; }

    /// <summary>The first step whose <c>not</c>s guard the gap: an earlier one where steps have been left out.</summary>
    public required int GuardsFrom { get; set; }

    /// <summary>Repetitions done.</summary>
    public int Count { get; set; }

    public StepLink? Bound { get; set; }

    /// <summary>What was bound when the step was entered or last complete: without what a round under way has taken.</summary>
    public StepLink? Complete { get; set; }

    /// <summary>When the step was entered, in microseconds: the instant of the last reading, or timer, before it.</summary>
    public long Entered { get; set; }

    /// <summary>The end of the step's <c>within</c>.</summary>
    public long Expires { get; set; } = DueItem.NotDue;

    /// <summary>When an <c>until</c> of time ends the step.</summary>
    public long Until { get; set; } = DueItem.NotDue;

    /// <summary>Of the step's parts, where one reading does not complete it; else null.</summary>
    public PartState[]? Parts { get; set; }

    /// <summary>A reading has been seen in the gap before the step.</summary>
    public bool GapSeen { get; set; }

    /// <summary>The repetition can take no more, and waits for the end of <c>within</c>.</summary>
    public bool Closed { get; set; }

    /// <summary>While a reading is being offered: which part takes it; -1 for none.</summary>
    public int Part { get; set; }

    /// <summary>While a reading is being offered: the way on stays although the reading goes elsewhere.</summary>
    public bool Skips { get; set; }

    public long Due
    {
        get
        {
            var due = Math.Min(Expires, Until);
            if (Parts is { } parts)
            {
                for (var i = 0; i < parts.Length; i++)
                {
                    due = Math.Min(due, parts[i].Deadline);
                }
            }

            return due;
        }
    }

    /// <summary>At the end of <c>within</c> this is a match.</summary>
    public bool IsSatisfied(PatternPlan plan)
    {
        var step = plan.Steps[Step];
        return step.IsEnd || (IsTrailing(plan) && !step.EveryPrefix);
    }

    /// <summary>The pattern's last step has come about, and may go on.</summary>
    public bool IsTrailing(PatternPlan plan) => Step == plan.Steps.Length - 1 && Count >= plan.Steps[Step].Min;

    /// <summary>The same with parts of its own.</summary>
    public Head Copy() =>
        new()
        {
            Step = Step,
            GuardsFrom = GuardsFrom,
            Count = Count,
            Bound = Bound,
            Complete = Complete,
            Entered = Entered,
            Expires = Expires,
            Until = Until,
            Parts = (PartState[]?)Parts?.Clone(),
            GapSeen = GapSeen,
            Closed = Closed,
            Part = Part,
        };

    public void Save(StateWriter writer, LinkTable links)
    {
        writer.Count(Step);
        writer.Count(GuardsFrom);
        writer.Count(Count);
        writer.Count(links.Number(Bound));
        writer.Count(links.Number(Complete));
        writer.Number(Entered);
        writer.Number(Expires);
        writer.Number(Until);
        writer.Flag(GapSeen);
        writer.Flag(Closed);
        writer.Count(Parts?.Length ?? 0);
        foreach (var part in Parts ?? [])
        {
            writer.Count(part.Count);
            writer.Number(part.Deadline);
            writer.Flag(part.Over);
        }
    }

    public static Head Restore(StateReader reader, IReadOnlyList<StepLink> links, PatternPlan plan)
    {
        var step = reader.Count(plan.Steps.Length - 1);
        var guards = reader.Count(step);
        var count = reader.Count();
        var link = reader.Count(links.Count);
        var complete = reader.Count(links.Count);
        var head = new Head
        {
            Step = step,
            GuardsFrom = guards,
            Count = count,
            Bound = link == 0 ? null : links[link - 1],
            Complete = complete == 0 ? null : links[complete - 1],
            Entered = reader.Number(),
            Expires = reader.Number(),
            Until = reader.Number(),
            GapSeen = reader.Flag(),
            Closed = reader.Flag(),
        };
        var parts = reader.Count(plan.Steps[step].Parts.Length);
        head.Parts = parts == 0 ? null : new PartState[parts];
        for (var i = 0; i < parts; i++)
        {
            head.Parts![i] = new PartState
            {
                Count = reader.Count(),
                Deadline = reader.Number(),
                Over = reader.Flag(),
            };
        }

        return head;
    }
}
