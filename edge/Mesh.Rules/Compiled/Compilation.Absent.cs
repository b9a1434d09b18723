using Mesh.Rules.Expressions;
using Mesh.Rules.Running;

namespace Mesh.Rules.Compiled;

// Silence.
internal sealed partial class Compilation
{
    private AbsentBody Absent(AbsentDefinition absent)
    {
        Judge(absent.Sensors);
        var silence = definition.For is { } wait ? KeyDuration(wait, "'for'") : DurationPlan.Zero;
        Lets(new Scope(_layout, ScopeKind.Condition, []));
        return new AbsentBody(silence, absent, definition.StartsOnEdge);
    }
}
