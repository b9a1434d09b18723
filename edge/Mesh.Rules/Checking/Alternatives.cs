using Mesh.Contracts;
using Mesh.Rules.Expressions;

namespace Mesh.Rules.Checking;

/// <summary>
/// A condition as alternatives, each a list of claims that hold together (disjunctive normal form), to find out whether
/// known values can make it true. What it cannot see through counts as possible, so it never accuses wrongly.
/// </summary>
internal sealed class Alternatives
{
    /// <summary>A condition with more alternatives is taken as possible.</summary>
    private const int Most = 256;

    private readonly IReadOnlyList<IReadOnlyList<Claim>>? _alternatives;

    private Alternatives(IReadOnlyList<IReadOnlyList<Claim>>? alternatives) => _alternatives = alternatives;

    public static Alternatives Of(Syntax condition) => new(Expand(condition, negated: false));

    /// <summary>Of the condition's negation.</summary>
    public static Alternatives Not(Syntax condition) => new(Expand(condition, negated: true));

    /// <summary>Both at once.</summary>
    public Alternatives And(Alternatives other) => new(Cross(_alternatives, other._alternatives));

    /// <summary>Whether some known values make it true, as far as can be seen.</summary>
    public bool IsPossible => _alternatives is null || _alternatives.Any(IsConsistent);

    /// <summary>Everything it speaks of.</summary>
    public IEnumerable<string> Operands =>
        (_alternatives ?? []).SelectMany(a => a.Select(c => c.Operand)).Distinct(StringComparer.Ordinal);

    /// <summary>Every claim, each place once.</summary>
    public IEnumerable<Claim> Claims => (_alternatives ?? []).SelectMany(a => a).DistinctBy(c => c.Syntax.Offset);

    private static bool IsConsistent(IReadOnlyList<Claim> claims)
    {
        foreach (var group in claims.GroupBy(c => c.Operand, StringComparer.Ordinal))
        {
            var range = new OperandRange();
            if (group.Key.StartsWith("age(", StringComparison.Ordinal))
            {
                range.Compare(Comparison.GreaterOrEqual, Value.Of(TimeSpan.Zero));
            }

            foreach (var claim in group)
            {
                claim.Narrow(range);
            }

            if (range.IsEmpty)
            {
                return false;
            }
        }

        return true;
    }

    private static IReadOnlyList<IReadOnlyList<Claim>>? Expand(Syntax syntax, bool negated)
    {
        switch (syntax)
        {
            case UnarySyntax { Operator: "not" } not:
                return Expand(not.Operand, !negated);
            case BinarySyntax { Operator: "and" or "or" } junction:
                var (left, right) = (Expand(junction.Left, negated), Expand(junction.Right, negated));
                return junction.Operator == "and" != negated ? Cross(left, right) : Union(left, right);
            case LiteralSyntax { Value.Kind: ValueKind.Boolean } literal:
                return literal.Value.IsTrue != negated
                    ?
                    [
                        [],
                    ]
                    : [];
            default:
                var claim = Claim.Of(syntax);
                return
                [
                    [negated ? claim.Negated() : claim],
                ];
        }
    }

    private static IReadOnlyList<IReadOnlyList<Claim>>? Union(
        IReadOnlyList<IReadOnlyList<Claim>>? left,
        IReadOnlyList<IReadOnlyList<Claim>>? right
    ) => left is null || right is null || left.Count + right.Count > Most ? null : [.. left, .. right];

    private static IReadOnlyList<IReadOnlyList<Claim>>? Cross(
        IReadOnlyList<IReadOnlyList<Claim>>? left,
        IReadOnlyList<IReadOnlyList<Claim>>? right
    )
    {
        if (left is null || right is null || left.Count * right.Count > Most)
        {
            return null;
        }

        return [.. left.SelectMany(l => right.Select<IReadOnlyList<Claim>, IReadOnlyList<Claim>>(r => [.. l, .. r]))];
    }
}
