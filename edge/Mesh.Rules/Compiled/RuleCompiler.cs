using Mesh.Rules.Compiled;
using Mesh.Rules.Expressions;
using Mesh.Rules.Running;
using Mesh.Rules.Yaml;

namespace Mesh.Rules;

/// <summary>Makes a definition a rule that can run, or says everything that is wrong with it.</summary>
public static class RuleCompiler
{
    /// <summary>How many rules a derived reading may pass through.</summary>
    public const int MaxDerivedDepth = 8;

    /// <summary>Null when the definition has an error, which <paramref name="diagnostics"/> then holds.</summary>
    public static CompiledRule? Compile(RuleDefinition definition, Diagnostics diagnostics)
    {
        var before = diagnostics.Errors;
        var rule = new Compilation(definition, diagnostics).Run();
        return diagnostics.Errors == before ? rule : null;
    }

    /// <summary>
    /// Reads and compiles rule files; rules with <c>enabled: false</c> are checked and left out. What concerns several
    /// rules (equal ids, cycles of derived readings) is checked too.
    /// </summary>
    /// <param name="files">Names and contents.</param>
    /// <param name="diagnostics">Receives everything that is wrong with any of them.</param>
    public static IReadOnlyList<CompiledRule> CompileAll(
        IEnumerable<(string Name, string Text)> files,
        Diagnostics diagnostics
    )
    {
        var rules = new List<CompiledRule>();
        var ids = new Dictionary<string, RuleDefinition>(StringComparer.Ordinal);
        foreach (var (name, text) in files)
        {
            var result = RuleFile.Parse(name, text);
            diagnostics.AddAll(result.Diagnostics);
            foreach (var definition in result.Definitions)
            {
                if (!ids.TryAdd(definition.Id, definition))
                {
                    var first = ids[definition.Id].Node;
                    diagnostics.Error(
                        definition.Node,
                        $"the id '{definition.Id}' is used twice; the first is in {first.File}, line {first.At.Line}"
                    );
                }
                else if (Compile(definition, diagnostics) is { } rule && definition.Enabled)
                {
                    rules.Add(rule);
                }
            }
        }

        DerivedOrder.Check(rules, diagnostics);
        return rules;
    }
}

/// <summary>One rule on its way from definition to running form.</summary>
internal sealed class Compilation(RuleDefinition definition, Diagnostics diagnostics)
{
    private readonly RuleLayout _layout = new(definition.By);

    public CompiledRule Run()
    {
        foreach (var input in definition.Inputs)
        {
            _layout.Add(
                new InputPlan(_layout.Inputs.Count, input.Name.Text, input.Sensor)
                {
                    Combination = input.Combination,
                    Device = input.Device,
                    MaxAge = CompiledRule.Micros(input.MaxAge ?? TimeSpan.Zero),
                    Default = input.Default,
                }
            );
        }

        for (var i = 0; i < definition.Inputs.Count; i++)
        {
            Where(definition.Inputs[i], _layout.Inputs[i]);
        }

        RuleBody body = definition.Body switch
        {
            ConditionDefinition condition => Condition(condition),
            EachDefinition each => Each(each),
            WindowDefinition window => Window(window),
            _ => throw new InvalidOperationException($"No body for {definition.Body.GetType().Name}."),
        };
        foreach (var part in _layout.Parts)
        {
            part.Stride = _layout.Parts.Count;
        }

        return new CompiledRule(definition, _layout, body, RuleHash.Of(definition))
        {
            Then = Actions(definition.Then),
            ClearThen = Actions(definition.ClearThen),
        };
    }

    private void Where(InputDefinition input, InputPlan plan)
    {
        if (input.Where is not { } where)
        {
            return;
        }

        foreach (var other in Names(where.Syntax).Where(n => _layout.FindInput(n) is not null))
        {
            diagnostics.Error(where.Node, $"the input '{other}' inside another input's 'where' is not supported yet");
        }

        plan.Where = Bind(where, new Scope(_layout, ScopeKind.InputWhere, [input.Sensor]), "'where'");
    }

