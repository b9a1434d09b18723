using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Mesh.Tests.Sinks;

/// <summary>A small mail server on the loopback that speaks SMTP as far as a client may expect.</summary>
internal sealed class MailServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public MailServer()
    {
        _listener.Start();
        _ = ListenAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Every line that was said, of all connections.</summary>
    public ConcurrentQueue<string> Lines { get; } = new();

    public ConcurrentQueue<string> Mails { get; } = new();

    /// <summary>What a recipient is answered with.</summary>
    public Func<int, string> Recipient { get; set; } = static _ => "250 fine";

    public void Dispose() => _listener.Dispose();

    private async Task ListenAsync()
    {
        var recipients = 0;
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
                await using var writer = new StreamWriter(client.GetStream(), Encoding.ASCII)
                {
                    NewLine = "\r\n",
                    AutoFlush = true,
                };
                await writer.WriteLineAsync("220 mail ESMTP");
                while (await reader.ReadLineAsync() is { } line)
                {
                    Lines.Enqueue(line);
                    if (line == "DATA")
                    {
                        await writer.WriteLineAsync("354 go on");
                        var mail = new StringBuilder();
                        while (await reader.ReadLineAsync() is { } text && text != ".")
                        {
                            mail.Append(text).Append('\n');
                        }

                        Mails.Enqueue(mail.ToString());
                        await writer.WriteLineAsync("250 taken");
                        continue;
                    }

                    await writer.WriteLineAsync(
                        line.StartsWith("EHLO", StringComparison.Ordinal)
                            ? "250-mail\r\n250-SIZE 1000000\r\n250 AUTH PLAIN LOGIN"
                        : line.StartsWith("AUTH", StringComparison.Ordinal) ? "235 welcome"
                        : line.StartsWith("RCPT", StringComparison.Ordinal) ? Recipient(recipients++)
                        : line == "QUIT" ? "221 bye"
                        : "250 fine"
                    );
                    if (line == "QUIT")
                    {
                        break;
                    }
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
        {
            // Closed.
        }
    }
}
