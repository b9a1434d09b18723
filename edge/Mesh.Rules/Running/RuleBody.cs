using Mesh.Contracts;
using Mesh.Rules.Compiled;

namespace Mesh.Rules.Running;

/// <summary>
/// What a kind of rule does with readings and instants. A body holds no state: that is in the <see cref="KeyState"/>.
/// After each call the rule puts the key where its due instant belongs.
/// </summary>
internal abstract class RuleBody
{
    /// <summary>Whether the rule must keep something per key; if not, keys are only made for outputs.</summary>
    public virtual bool NeedsKeys => true;

    /// <summary>Keys of the latest readings that the node knows exist from the rule's start.</summary>
    public virtual bool StartsWithLatest => false;

    /// <summary>Keys of the registry's devices exist from the rule's start.</summary>
    public virtual bool ExpectsRegistry => false;

    /// <summary>A reading of the key; inputs and histories have taken it already.</summary>
    public abstract void Apply(RunningRule rule, KeyState key, SensorPlan sensor, Reading reading, bool inputsChanged);

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
