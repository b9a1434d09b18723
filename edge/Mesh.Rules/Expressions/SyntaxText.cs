namespace Mesh.Rules.Expressions;

/// <summary>An expression as a person would write it: only the parentheses that it needs.</summary>
internal static class SyntaxText
{
    public static string Of(Syntax syntax) => Write(syntax, 0);

    private static string Write(Syntax syntax, int outer)
    {
        switch (syntax)
        {
            case BinarySyntax binary:
                var own = Strength(binary.Operator);
                var text = $"{Write(binary.Left, own)} {binary.Operator} {Write(binary.Right, own + 1)}";
                return own < outer ? $"({text})" : text;
            case UnarySyntax { Operator: "not" } not:
                return Enclosed($"not {Write(not.Operand, 3)}", outer > 3);
            case UnarySyntax negate:
                return $"{negate.Operator}{Write(negate.Operand, 7)}";
            case InSyntax isIn:
                var items = string.Join(", ", isIn.Items.Select(Of));
                return Enclosed($"{Write(isIn.Operand, 5)} in [{items}]", outer > 4);
            case CallSyntax call:
                return $"{call.Function}({string.Join(", ", call.Arguments.Select(Of))})";
            case LookupSyntax lookup:
                return $"{lookup.Table}[{Of(lookup.Key)}].{lookup.Column}";
            default:
                return syntax.ToString();
        }
    }

    private static string Enclosed(string text, bool enclose) => enclose ? $"({text})" : text;

    private static int Strength(string op) =>
        op switch
        {
            "or" => 1,
            "and" => 2,
            "+" or "-" => 5,
            "*" or "/" or "%" => 6,
            _ => 4,
        };
}
