namespace Mesh.Nodes;

/// <summary>
/// The disk is full: nothing was accepted, and what is sent again later will be, once there is room. What room is left is
/// for detections, commands and deliveries.
/// </summary>
public sealed class NodeBusyException : Exception
{
    public NodeBusyException(string message, Exception inner)
        : base(message, inner) { }

    public NodeBusyException(string message)
        : base(message) { }

    public NodeBusyException() { }
}
