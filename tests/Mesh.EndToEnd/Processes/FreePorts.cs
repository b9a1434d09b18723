using System.Net;
using System.Net.Sockets;

namespace Mesh.EndToEnd.Processes;

/// <summary>
/// Ports of the loopback that nothing listens on. Each is handed out once per run of the tests; the kernel picks them
/// at random from thousands, so that another program takes one in between hardly ever.
/// </summary>
public static class FreePorts
{
    private static readonly HashSet<int> Given = [];

    public static int Next()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var port = ((IPEndPoint)listener.LocalEndpoint).Port;
            lock (Given)
            {
                if (Given.Add(port))
                {
                    return port;
                }
            }
        }
    }
}
