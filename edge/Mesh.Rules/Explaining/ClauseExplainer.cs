using Mesh.Contracts;
using Mesh.Rules.Compiled;
using Mesh.Rules.Expressions;
using Mesh.Rules.Running;

namespace Mesh.Rules.Explaining;

/// <summary>
/// Takes a condition apart along <c>and</c>, <c>or</c> and <c>not</c>, and evaluates every part by itself. Every name in
/// it has its slot already, because the rule was compiled with it: looking changes nothing.
/// </summary>
internal sealed class ClauseExplainer(RunningRule rule, Scope scope)
{
    /// <summary>Parts of parts beyond this depth are shown as one.</summary>
    private const int MaxDepth = 8;

    private readonly Binder _binder = new(scope, static (_, _) => { });

    /// <summary>The evaluation must have begun at the instant and key in question.</summary>
    public ExplainedClause Explain(string role, ExpressionDefinition condition) => Clause(role, condition.Syntax, 0);

    private ExplainedClause Clause(string role, Syntax syntax, int depth)
    {
        var value = _binder.Bind(syntax).Evaluate(rule.Evaluation);
        var parts = depth < MaxDepth ? Parts(syntax).Select(p => Clause("", p, depth + 1)).ToList() : [];
        return new ExplainedClause(role, SyntaxText.Of(syntax), value, parts.Count > 0 ? [] : Operands(syntax), parts);
    }

    // a and b and c are three parts, not two.
    private static IEnumerable<Syntax> Parts(Syntax syntax) =>
        syntax switch
        {
            BinarySyntax { Operator: "and" or "or" } junction => Flat(junction, junction.Operator),
            UnarySyntax { Operator: "not", Operand: BinarySyntax or UnarySyntax or InSyntax } not => [not.Operand],
            _ => [],
        };

    private static IEnumerable<Syntax> Flat(Syntax syntax, string op) =>
        syntax is BinarySyntax binary && binary.Operator == op
            ? Flat(binary.Left, op).Concat(Flat(binary.Right, op))
            : [syntax];

    private List<ExplainedOperand> Operands(Syntax syntax)
    {
        var operands = new List<ExplainedOperand>();
        foreach (var leaf in Leaves(syntax).DistinctBy(l => l.ToString(), StringComparer.Ordinal))
        {
            operands.Add(Operand(leaf));
        }

        return operands;
    }

    private static IEnumerable<Syntax> Leaves(Syntax syntax) =>
        syntax switch
        {
            LiteralSyntax => [],
            UnarySyntax unary => Leaves(unary.Operand),
            BinarySyntax binary => Leaves(binary.Left).Concat(Leaves(binary.Right)),
            InSyntax isIn => isIn.Items.Prepend(isIn.Operand).SelectMany(Leaves),
            CallSyntax { Function: "abs" or "round" or "if" or "startsWith" or "contains" or "matches" } call =>
                call.Arguments.SelectMany(Leaves),
            _ => [syntax],
        };

    private ExplainedOperand Operand(Syntax leaf)
    {
        var value = _binder.Bind(leaf).Evaluate(rule.Evaluation);
        var name = SyntaxText.Of(leaf);
        if (Input(leaf) is { } input)
        {
            return Of(input, name, value);
        }

        var e = rule.Evaluation;
        if (e.Judged is { } judged && leaf is NameSyntax or MemberSyntax)
        {
            var note = value.IsUnknown ? Unknown(judged, name) : null;
            return new ExplainedOperand(name, value, note, judged, Age(judged));
        }

        return new ExplainedOperand(name, value, null, null, null);
    }

    private static string Unknown(Reading reading, string name) =>
        name != "value" ? $"the reading has no '{name}'"
        : reading.Quality != Quality.Good ? "of bad quality"
        : "null";

    private InputPlan? Input(Syntax leaf)
    {
        var name = leaf switch
        {
            NameSyntax n => n.Name,
            MemberSyntax m => m.Target,
            CallSyntax { Arguments: [NameSyntax n, ..] } => n.Name,
            _ => null,
        };
        return name is null ? null : scope.Input(name);
    }

    private ExplainedOperand Of(InputPlan input, string name, Value value)
    {
        var state = rule.Evaluation.Key.Inputs[input.Slot];
        if (input.Combination != Combination.Latest)
        {
            return new ExplainedOperand(name, value, Devices(input, state.Devices ?? []), null, null);
        }

        if (state.Newest is not { } newest)
        {
            var never = $"no reading of {input.Sensor}{(input.Where is null ? "" : " that satisfies its 'where'")} yet";
            return new ExplainedOperand(name, value, never, null, null);
        }

        return new ExplainedOperand(name, value, Doubt(input, newest), newest, Age(newest));
    }

    private string? Doubt(InputPlan input, Reading newest)
    {
        if (!input.Fresh(rule.Evaluation, newest))
        {
            return "too old: its max_age has passed";
        }

        return newest.Quality != Quality.Good ? "of bad quality"
            : newest.Value.IsUnknown ? "null"
            : null;
    }

    private string Devices(InputPlan input, List<DeviceReading> devices)
    {
        if (devices.Count == 0)
        {
            return $"no reading of {input.Sensor} yet";
        }

        var shown = devices
            .Take(8)
            .Select(d =>
                !d.Counts ? $"{d.Reading.Device} not counted"
                : !input.Fresh(rule.Evaluation, d.Reading) ? $"{d.Reading.Device} too old"
                : $"{d.Reading.Device} {d.Reading.Trusted}"
            );
        var more = devices.Count > 8 ? $", and {devices.Count - 8} more" : "";
        return $"{input.Combination.ToString().ToLowerInvariant()} of {string.Join(", ", shown)}{more}";
    }

    private TimeSpan Age(Reading reading)
    {
        var age = rule.Evaluation.Now - reading.At;
        return age < TimeSpan.Zero ? TimeSpan.Zero : age;
    }
}
