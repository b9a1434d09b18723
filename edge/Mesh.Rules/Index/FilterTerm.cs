using Mesh.Contracts;
using Mesh.Rules.Expressions;

namespace Mesh.Rules.Index;

/// <summary>A part of the reading must be one of these values.</summary>
internal sealed record EqualTerm(ReadingPart Part, IReadOnlyList<Value> Values);

/// <summary>A part of the reading must be a number above a limit, below one, or both.</summary>
/// <param name="Part">The part.</param>
/// <param name="Above">Exclusive; null when there is no lower limit.</param>
/// <param name="Below">Exclusive; null when there is no upper limit.</param>
internal sealed record RangeTerm(ReadingPart Part, double? Above, double? Below)
{
    public bool IsBand => Above is not null && Below is not null;

    /// <summary>What both ask of the same part.</summary>
    public RangeTerm And(RangeTerm other) =>
        new(
            Part,
            Above > other.Above ? Above : other.Above ?? Above,
            Below < other.Below ? Below : other.Below ?? Below
        );
}

/// <summary>
/// What a reading must satisfy to matter to a rule, as far as an index can look it up: at most one equality and the
/// range of one part. Whatever else the condition says is left to the rule.
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
        var ranges = new List<RangeTerm>();
        var all = true;
        foreach (var condition in conditions.SelectMany(Conjuncts))
        {
            if (equal is null && Equality(condition) is { } e)
            {
                equal = e;
            }
            else if (Comparison(condition) is { } r)
            {
                var known = ranges.FindIndex(k => k.Part == r.Part);
                if (known < 0)
                {
                    ranges.Add(r);
                }
                else
                {
                    ranges[known] = ranges[known].And(r);
                }
            }
            else
            {
                all = false;
            }
        }

        // Two limits tell more than one.
        var range = ranges.Find(r => r.IsBand) ?? (ranges is [var first, ..] ? first : null);
        return equal is null && range is null ? null : new FilterTerm(equal, range, all && ranges.Count <= 1);
    }

    /// <summary>Whether an index finds rules with either list in the same places.</summary>
    public static bool Same(IReadOnlyList<FilterTerm>? some, IReadOnlyList<FilterTerm>? others) =>
        some is null || others is null
            ? some is null && others is null
            : some.Count == others.Count
                && some.Zip(others)
                    .All(p =>
                        p.First.Range == p.Second.Range
                        && p.First.IsAll == p.Second.IsAll
                        && p.First.Equal?.Part == p.Second.Equal?.Part
                        && (p.First.Equal?.Values ?? []).SequenceEqual(p.Second.Equal?.Values ?? [])
                    );

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

        // "At least" is "more than the number just below".
        return comparison switch
        {
            Expressions.Comparison.Greater => new RangeTerm(part, limit.Number, null),
            Expressions.Comparison.GreaterOrEqual => new RangeTerm(part, Math.BitDecrement(limit.Number), null),
            Expressions.Comparison.Less => new RangeTerm(part, null, limit.Number),
            Expressions.Comparison.LessOrEqual => new RangeTerm(part, null, Math.BitIncrement(limit.Number)),
            _ => null,
        };
    }
}
