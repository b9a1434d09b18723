namespace Mesh.Rules.Running;

/// <summary>What a body keeps of one key: an open window, partial matches, a silence.</summary>
internal abstract class BodyState
{
    /// <summary>Microseconds of the earliest instant at which the body must act; <see cref="DueItem.NotDue"/> for none.</summary>
    public abstract long Due { get; }

    /// <summary>Something is under way that would be lost if the key were forgotten.</summary>
    public virtual bool IsBusy => false;

    /// <summary>Writes everything that an output can depend on.</summary>
    public abstract void Save(StateWriter writer);
}
