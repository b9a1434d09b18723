namespace Mesh.Contracts;

/// <summary>
/// What a node tells the tier above about itself every few seconds, so that a silent node can be told from one with
/// nothing to send. It is presence, not data: the newest counts, nothing of it is kept.
/// </summary>
/// <param name="Tier"><c>edge</c> or <c>fog</c>.</param>
/// <param name="Site">Where it is.</param>
/// <param name="Version">Of its program.</param>
/// <param name="Epoch">Of its journal.</param>
/// <param name="Backlog">Items per lane that the tier above does not hold yet, in the order of <see cref="Lanes.All"/>.</param>
/// <param name="Sources">Agents and other sources it has heard.</param>
/// <param name="Readings">Readings it has taken since its journal began.</param>
/// <param name="Every">How often this comes, in seconds; three times that without one is silence.</param>
public sealed record NodeState(
    string Tier,
    string Site,
    string Version,
    long Epoch,
    IReadOnlyList<long> Backlog,
    long Sources,
    long Readings,
    long Every
)
{
    /// <summary>Items per lane that the tier above will never hold, this node's own and those below it.</summary>
    public IReadOnlyList<long> Lost { get; init; } = [0, 0, 0, 0];
}
