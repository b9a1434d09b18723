namespace Mesh.Nodes;

/// <summary>The node has stopped or its journal failed: nothing further is accepted, and what was not acknowledged is not held.</summary>
public sealed class NodeStoppedException : Exception
{
    public NodeStoppedException(string message, Exception inner)
        : base(message, inner) { }

    public NodeStoppedException(string message)
        : base(message) { }

    public NodeStoppedException() { }
}
