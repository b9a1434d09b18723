using Mesh.Contracts;
using Mesh.Rules.Compiled;
using Mesh.Rules.Running;
using Mesh.Rules.Running.Patterns;

namespace Mesh.Rules.Expressions;

/// <summary>The steps that an expression of a pattern can name, with the slots of what they bind.</summary>
internal sealed class StepScope(string[] names)
{
    public static readonly StepScope None = new([]);

    /// <summary>In the order of their slots.</summary>
    public IReadOnlyList<string> Names => names;

    /// <summary>A bare name: the value of the step's last reading.</summary>
    public Node? Value(string name) => Part(name, "value");

    public Node? Part(string name, string part) =>
        Slot(name) is { } slot ? new StepPartNode(slot, ReadingPart.Parse(part)) : null;

    /// <summary>The slot of the first step that the expression names; null when it names none.</summary>
    public int? Named(Syntax syntax) => syntax.Names().Select(Slot).FirstOrDefault(s => s is not null);

    private int? Slot(string name) => Array.IndexOf(names, name) is var slot and >= 0 ? slot : null;
}

/// <summary>A part of a step's last reading; inside an aggregate over the step, of the reading it looks at.</summary>
internal sealed class StepPartNode(int slot, ReadingPart part) : Node(part.Type)
{
    public override Value Evaluate(Evaluation e)
    {
        var link = e.Focus is { } focus && focus.Slot == slot ? focus : StepLink.Find(e.Bound, slot);
        return link is null ? Value.Unknown : part.Of(link.Reading);
    }
}

/// <summary>An aggregate over the readings that a step has bound, or (without a slot) over all of them.</summary>
internal sealed class StepAggregateNode(int? slot, AggregatePlan plan) : Node(plan.Type)
{
    public override Value Evaluate(Evaluation e)
    {
        var state = default(AggregateState);
        var outer = e.Focus;
        Add(e.Bound, ref state, e);
        e.Focus = outer;
        return plan.Read(state);
    }

    // Links lead from the last reading to the first; `first` and `last` need them the other way round.
    private void Add(StepLink? last, ref AggregateState state, Evaluation e)
    {
        var count = 0;
        for (var link = last; link is not null; link = link.Previous)
        {
            count += slot is null || link.Slot == slot ? 1 : 0;
        }

        var links = System.Buffers.ArrayPool<StepLink>.Shared.Rent(Math.Max(1, count));
        var at = count;
        for (var link = last; link is not null; link = link.Previous)
        {
            if (slot is null || link.Slot == slot)
            {
                links[--at] = link;
            }
        }

        for (var i = 0; i < count; i++)
        {
            e.Focus = links[i];
            plan.Add(ref state, e);
        }

        System.Buffers.ArrayPool<StepLink>.Shared.Return(links, clearArray: true);
    }
}
