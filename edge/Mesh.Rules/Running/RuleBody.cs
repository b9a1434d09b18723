using Mesh.Contracts;
using Mesh.Rules.Compiled;
using Mesh.Rules.Index;

namespace Mesh.Rules.Running;

/// <summary>
/// What a kind of rule does with readings and instants. A body holds no state: that is in the <see cref="KeyState"/>.
/// After each call the rule puts the key where its due instant belongs.
/// </summary>
internal abstract class RuleBody
{
    /// <summary>Whether the rule must keep something per key; if not, keys are only made for outputs.</summary>
    public virtual bool NeedsKeys => true;

    /// <summary>Whether <see cref="KeyState.Recheck"/> makes the body judge its condition again.</summary>
    public virtual bool JudgesByClock => false;

    /// <summary>Keys of the latest readings that the node knows exist from the rule's start.</summary>
    public virtual bool StartsWithLatest => false;

    /// <summary>Keys of the registry's devices exist from the rule's start.</summary>
    public virtual bool ExpectsRegistry => false;

    /// <summary>A reading of the key; inputs and histories have taken it already.</summary>
    public abstract void Apply(RunningRule rule, KeyState key, SensorPlan sensor, Reading reading, bool inputsChanged);

    /// <summary>
    /// What a reading of the sensor must satisfy (any of these) to do anything at all with the rule, a key that comes into
    /// being apart; null when every reading may.
    /// </summary>
    public virtual IReadOnlyList<FilterTerm>? Wants(CompiledRule rule, SensorPlan sensor) => null;

    /// <summary>The key's due instant has come; it is the rule's time.</summary>
    public abstract void Due(RunningRule rule, KeyState key);

    /// <summary>A key has appeared, or the rule starts with it.</summary>
    public virtual void Start(RunningRule rule, KeyState key) { }

    /// <summary>
    /// The node was down for <see cref="RunningRule.Outage"/>: what waits is moved. Without more, a pending fire or clear.
    /// </summary>
    public virtual void Restarted(RunningRule rule, KeyState key) => EpisodePlan.Restarted(rule, key);

    /// <summary>Reads what <see cref="BodyState.Save"/> wrote.</summary>
    public virtual BodyState Restore(RunningRule rule, StateReader reader) =>
        throw new InvalidOperationException($"{GetType().Name} keeps nothing of a key.");
}
