using Mesh.Contracts;
using Mesh.Rules.Tables;

namespace Mesh.Rules.Expressions;

/// <summary><c>limits[room].max</c>, in the version of the table that there is when it is evaluated.</summary>
internal sealed class TableNode(TablePlan table, Node key, string column) : Node(ExpressionType.Any)
{
    public override Value Evaluate(Evaluation e)
    {
        var found = key.Evaluate(e);
        e.Slope = 0;
        return e.Tables[table.Slot].Find(found, column);
    }
}
