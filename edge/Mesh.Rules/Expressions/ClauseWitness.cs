namespace Mesh.Rules.Expressions;

/// <summary>Notes which parts of conditions have been true, and which false, while tests run.</summary>
internal sealed class ClauseWitness
{
    private readonly HashSet<(Node Node, Truth Truth)> _seen = [];

    public void Saw(Node node, Truth truth) => _seen.Add((node, truth));

    public bool HasSeen(Node node, Truth truth) => _seen.Contains((node, truth));
}
