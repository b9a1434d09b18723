using Mesh.Rules.Running.Patterns;

namespace Mesh.Rules;

internal sealed partial class RunningRule
{
    /// <summary>What a pattern works with while it sees one reading or instant.</summary>
    public PatternTurn PatternTurn => field ??= new PatternTurn(this);

    /// <summary>Counts a partial match that a bound has ended.</summary>
    public void DropPartial() => _counters.PartialsDropped++;
}
