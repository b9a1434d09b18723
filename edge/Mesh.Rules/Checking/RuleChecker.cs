using Mesh.Rules.Checking;
using Mesh.Rules.Devices;
using Mesh.Rules.Expressions;
using Mesh.Rules.Yaml;

namespace Mesh.Rules;

/// <summary>
/// Warns of rules that run but cannot mean what they say: conditions that are never or always true, thresholds no
/// sensor reaches, rules that say the same.
/// </summary>
public static class RuleChecker
{
    /// <param name="rules">Rules that compile.</param>
    /// <param name="registry">Who is where; null when it is not known.</param>
    /// <param name="diagnostics">Receives the warnings.</param>
    public static void Check(IReadOnlyList<CompiledRule> rules, DeviceRegistry? registry, Diagnostics diagnostics)
    {
        foreach (var rule in rules)
        {
            Conditions(rule.Definition, diagnostics);
        }

        SameRules.Check(rules, diagnostics);
        if (registry is not null)
        {
            new RegistryChecks(rules, registry, diagnostics).Run();
        }
    }

    private static void Conditions(RuleDefinition rule, Diagnostics diagnostics)
    {
        foreach (var (name, condition) in ConditionsOf(rule))
        {
            if (!Alternatives.Of(condition.Syntax).IsPossible)
            {
                diagnostics.Warning(condition.Node, $"'{name}' can never be true: {condition.Node.Text}");
            }
            else if (!Alternatives.Not(condition.Syntax).IsPossible)
            {
                diagnostics.Warning(condition.Node, $"'{name}' is true for every known value: {condition.Node.Text}");
            }
        }

        if (rule.ClearWhen is { } clear && When(rule) is { } when && Overlap(when.Syntax, clear.Syntax))
        {
            diagnostics.Warning(
                clear.Node,
                "'clear_when' can be true while 'when' is: leave a gap between the two, such as above 30 and below 28"
            );
        }
    }

    private static bool Overlap(Syntax when, Syntax clear)
    {
        var (a, b) = (Alternatives.Of(when), Alternatives.Of(clear));
        return a.Operands.Order(StringComparer.Ordinal)
                .SequenceEqual(b.Operands.Order(StringComparer.Ordinal), StringComparer.Ordinal) && a.And(b).IsPossible;
    }

    private static ExpressionDefinition? When(RuleDefinition rule) =>
        rule.Body switch
        {
            ConditionDefinition condition => condition.When,
            WindowDefinition window => window.When,
            _ => null,
        };

    private static IEnumerable<(string Name, ExpressionDefinition Condition)> ConditionsOf(RuleDefinition rule)
    {
        if (When(rule) is { } when)
        {
            yield return ("when", when);
        }

        if (rule.ClearWhen is { } clear)
        {
            yield return ("clear_when", clear);
        }

        if (rule.Body is EachDefinition { Where: { } where })
        {
            yield return ("where", where);
        }

        foreach (var sensor in SensorsOf(rule.Body))
        {
            if (sensor.Filter is { } filter)
            {
                yield return (sensor.Sensor, filter);
            }
        }

        foreach (var input in rule.Inputs)
        {
            if (input.Where is { } inputWhere)
            {
                yield return ($"where of {input.Name.Text}", inputWhere);
            }
        }
    }

    /// <summary>Conditions that compare readings, each with what tells the sensor behind an operand.</summary>
    internal static IEnumerable<(ExpressionDefinition Condition, Func<string, string?> SensorOf)> ComparedIn(
        CompiledRule rule
    )
    {
        if (rule.Definition.Body is ConditionDefinition condition)
        {
            yield return (condition.When, name => rule.Layout.FindInput(name)?.Sensor);
        }

        foreach (var sensor in SensorsOf(rule.Definition.Body))
        {
            if (sensor.Filter is { } filter)
            {
                yield return (filter, name => name == "value" ? sensor.Sensor : null);
            }
        }

        if (rule.Definition.Body is EachDefinition { Where: { } where, Sensors: [var only] })
        {
            yield return (where, name => name == "value" ? only.Sensor : null);
        }
    }

    internal static IReadOnlyList<SensorDefinition> SensorsOf(BodyDefinition body) =>
        body switch
        {
            EachDefinition each => each.Sensors,
            WindowDefinition window => window.Of,
            AbsentDefinition absent => absent.Sensors,
            PatternDefinition pattern =>
            [
                .. pattern.Steps.SelectMany(s => s.Parts).Select(p => p.Sensor).OfType<SensorDefinition>(),
            ],
            _ => [],
        };
}
