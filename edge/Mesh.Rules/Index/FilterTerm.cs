using Mesh.Contracts;
using Mesh.Rules.Expressions;

namespace Mesh.Rules.Index;

/// <summary>A part of the reading must be one of these values.</summary>
internal sealed record EqualTerm(ReadingPart Part, IReadOnlyList<Value> Values);

/// <summary>A part of the reading must be a number above (or below) a limit.</summary>
internal sealed record RangeTerm(ReadingPart Part, bool Above, double Limit, bool Inclusive);

/// <summary>
/// What a reading must satisfy to matter to a rule, as far as an index can look it up: at most one equality and one
/// range. Whatever else the condition says is left to the rule.
/// </summary>
/// <param name="Equal">Null when the condition has no equality with constants.</param>
/// <param name="Range">Null when the condition has no comparison with a constant number.</param>
/// <param name="IsAll">The two are the whole condition: a reading that satisfies them satisfies it.</param>
internal sealed record FilterTerm(EqualTerm? Equal, RangeTerm? Range, bool IsAll)
{
    public static FilterTerm OfDevice(string device) =>
        new(new EqualTerm(ReadingPart.Parse("device"), [Value.Of(device)]), null, IsAll: false);

    /// <summary>The terms of a conjunction of conditions on the judged reading; null when none can be looked up.</summary>
    public static FilterTerm? Of(IEnumerable<Node> conditions)
    {
        EqualTerm? equal = null;
        RangeTerm? range = null;
        var all = true;
        foreach (var condition in conditions.SelectMany(Conjuncts))
        {
            if (equal is null && Equality(condition) is { } e)
            {
                equal = e;
            }
            else if (range is null && Comparison(condition) is { } r)
            {
                range = r;
            }
            else
            {
                all = false;
            }
        }

        return equal is null && range is null ? null : new FilterTerm(equal, range, all);
    }

    // A conjunction is true only when both sides are, whatever is unknown.
    private static IEnumerable<Node> Conjuncts(Node node) =>
        node is JunctionNode { IsAnd: true } and ? Conjuncts(and.Left).Concat(Conjuncts(and.Right)) : [node];

    private static EqualTerm? Equality(Node node) =>
        node switch
        {
            CompareNode
            {
                Comparison: Expressions.Comparison.Equal,
                Left: PartNode part,
                Right: ConstantNode constant
            } => new EqualTerm(part.Part, [constant.Value]),
            CompareNode
            {
                Comparison: Expressions.Comparison.Equal,
                Left: ConstantNode constant,
                Right: PartNode part
            } => new EqualTerm(part.Part, [constant.Value]),
            InNode { Operand: PartNode part } isIn when isIn.Items.All(i => i is ConstantNode) => new EqualTerm(
                part.Part,
                [.. isIn.Items.Select(i => ((ConstantNode)i).Value).Distinct()]
            ),
            _ => null,
        };

    private static RangeTerm? Comparison(Node node) =>
        node switch
        {
            CompareNode { Left: PartNode part, Right: ConstantNode constant } compare => Ranged(
                part.Part,
                compare.Comparison,
                constant.Value
            ),
            CompareNode { Left: ConstantNode constant, Right: PartNode part } compare => Ranged(
                part.Part,
                CompareNode.Mirrored(compare.Comparison),
                constant.Value
            ),
            _ => null,
        };

    private static RangeTerm? Ranged(ReadingPart part, Comparison comparison, Value limit)
    {
        if (limit.Kind != ValueKind.Number || !double.IsFinite(limit.Number))
        {
            return null;
        }

        return comparison switch
        {
            Expressions.Comparison.Greater => new RangeTerm(part, Above: true, limit.Number, Inclusive: false),
            Expressions.Comparison.GreaterOrEqual => new RangeTerm(part, Above: true, limit.Number, Inclusive: true),
            Expressions.Comparison.Less => new RangeTerm(part, Above: false, limit.Number, Inclusive: false),
            Expressions.Comparison.LessOrEqual => new RangeTerm(part, Above: false, limit.Number, Inclusive: true),
            _ => null,
        };
    }
}
