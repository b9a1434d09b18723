namespace Mesh.Rules.Running;

/// <summary>What a body keeps of one key: an open window, partial matches, a silence.</summary>
internal abstract class BodyState
{
    /// <summary>Microseconds of the earliest instant at which the body must act; <see cref="DueItem.NotDue"/> for none.</summary>
    public abstract long Due { get; }

    /// <summary>Writes everything that an output can depend on.</summary>
    public abstract void Save(StateWriter writer);
}
