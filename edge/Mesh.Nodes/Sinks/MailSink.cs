using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace Mesh.Nodes;

/// <summary>
/// Hands a mail to a server (RFC 5321): one connection per mail, protected first where that is asked for, then
/// authenticated, then sent. A 4xx answer may become a 2xx later; a 5xx will not.
/// </summary>
/// <remarks>Written by hand because it is a page long: a mail library would weigh more than the rest of an agent.</remarks>
internal sealed class MailSink : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Characters of one line of an answer, and lines of one answer.</summary>
    private const int LongestLine = 2048;
    private const int MostLines = 100;

    private readonly TcpClient _client = new();
    private Stream _stream = Stream.Null;
    private readonly byte[] _buffer = new byte[4096];
    private int _at;
    private int _end;

    public static async Task<Delivery> DeliverAsync(MailDestination mail, SinkAction action, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        try
        {
            using var session = new MailSink();
            return await session.SendAsync(mail, MailText.Of(mail, action), patience.Token).ConfigureAwait(false);
        }
        catch (AnswerException e)
        {
            return e.Code is >= 500 and < 600 ? Delivery.Refused(e.Message) : Delivery.Failed(e.Message);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return Delivery.Failed($"no answer within {Patience.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException)
        {
            return Delivery.Failed((e.InnerException as SocketException ?? e).Message);
        }
    }

    public void Dispose()
    {
        _stream.Dispose();
        _client.Dispose();
    }

    private async Task<Delivery> SendAsync(MailDestination mail, string text, CancellationToken cancel)
    {
        await _client.ConnectAsync(mail.Host, mail.Port, cancel).ConfigureAwait(false);
        _stream = _client.GetStream();
        if (mail.Tls == MailTls.Implicit)
        {
            await ProtectAsync(mail.Host, cancel).ConfigureAwait(false);
        }

        await ReadAsync("the greeting", cancel).ConfigureAwait(false);
        var offers = await SayAsync("EHLO mesh", "EHLO", cancel).ConfigureAwait(false);
        if (mail.Tls == MailTls.StartTls)
        {
            await SayAsync("STARTTLS", "STARTTLS", cancel).ConfigureAwait(false);
            await ProtectAsync(mail.Host, cancel).ConfigureAwait(false);
            offers = await SayAsync("EHLO mesh", "EHLO", cancel).ConfigureAwait(false);
        }

        if (mail.User is { } user)
        {
            await LogInAsync(user, mail.Password ?? "", offers, cancel).ConfigureAwait(false);
        }

        await SayAsync($"MAIL FROM:<{mail.From}>", "the sender", cancel).ConfigureAwait(false);
        foreach (var to in mail.To)
        {
            await SayAsync($"RCPT TO:<{to}>", $"the recipient {to}", cancel).ConfigureAwait(false);
        }

        await SayAsync("DATA", "DATA", cancel).ConfigureAwait(false);
        await SayAsync($"{text}.", "the mail", cancel).ConfigureAwait(false);

        // It is delivered whatever becomes of the farewell.
        await WriteAsync("QUIT", cancel).ConfigureAwait(false);
        return Delivery.Done;
    }

    private async Task LogInAsync(string user, string password, string offers, CancellationToken cancel)
    {
        var methods = offers.Split('\n').FirstOrDefault(l => l.StartsWith("AUTH", StringComparison.OrdinalIgnoreCase));
        if (
            methods?.Contains("PLAIN", StringComparison.OrdinalIgnoreCase) is false
            && methods.Contains("LOGIN", StringComparison.OrdinalIgnoreCase)
        )
        {
            await SayAsync("AUTH LOGIN", "the login", cancel).ConfigureAwait(false);
            await SayAsync(Base64(user), "the login", cancel).ConfigureAwait(false);
            await SayAsync(Base64(password), "the login", cancel).ConfigureAwait(false);
        }
        else
        {
            await SayAsync($"AUTH PLAIN {Base64($"\0{user}\0{password}")}", "the login", cancel).ConfigureAwait(false);
        }
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private async Task ProtectAsync(string host, CancellationToken cancel)
    {
        // What came in before is not trusted after: a man in the middle could have put it there.
        (_at, _end) = (0, 0);
        var stream = new SslStream(_stream, leaveInnerStreamOpen: false);
        _stream = stream;
        await stream
            .AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = host }, cancel)
            .ConfigureAwait(false);
    }

    /// <summary>Says a line and reads what is answered; <paramref name="what"/> stands in the message instead of the line, which may hold a secret.</summary>
    private async Task<string> SayAsync(string line, string what, CancellationToken cancel)
    {
        await WriteAsync(line, cancel).ConfigureAwait(false);
        return await ReadAsync(what, cancel).ConfigureAwait(false);
    }

    private async Task WriteAsync(string line, CancellationToken cancel)
    {
        await _stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"), cancel).ConfigureAwait(false);
        await _stream.FlushAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>The lines of an answer without their codes; another code than 2xx or 3xx is an exception.</summary>
    private async Task<string> ReadAsync(string what, CancellationToken cancel)
    {
        var lines = new List<string>();
        while (lines.Count < MostLines)
        {
            var line = await LineAsync(cancel).ConfigureAwait(false);
            if (
                line.Length < 3
                || !int.TryParse(line.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            )
            {
                throw new IOException("what answers there is no mail server");
            }

            lines.Add(line.Length > 4 ? line[4..] : "");
            if (line.Length == 3 || line[3] != '-')
            {
                return code is >= 200 and < 400
                    ? string.Join('\n', lines)
                    : throw new AnswerException(code, $"{what} was answered with {code} {lines[^1]}".TrimEnd());
            }
        }

        throw new IOException("the mail server's answer does not end");
    }

    private async Task<string> LineAsync(CancellationToken cancel)
    {
        var line = new StringBuilder();
        while (line.Length < LongestLine)
        {
            if (_at == _end)
            {
                (_at, _end) = (0, await _stream.ReadAsync(_buffer, cancel).ConfigureAwait(false));
                if (_end == 0)
                {
                    throw new IOException("the mail server closed the connection");
                }
            }

            var c = (char)_buffer[_at++];
            if (c == '\n')
            {
                return line.ToString();
            }

            if (!char.IsControl(c))
            {
                line.Append(c);
            }
        }

        throw new IOException("the mail server's line does not end");
    }

    private sealed class AnswerException(int code, string message) : Exception(message)
    {
        public int Code => code;
    }
}
