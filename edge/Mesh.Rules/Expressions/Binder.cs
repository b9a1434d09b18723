using Mesh.Contracts;
using Mesh.Rules.Yaml;

namespace Mesh.Rules.Expressions;

/// <summary>
/// Gives an expression its meaning: names become places, operators are checked against the types known before running.
/// What is wrong is reported and stands as unknown, so that one expression can have several errors.
/// </summary>
internal sealed class Binder(Scope scope, Action<int, string> report)
{
    private static readonly Dictionary<string, Comparison> Comparisons = new(StringComparer.Ordinal)
    {
        ["=="] = Comparison.Equal,
        ["!="] = Comparison.NotEqual,
        ["<"] = Comparison.Less,
        ["<="] = Comparison.LessOrEqual,
        [">"] = Comparison.Greater,
        [">="] = Comparison.GreaterOrEqual,
    };

    private static readonly Dictionary<string, Operation> Operations = new(StringComparer.Ordinal)
    {
        ["+"] = Operation.Add,
        ["-"] = Operation.Subtract,
        ["*"] = Operation.Multiply,
        ["/"] = Operation.Divide,
        ["%"] = Operation.Remainder,
    };

    /// <summary>The comparison that the operator stands for; null when it is another one.</summary>
    public static Comparison? ComparisonOf(string op) => Comparisons.TryGetValue(op, out var found) ? found : null;

    public Scope Scope => scope;

    /// <summary>An expression that must be true or false.</summary>
    public Node Condition(Syntax syntax, string what)
    {
        var node = Bind(syntax);
        if (node.Type is not (ExpressionType.Boolean or ExpressionType.Any))
        {
            Error(syntax, $"{what} is {Types.Name(node.Type)}; true or false is expected");
        }

        return node;
    }

    public Node Bind(Syntax syntax) =>
        syntax switch
        {
            LiteralSyntax literal => new ConstantNode(literal.Value),
            NameSyntax name => Name(name),
            MemberSyntax member => Member(member),
            UnarySyntax { Operator: "not" } not => new NotNode(Condition(not.Operand, "what follows 'not'")),
            UnarySyntax negate => Negate(negate),
            InSyntax isIn => In(isIn),
            LookupSyntax lookup => Lookup(lookup),
            BinarySyntax { Operator: "and" or "or" } junction => Junction(junction),
            BinarySyntax binary => Binary(binary),
            CallSyntax call => new FunctionBinder(this).Bind(call),
            _ => throw new InvalidOperationException($"No meaning for {syntax.GetType().Name}."),
        };

    public Node Error(Syntax at, string message)
    {
        report(at.Offset, message);
        return new ConstantNode(default);
    }

    /// <summary>A condition that the clock re-evaluates must be able to tell when; elsewhere anything goes.</summary>
    public void CheckLinear(Syntax at, bool linear, string where)
    {
        if (!linear && (scope.Kind == ScopeKind.Condition || scope.Clocked))
        {
            Error(at, $"an age cannot be used {where}: compare it with a duration instead");
        }
    }

    private Node Name(NameSyntax name)
    {
        var node = scope.Name(name.Name);
        var what =
            scope.Kind == ScopeKind.Duration ? "duration such as 30s or 1h30m"
            : scope.Steps is null ? "let name, input"
            : "step, input";
        if (node is null && scope.Kind == ScopeKind.Window && IsOfReading(name.Name))
        {
            return Error(
                name,
                $"'{name.Name}' is that of one reading, and a window has many: an aggregate such as avg({name.Name}) or last({name.Name}) is expected"
            );
        }

        return node
            ?? Error(
                name,
                $"'{name.Name}' is no {what} or part of the key{Nearest.Suggestion(name.Name, scope.Known())}"
            );
    }

    private static bool IsOfReading(string name) => name is "value" or "at" or "device" or "sensor" or "unit";

    private Node Member(MemberSyntax member) =>
        scope.Member(member.Target, member.Name)
        ?? Error(
            member,
            scope.Steps is null
                ? $"'{member.Target}' has no parts here: a `latest` input, fields.x or labels.x is expected"
                : $"'{member.Target}' is no step before this one, and no `latest` input{Nearest.Suggestion(member.Target, scope.Known())}"
        );

