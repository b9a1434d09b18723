using System.Text.RegularExpressions;
using Mesh.Contracts;
using Mesh.Rules.Compiled;
using Mesh.Rules.Running;
using Mesh.Rules.Yaml;

namespace Mesh.Rules.Expressions;

/// <summary>Gives function calls their meaning; the one list of functions.</summary>
internal sealed class FunctionBinder(Binder binder)
{
    private static readonly string[] Known =
    [
        "abs",
        "min",
        "max",
        "round",
        "if",
        "startsWith",
        "contains",
        "matches",
        "age",
        "known",
        "prev",
        "changed",
        "rate",
        "hour",
        "weekday",
    ];

    public Node Bind(CallSyntax call)
    {
        var aggregates = binder.Scope.Kind == ScopeKind.Window;
        if (aggregates && AggregatePlan.TryParse(call.Function, out var function, out var percent) && !IsScalar(call))
        {
            return Aggregate(call, function, percent);
        }

        if (
            binder.Scope.Steps is not null
            && AggregatePlan.TryParse(call.Function, out var over, out var rank)
            && !IsScalar(call)
        )
        {
            return StepAggregate(call, over, rank);
        }

        return call.Function switch
        {
            "abs" => Abs(call),
            "min" or "max" => Extreme(call),
            "round" => Round(call),
            "if" => If(call),
            "startsWith" or "contains" => TextTest(call),
            "matches" => Matches(call),
            "age" => Age(call),
            "known" => Arity(call, 1, 1) ?? new KnownNode(binder.Bind(call.Arguments[0])),
            "prev" => Previous(call),
            "changed" => Changed(call),
            "rate" => Rate(call),
            "hour" or "weekday" => Calendar(call),
            _ => Unknown(call, aggregates),
        };
    }

    // min(a, b) is the lesser of two values; min(x) the least of a window.
    private static bool IsScalar(CallSyntax call) => call.Function is "min" or "max" && call.Arguments.Count > 1;

    private Node Unknown(CallSyntax call, bool aggregates)
    {
        if (AggregatePlan.TryParse(call.Function, out _, out _))
        {
            return binder.Error(call, $"'{call.Function}' is an aggregate: it needs a window");
        }

        var known = aggregates ? Known.Concat(AggregatePlan.Functions.Keys) : Known;
        return binder.Error(call, $"there is no function '{call.Function}'{Nearest.Suggestion(call.Function, known)}");
    }

    private Node? Arity(CallSyntax call, int least, int most)
    {
        var count = call.Arguments.Count;
        if (count >= least && count <= most)
        {
            return null;
        }

        var expected =
            least == most ? $"{least}"
            : most == int.MaxValue ? $"at least {least}"
            : $"{least} to {most}";
        return binder.Error(call, $"'{call.Function}' has {count} arguments; {expected} expected");
    }

    private Node Abs(CallSyntax call)
    {
        if (Arity(call, 1, 1) is { } wrong)
        {
            return wrong;
        }

        var operand = binder.Bind(call.Arguments[0]);
        return Is(operand, ExpressionType.Number, ExpressionType.Duration)
            ? new AbsNode(operand)
            : Mismatch(call, 0, operand, "a number or a duration");
    }

    private Node Extreme(CallSyntax call)
    {
        if (call.Arguments.Count == 1)
        {
            return binder.Error(call, $"'{call.Function}' of one value is an aggregate: it needs a window");
        }

        if (Arity(call, 2, int.MaxValue) is { } wrong)
        {
            return wrong;
        }

        var operands = call.Arguments.Select(binder.Bind).ToArray();
        var type = operands.Select(o => o.Type).FirstOrDefault(t => t != ExpressionType.Any);
        for (var i = 0; i < operands.Length; i++)
        {
            if (!Is(operands[i], type))
            {
                return Mismatch(call, i, operands[i], Types.Name(type));
            }
        }

        return new ExtremeNode(call.Function == "max", operands, type);
    }

