using Mesh.Contracts;
using Mesh.Rules.Expressions;
using Mesh.Rules.Running;
using Mesh.Rules.Yaml;

namespace Mesh.Rules.Compiled;

/// <summary>One rule on its way from definition to running form.</summary>
internal sealed partial class Compilation(RuleDefinition definition, Diagnostics diagnostics)
{
    private readonly RuleLayout _layout = new(definition.By);

    public CompiledRule Run(Func<string, string?>? open)
    {
        Tables(open);
        foreach (var input in definition.Inputs)
        {
            _layout.Add(
                new InputPlan(_layout.Inputs.Count, input.Name.Text, input.Sensor)
                {
                    Combination = input.Combination,
                    Device = input.Device,
                    Default = input.Default,
                }
            );
        }

        for (var i = 0; i < definition.Inputs.Count; i++)
        {
            var (input, plan) = (definition.Inputs[i], _layout.Inputs[i]);
            plan.MaxAge = input.MaxAge is { } age ? KeyDuration(age, "'max_age'") : null;
            Where(input, plan);
        }

        RuleBody body = definition.Body switch
        {
            ConditionDefinition condition => Condition(condition),
            EachDefinition each => Each(each),
            WindowDefinition window => Window(window),
            AbsentDefinition absent => Absent(absent),
            PatternDefinition pattern => Pattern(pattern),
            _ => throw new InvalidOperationException($"No body for {definition.Body.GetType().Name}."),
        };
        foreach (var part in _layout.Parts)
        {
            part.Stride = _layout.Parts.Count;
        }

        var (then, clearThen) = (Actions(definition.Then), Actions(definition.ClearThen));
        return new CompiledRule(definition, _layout, body, RuleHash.Of(definition))
        {
            Then = then,
            ClearThen = clearThen,
            TemplatesLook = _templatesLook,
            Active = _active,
            ThrottleEvery = definition.Throttle is { } throttle ? KeyDuration(throttle.Every, "'every'") : null,
        };
    }

    private void Where(InputDefinition input, InputPlan plan)
    {
        if (input.Where is not { } where)
        {
            return;
        }

        plan.Where = Bind(where, new Scope(_layout, ScopeKind.InputWhere, [input.Sensor]), "'where'");
    }

    // A let of a window sees those above it.
    private void Lets(Scope scope)
    {
        foreach (var let in definition.Let)
        {
            var node = new Binder(scope with { Kind = Unclocked(scope.Kind) }, Report(let.Expression)).Bind(
                let.Expression.Syntax
            );
            _layout.Lets.Add(new LetPlan(let.Name.Text, node));
        }
    }

    // What only goes with an output is never evaluated again by the clock, so nothing about it need be computable.
    private static ScopeKind Unclocked(ScopeKind kind) => kind == ScopeKind.Condition ? ScopeKind.Output : kind;

    private DurationPlan Duration(DurationDefinition duration, Scope scope, string what)
    {
        if (duration.Expression is not { } expression)
        {
            return new DurationPlan(duration.Constant!.Value);
        }

        var node = new Binder(scope, Report(expression)).Bind(expression.Syntax);
        if (node.Type is not (ExpressionType.Duration or ExpressionType.Any))
        {
            diagnostics.Error(expression.Node, $"{what} is {Types.Name(node.Type)}; a duration is expected");
        }
        else if (node is ConstantNode { Value: { Kind: ValueKind.Duration, Micros: < 0 } negative })
        {
            diagnostics.Error(expression.Node, $"{what} is {negative}; a duration cannot be negative");
        }

        return new DurationPlan(node);
    }

    // A duration of the whole rule: an expression of key and tables.
    private DurationPlan KeyDuration(DurationDefinition duration, string what) =>
        Duration(duration, new Scope(_layout, ScopeKind.Duration, []), what);

    private readonly ActivePlan? _active = definition.Active.Count == 0 ? null : new ActivePlan(definition.Active);

    // The life of an episode, with the rule's `for`, `clear_for` and `on_start`.
    private EpisodePlan Episode(Node when, Node? clear) =>
        new(
            definition.StartsOnEdge,
            definition.For is { } wait ? KeyDuration(wait, "'for'") : DurationPlan.Zero,
            definition.ClearFor is { } off ? KeyDuration(off, "'clear_for'") : DurationPlan.Zero,
            _active is null ? when : new JunctionNode(Truth.False, new ActiveNode(_active), when),
            _active is null || clear is null
                ? clear
                : new JunctionNode(Truth.True, new NotNode(new ActiveNode(_active)), clear)
        );

    private Node Bind(ExpressionDefinition expression, Scope scope, string what) =>
        new Binder(scope, Report(expression)).Condition(expression.Syntax, what);

    private Action<int, string> Report(ExpressionDefinition expression) =>
        (offset, message) => diagnostics.Error(expression.Node.File, expression.Node.PositionOf(offset), message);
}
