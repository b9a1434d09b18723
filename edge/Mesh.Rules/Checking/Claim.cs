using Mesh.Contracts;
using Mesh.Rules.Expressions;

namespace Mesh.Rules.Checking;

/// <summary>What one leaf of a condition says of one operand; without a comparison, that it is true.</summary>
/// <param name="Operand">As written: <c>temperature</c>, <c>age(door)</c>.</param>
/// <param name="Comparison">How it compares; equality with several values is <c>in</c>.</param>
/// <param name="Values">With what.</param>
/// <param name="Syntax">Where it stands.</param>
internal sealed record Claim(string Operand, Comparison Comparison, IReadOnlyList<Value> Values, Syntax Syntax)
{
    /// <summary>The claims of a leaf; its truth as an operand of its own where nothing more is known of it.</summary>
    public static Claim Of(Syntax leaf) =>
        leaf switch
        {
            BinarySyntax binary when Binder.ComparisonOf(binary.Operator) is { } comparison => Compared(
                binary,
                comparison
            ),
            InSyntax isIn when isIn.Items.All(i => Constant(i) is not null) => new Claim(
                SyntaxText.Of(isIn.Operand),
                Comparison.Equal,
                [.. isIn.Items.Select(i => Constant(i)!.Value)],
                leaf
            ),
            _ => new Claim(SyntaxText.Of(leaf), Comparison.Equal, [Value.True], leaf),
        };

    /// <summary>The opposite, over known values.</summary>
    public Claim Negated() =>
        this with
        {
            Comparison = Comparison switch
            {
                Comparison.Equal => Comparison.NotEqual,
                Comparison.NotEqual => Comparison.Equal,
                Comparison.Less => Comparison.GreaterOrEqual,
                Comparison.LessOrEqual => Comparison.Greater,
                Comparison.Greater => Comparison.LessOrEqual,
                _ => Comparison.Less,
            },
        };

    public void Narrow(OperandRange range)
    {
        if (Values is [{ Kind: ValueKind.Boolean } truth] && Comparison == Comparison.NotEqual)
        {
            range.Allow([Value.Of(!truth.IsTrue)]);
        }
        else if (Values.Count == 1)
        {
            range.Compare(Comparison, Values[0]);
        }
        else if (Comparison == Comparison.Equal)
        {
            range.Allow(Values);
        }
        else
        {
            range.Exclude(Values);
        }
    }

    private static Claim Compared(BinarySyntax binary, Comparison comparison)
    {
        if (Constant(binary.Right) is { } right && Fits(comparison, right) && Constant(binary.Left) is null)
        {
            return new Claim(SyntaxText.Of(binary.Left), comparison, [right], binary);
        }

        return Constant(binary.Left) is { } left && Fits(comparison, left) && Constant(binary.Right) is null
            ? new Claim(SyntaxText.Of(binary.Right), CompareNode.Mirrored(comparison), [left], binary)
            : new Claim(SyntaxText.Of(binary), Comparison.Equal, [Value.True], binary);
    }

    private static bool Fits(Comparison comparison, Value constant) =>
        comparison <= Comparison.NotEqual || OperandRange.Ordered(constant);

    private static Value? Constant(Syntax syntax) =>
        syntax switch
        {
            LiteralSyntax { Value.IsUnknown: false } literal => literal.Value,
            UnarySyntax { Operator: "-", Operand: LiteralSyntax { Value.Kind: ValueKind.Number } number } => Value.Of(
                -number.Value.Number
            ),
            _ => null,
        };
}