    private Node Round(CallSyntax call)
    {
        if (Arity(call, 1, 2) is { } wrong)
        {
            return wrong;
        }

        var operand = binder.Bind(call.Arguments[0]);
        binder.CheckLinear(call, !operand.Ramps, "inside 'round'");
        if (!Is(operand, ExpressionType.Number))
        {
            return Mismatch(call, 0, operand, "a number");
        }

        var digits = 0;
        if (call.Arguments.Count == 2 && !TryWhole(call.Arguments[1], 0, 15, out digits))
        {
            return binder.Error(call.Arguments[1], "the digits of 'round' are a whole number from 0 to 15");
        }

        return new RoundNode(operand, digits);
    }

    private Node If(CallSyntax call)
    {
        if (Arity(call, 3, 3) is { } wrong)
        {
            return wrong;
        }

        var condition = binder.Condition(call.Arguments[0], "the first argument of 'if'");
        var whenTrue = binder.Bind(call.Arguments[1]);
        var whenFalse = binder.Bind(call.Arguments[2]);
        var type = whenTrue.Type == whenFalse.Type ? whenTrue.Type : ExpressionType.Any;
        binder.Clause(call.Arguments[0], condition);
        return new IfNode(condition, whenTrue, whenFalse, type);
    }

    private Node TextTest(CallSyntax call)
    {
        if (Arity(call, 2, 2) is { } wrong)
        {
            return wrong;
        }

        var operands = call.Arguments.Select(binder.Bind).ToArray();
        for (var i = 0; i < 2; i++)
        {
            if (!Is(operands[i], ExpressionType.Text))
            {
                return Mismatch(call, i, operands[i], "a text");
            }
        }

        return new TextTestNode(call.Function == "contains", operands[0], operands[1]);
    }

    private Node Matches(CallSyntax call)
    {
        if (Arity(call, 2, 2) is { } wrong)
        {
            return wrong;
        }

        var text = binder.Bind(call.Arguments[0]);
        if (!Is(text, ExpressionType.Text))
        {
            return Mismatch(call, 0, text, "a text");
        }

        if (call.Arguments[1] is not LiteralSyntax { Value.Kind: ValueKind.Text } pattern)
        {
            return binder.Error(call.Arguments[1], "the pattern of 'matches' is a text in quotes");
        }

        try
        {
            const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
            return new MatchesNode(text, new Regex(pattern.Value.Text, Options, TimeSpan.FromSeconds(1)));
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return binder.Error(pattern, $"the pattern cannot be used: {e.Message}");
        }
    }

    private Node Age(CallSyntax call)
    {
        if (Arity(call, 1, 1) is { } wrong)
        {
            return wrong;
        }

        return call.Arguments[0] is NameSyntax name && binder.Scope.Input(name.Name) is { } input
            ? new AgeNode(input)
            : binder.Error(call.Arguments[0], $"'age' needs an input{Suggest(call)}");
    }

    private Node Previous(CallSyntax call)
    {
        if (Arity(call, 1, 2) is { } wrong)
        {
            return wrong;
        }

        var n = 1;
        if (call.Arguments.Count == 2 && !TryWhole(call.Arguments[1], 1, History.MaxDepth, out n))
        {
            return binder.Error(call.Arguments[1], $"'prev' looks back a whole number from 1 to {History.MaxDepth}");
        }

        if (Place(call, out var newest) is not { } place)
        {
            return NoHistory(call);
        }

        place.Need(n);
        return new PreviousNode(place, n, newest!.Type);
    }

    private Node Changed(CallSyntax call) =>
        Arity(call, 1, 1)
        ?? (Place(call, out var newest) is { } place ? new ChangedNode(place, newest!) : NoHistory(call));

    private Node Rate(CallSyntax call)
    {
        if (Arity(call, 2, 2) is { } wrong)
        {
            return wrong;
        }

        if (Place(call, out _) is not { } place)
        {
            return NoHistory(call);
        }

        var per = binder.Bind(call.Arguments[1]);
        return Is(per, ExpressionType.Duration) ? new RateNode(place, per) : Mismatch(call, 1, per, "a duration");
    }

    private HistoryPlace? Place(CallSyntax call, out Node? newest)
    {
        newest = null;
        switch (call.Arguments[0])
        {
            case NameSyntax name when binder.Scope.History(name.Name) is { } place:
                newest = binder.Scope.Name(name.Name);
                return place;
            case MemberSyntax member when binder.Scope.Member(member.Target, member.Name) is PartNode part:
                newest = part;
                return binder.Scope.Layout.Part(part.Part, binder.Scope.Sensors);
            default:
                return null;
        }
    }