    private Node Lookup(LookupSyntax lookup)
    {
        var tables = scope.Layout.Tables;
        if (tables.Find(t => t.Name == lookup.Table) is not { } table)
        {
            var hint = Nearest.Suggestion(lookup.Table, tables.Select(t => t.Name));
            return Error(lookup, $"there is no table '{lookup.Table}' under 'lookup'{hint}");
        }

        var columns = table.Content.Columns;
        if (columns.Count > 0 && !columns.Contains(lookup.Column, StringComparer.Ordinal))
        {
            var hint = Nearest.Suggestion(lookup.Column, columns);
            return Error(lookup, $"the table '{lookup.Table}' has no column '{lookup.Column}'{hint}");
        }

        var key = Bind(lookup.Key);
        CheckLinear(lookup, !key.Ramps, "as the key of a table");
        return new TableNode(table, key, lookup.Column);
    }

    private Node Negate(UnarySyntax negate)
    {
        var operand = Bind(negate.Operand);
        if (operand is ConstantNode { Value.Kind: ValueKind.Number or ValueKind.Duration } constant)
        {
            var value = constant.Value;
            return new ConstantNode(
                value.Kind == ValueKind.Number ? Value.Of(-value.Number) : Value.Duration(-value.Micros)
            );
        }

        return operand.Type is ExpressionType.Number or ExpressionType.Duration or ExpressionType.Any
            ? new NegateNode(operand)
            : Error(negate, $"'-' cannot take {Types.Name(operand.Type)}");
    }

    /// <summary>Notes a part of a condition that tests can reach; of an and in an and, its own parts are.</summary>
    internal void Clause(Syntax syntax, Node node)
    {
        if (node is not JunctionNode)
        {
            scope.Layout.Clauses.Add((node, syntax));
        }
    }

    private InNode In(InSyntax isIn)
    {
        var operand = Bind(isIn.Operand);
        CheckLinear(isIn, !operand.Ramps, "with 'in'");
        if (isIn.Items.Count == 0)
        {
            Error(isIn, "the list after 'in' is empty");
        }

        var items = isIn.Items.Select(Bind).ToArray();
        for (var i = 0; i < items.Length; i++)
        {
            CheckComparable(isIn.Items[i], "in", operand.Type, items[i].Type);
        }

        return new InNode(operand, items);
    }

    private JunctionNode Junction(BinarySyntax junction)
    {
        var left = Condition(junction.Left, $"the left side of '{junction.Operator}'");
        var right = Condition(junction.Right, $"the right side of '{junction.Operator}'");
        Clause(junction.Left, left);
        Clause(junction.Right, right);
        return new JunctionNode(junction.Operator == "or" ? Truth.True : Truth.False, left, right);
    }

    private Node Binary(BinarySyntax binary)
    {
        var left = Bind(binary.Left);
        var right = Bind(binary.Right);
        if (Comparisons.TryGetValue(binary.Operator, out var comparison))
        {
            CheckComparable(binary, binary.Operator, left.Type, right.Type);
            if (
                comparison > Comparison.NotEqual
                && (left.Type, right.Type) is (ExpressionType.Boolean, _) or (_, ExpressionType.Boolean)
            )
            {
                Error(binary, $"'{binary.Operator}' cannot take true or false: they have no order");
            }

            return new CompareNode(comparison, left, right);
        }

        var operation = Operations[binary.Operator];
        if (ArithmeticNode.TypeOf(operation, left.Type, right.Type) is not { } type)
        {
            return Error(
                binary,
                $"'{binary.Operator}' cannot take {Types.Name(left.Type)} and {Types.Name(right.Type)}"
            );
        }

        CheckLinear(binary, operation != Operation.Remainder || !(left.Ramps || right.Ramps), "with '%'");
        CheckLinear(binary, operation != Operation.Divide || !right.Ramps, "below '/'");
        CheckLinear(binary, operation != Operation.Multiply || !(left.Ramps && right.Ramps), "times another age");
        return Folded(new ArithmeticNode(operation, left, right, type), operation, left, right);
    }

    private static Node Folded(Node node, Operation operation, Node left, Node right) =>
        left is ConstantNode a && right is ConstantNode b
            ? new ConstantNode(ArithmeticNode.Apply(operation, a.Value, b.Value))
            : node;

    private void CheckComparable(Syntax at, string symbol, ExpressionType a, ExpressionType b)
    {
        if (a != b && a != ExpressionType.Any && b != ExpressionType.Any)
        {
            Error(at, $"'{symbol}' compares {Types.Name(a)} with {Types.Name(b)}");
        }
    }
}
