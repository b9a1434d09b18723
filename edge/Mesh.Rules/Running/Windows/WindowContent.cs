using Mesh.Contracts;
using Mesh.Rules.Expressions;

namespace Mesh.Rules.Running;

/// <summary>What a window holds of its readings.</summary>
internal abstract class WindowContent
{
    /// <summary>Readings in the window.</summary>
    public abstract long Count { get; }

    /// <summary>Takes the reading being judged.</summary>
    /// <param name="e">Begun with the reading.</param>
    /// <param name="reading">The reading.</param>
    /// <param name="at">Microseconds at which it takes effect.</param>
    public abstract void Add(Evaluation e, Reading reading, long at);

    /// <summary>Works out what is said of the window.</summary>
    public abstract void Sum(WindowState into);

    public abstract void Save(StateWriter writer);

    /// <summary>Reads what <see cref="Save"/> wrote into this empty content.</summary>
    public abstract void Restore(StateReader reader);
}