    private static IEnumerable<string> Names(Syntax syntax) =>
        syntax switch
        {
            NameSyntax name => [name.Name],
            UnarySyntax unary => Names(unary.Operand),
            BinarySyntax binary => Names(binary.Left).Concat(Names(binary.Right)),
            InSyntax isIn => isIn.Items.Prepend(isIn.Operand).SelectMany(Names),
            CallSyntax call => call.Arguments.SelectMany(Names),
            _ => [],
        };

    private ConditionBody Condition(ConditionDefinition condition)
    {
        var scope = new Scope(_layout, ScopeKind.Condition, []);
        var when = Bind(condition.When, scope, "'when'");
        var clear = definition.ClearWhen is { } c ? Bind(c, scope, "'clear_when'") : null;
        foreach (var let in definition.Let)
        {
            if (
                Names(condition.When.Syntax).Contains(let.Name.Text, StringComparer.Ordinal)
                && _layout.FindInput(let.Name.Text) is { } input
            )
            {
                diagnostics.Warning(
                    let.Name,
                    $"in 'when', '{let.Name.Text}' is the sensor {input.Sensor}, not this let name"
                );
            }
        }

        Lets(scope);
        return new ConditionBody(new EpisodePlan(definition, when, clear));
    }

    private EachBody Each(EachDefinition each)
    {
        var sensors = each.Sensors.Select(s => s.Sensor).ToList();
        Judge(each.Sensors);
        var scope = new Scope(_layout, ScopeKind.Reading, sensors);
        var where = each.Where is { } w ? Bind(w, scope, "'where'") : null;
        Lets(scope);
        return new EachBody(where);
    }

    private WindowBody Window(WindowDefinition window)
    {
        var sensors = window.Of.Select(s => s.Sensor).ToList();
        Judge(window.Of);
        var scope = new Scope(_layout, ScopeKind.Window, sensors);
        Lets(scope);
        var when = window.When is { } w ? Bind(w, scope, "'when'") : null;
        var clear = definition.ClearWhen is { } c ? Bind(c, scope, "'clear_when'") : null;
        return new WindowBody(window, when is null ? null : new EpisodePlan(definition, when, clear));
    }

    private void Judge(IReadOnlyList<SensorDefinition> sensors)
    {
        foreach (var sensor in sensors)
        {
            var plan = _layout.Sensor(sensor.Sensor);
            plan.Judged = true;
            if (sensor.Filter is { } filter)
            {
                plan.Filter = Bind(filter, new Scope(_layout, ScopeKind.Reading, [sensor.Sensor]), "the filter");
            }
        }
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

    private Node Bind(ExpressionDefinition expression, Scope scope, string what) =>
        new Binder(scope, Report(expression)).Condition(expression.Syntax, what);

    private Action<int, string> Report(ExpressionDefinition expression) =>
        (offset, message) => diagnostics.Error(expression.Node.File, expression.Node.PositionOf(offset), message);

    private List<CompiledAction> Actions(IReadOnlyList<ActionDefinition> actions) =>
        [
            .. actions.Select<ActionDefinition, CompiledAction>(a =>
                a switch
                {
                    CommandDefinition c => new CompiledCommand(
                        Fill(c.Device),
                        Fill(c.Sensor),
                        Fill(c.Value),
                        c.Expires
                    ),
                    PublishDefinition p => new CompiledPublish(
                        Fill(p.Topic),
                        p.Payload is null ? null : Fill(p.Payload)
                    ),
                    SetDefinition s => new CompiledSet(
                        s.Sensor.Text,
                        Fill(s.Value),
                        s.Device is null ? null : Fill(s.Device)
                    ),
                    _ => throw new InvalidOperationException($"No action for {a.GetType().Name}."),
                }
            ),
        ];

    private Template Fill(YamlScalar scalar) =>
        Template.Compile(scalar, _layout, definition.Body is EachDefinition, diagnostics);
}
