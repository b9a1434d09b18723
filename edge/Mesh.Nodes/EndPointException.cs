using System.Net;
using System.Net.Sockets;

namespace Mesh.Nodes;

/// <summary>A node cannot listen where its configuration says.</summary>
public sealed class EndPointException : Exception
{
    public EndPointException(IPEndPoint endPoint, Exception inner)
        : base($"cannot listen on {endPoint}: {Reason(inner)}", inner) => EndPoint = endPoint;

    public EndPointException(string message, Exception inner)
        : base(message, inner) { }

    public EndPointException(string message)
        : base(message) { }

    public EndPointException() { }

    public IPEndPoint? EndPoint { get; }

    private static string Reason(Exception e) =>
        (e as SocketException ?? e.InnerException as SocketException)?.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse =>
                "another program listens there; stop it, or choose another port (0 takes a free one)",
            SocketError.AddressNotAvailable => "this machine has no such address",
            SocketError.AccessDenied => "ports below 1024 need rights this process does not have; choose a higher one",
            _ => e.Message,
        };
}
