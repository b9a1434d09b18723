using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Mesh.Tests.Sinks;

/// <summary>What was posted.</summary>
internal sealed record Post(string Path, string Body, IReadOnlyDictionary<string, string> Headers);

/// <summary>A small web server on the loopback that keeps what is posted and answers as the test says.</summary>
internal sealed class PostOffice : IDisposable
{
    private readonly HttpListener _listener = new();

    public PostOffice(int? port = null)
    {
        Port = port ?? FreePort();
        _listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
        _listener.Start();
        _ = ListenAsync();
    }

    public int Port { get; }

    public string Address => $"http://127.0.0.1:{Port}/";

    public ConcurrentQueue<Post> Posts { get; } = new();

    /// <summary>The status of the n-th answer, from 0.</summary>
    public Func<int, int> Answer { get; set; } = static _ => 200;

    /// <summary>A port nobody listens on at the moment.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public void Dispose() => _listener.Close();

    private async Task ListenAsync()
    {
        var count = 0;
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
                var headers = context
                    .Request.Headers.AllKeys.OfType<string>()
                    .ToDictionary(k => k, k => context.Request.Headers[k]!, StringComparer.OrdinalIgnoreCase);
                var body = await reader.ReadToEndAsync();
                Posts.Enqueue(new Post(context.Request.Url!.PathAndQuery, body, headers));
                context.Response.StatusCode = Answer(count++);
                context.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // Closed.
        }
    }
}