    private Node NoHistory(CallSyntax call) =>
        binder.Error(call.Arguments[0], $"'{call.Function}' needs an input or a part of the reading{Suggest(call)}");

    private Node Calendar(CallSyntax call)
    {
        if (Arity(call, 0, 1) is { } wrong)
        {
            return wrong;
        }

        var zone = TimeZoneInfo.Utc;
        if (call.Arguments.Count == 1)
        {
            if (
                call.Arguments[0] is not LiteralSyntax { Value.Kind: ValueKind.Text } name
                || !TimeZoneInfo.TryFindSystemTimeZoneById(name.Value.Text, out zone)
            )
            {
                return binder.Error(call.Arguments[0], "a time zone such as \"Europe/Brussels\" is expected");
            }
        }

        return new CalendarNode(call.Function == "weekday", zone);
    }

    private Node Aggregate(CallSyntax call, AggregateFunction function, double percent)
    {
        if (Arity(call, function == AggregateFunction.Count ? 0 : 1, 1) is { } wrong)
        {
            return wrong;
        }

        var inside = new Binder(binder.Scope with { Kind = ScopeKind.Reading }, (at, message) => Inside(at, message));
        var argument = call.Arguments.Count == 0 ? null : inside.Bind(call.Arguments[0]);
        return Unfit(call, function, argument)
            ?? new AggregateNode(binder.Scope.Layout.Aggregate(function, argument, call.ToString(), percent));
    }

    // Over the readings of one step of a pattern: sum(move.value), count(move); count() counts all that are bound.
    private Node StepAggregate(CallSyntax call, AggregateFunction function, double percent)
    {
        if (Arity(call, function == AggregateFunction.Count ? 0 : 1, 1) is { } wrong)
        {
            return wrong;
        }

        if (call.Arguments.Count == 0)
        {
            return new StepAggregateNode(null, new AggregatePlan(0, function, null, call.ToString()));
        }

        var syntax = call.Arguments[0];
        if (binder.Scope.Steps!.Named(syntax) is not { } slot)
        {
            return binder.Error(
                syntax,
                $"'{call.Function}' needs a step, such as {call.Function}(step.value){Suggest(call)}"
            );
        }

        var readings = function == AggregateFunction.Count && syntax is NameSyntax;
        var argument = readings ? null : binder.Bind(syntax);
        return Unfit(call, function, argument)
            ?? new StepAggregateNode(slot, new AggregatePlan(0, function, argument, call.ToString(), percent));
    }

    // The error, when the aggregate cannot take what it is given.
    private Node? Unfit(CallSyntax call, AggregateFunction function, Node? argument) =>
        function switch
        {
            AggregateFunction.Sum
            or AggregateFunction.Average
            or AggregateFunction.Deviation
            or AggregateFunction.Percentile when !Is(argument!, ExpressionType.Number, ExpressionType.Duration) =>
                Mismatch(call, 0, argument!, "a number or a duration"),
            AggregateFunction.Minimum or AggregateFunction.Maximum when argument!.Type == ExpressionType.Boolean =>
                binder.Error(call, $"'{call.Function}' cannot take true or false: they have no order"),
            _ => null,
        };

    private void Inside(int at, string message) => binder.Error(new NameSyntax("", at), message);

    private Node Mismatch(CallSyntax call, int argument, Node found, string expected) =>
        binder.Error(
            call.Arguments[argument],
            $"'{call.Function}' was given {Types.Name(found.Type)}; {expected} is expected"
        );

    private string Suggest(CallSyntax call) =>
        call.Arguments[0] is NameSyntax name ? Nearest.Suggestion(name.Name, binder.Scope.Known()) : "";

    private static bool Is(Node node, params ReadOnlySpan<ExpressionType> types) =>
        node.Type == ExpressionType.Any || types.Contains(node.Type) || types.Contains(ExpressionType.Any);

    private static bool TryWhole(Syntax syntax, int least, int most, out int value)
    {
        value = 0;
        if (syntax is LiteralSyntax { Value: { Kind: ValueKind.Number } number } && number.Number % 1 == 0)
        {
            value = (int)Math.Clamp(number.Number, -1, 1000);
        }

        return value >= least && value <= most && syntax is LiteralSyntax;
    }
}
