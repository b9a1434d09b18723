using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>
/// What happens to undelivered items when the journal is full: they stay, and new readings are refused; or the oldest of
/// the less urgent lanes are dropped, counted and declared upwards. What is more urgent is never dropped before what is
/// less.
/// </summary>
/// <param name="MostUrgentDropped">The most urgent lane that may lose items; null: none does.</param>
public readonly record struct WhenFull(Lane? MostUrgentDropped)
{
    public static readonly WhenFull Refuse = new(null);

    public static readonly WhenFull DropOldest = new(Lane.Alarms);

    public bool Drops(Lane lane) => MostUrgentDropped is { } most && lane >= most;
}
