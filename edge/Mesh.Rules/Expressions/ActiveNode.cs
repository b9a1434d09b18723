using Mesh.Contracts;
using Mesh.Rules.Compiled;

namespace Mesh.Rules.Expressions;

/// <summary>Whether the rule is active at its time; the clock changes that.</summary>
internal sealed class ActiveNode(ActivePlan plan) : Node(ExpressionType.Boolean)
{
    public override Value Evaluate(Evaluation e)
    {
        e.ChangesAt(plan.NextChange(e.Now.Micros));
        return Value.Of(plan.At(e.Now.Micros));
    }
}
