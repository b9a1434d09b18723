using Mesh.Rules.Expressions;
using Mesh.Rules.Running;

namespace Mesh.Rules.Compiled;

// The bodies of rules.
internal sealed partial class Compilation
{
    private ConditionBody Condition(ConditionDefinition condition)
    {
        var scope = new Scope(_layout, ScopeKind.Condition, []);
        var when = Bind(condition.When, scope, "'when'");
        var clear = definition.ClearWhen is { } c ? Bind(c, scope, "'clear_when'") : null;
        foreach (var let in definition.Let)
        {
            if (
                condition.When.Syntax.Names().Contains(let.Name.Text, StringComparer.Ordinal)
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
        return new ConditionBody(Episode(when, clear));
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
}
