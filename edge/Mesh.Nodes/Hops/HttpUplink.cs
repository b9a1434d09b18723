using System.IO.Compression;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Mesh.Contracts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Nodes;

/// <summary>
/// Fog to cloud over HTTP: moves what <see cref="CloudHop"/> wants sent, one request at a time, and gives it the answers.
/// </summary>
public sealed partial class HttpUplink : BackgroundService
{
    /// <summary>How long one request may take before it counts as failed.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    /// <summary>How long an idle hop sleeps when no frame wakes it.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);

    private readonly Node _node;
    private readonly HttpClient _http;
    private readonly TimeProvider _time;
    private readonly ILogger<HttpUplink> _log;
    private readonly CloudHop _hop;
    private readonly Bell _news;
    private readonly long _start;

    /// <param name="node">Whose lanes are sent.</param>
    /// <param name="cloud">The cloud's base address.</param>
    /// <param name="handler">The transport.</param>
    /// <param name="time">For back-off.</param>
    /// <param name="log">Says once when the cloud goes and comes.</param>
    public HttpUplink(Node node, Uri cloud, HttpMessageHandler handler, TimeProvider time, ILogger<HttpUplink> log)
    {
        _node = node;
        _http = new HttpClient(handler, disposeHandler: false) { BaseAddress = cloud, Timeout = Timeout };
        _time = time;
        _log = log;
        _hop = new CloudHop(node.Outbox, node.Settings.Node.GetHashCode(StringComparison.Ordinal));
        _start = time.GetTimestamp();
        Status = new HopStatus { Target = cloud.ToString() };
        _news = new Bell(node);
    }

    public HopStatus Status { get; }

    public override void Dispose()
    {
        _hop.Dispose();
        _http.Dispose();
        _news.Dispose();
        base.Dispose();
    }

    private TimeSpan Now => _time.GetElapsedTime(_start);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (_hop.Next(Now) is { } request)
                {
                    await SendAsync(request, stoppingToken).ConfigureAwait(false);
                }
                else if (_hop.NotBefore - Now is { Ticks: > 0 } wait)
                {
                    await Task.Delay(wait, _time, stoppingToken).ConfigureAwait(false);
                }
                else
                {
                    var rest = _hop.Rested(Now) is { } rested && rested - Now < Idle ? rested - Now : Idle;
                    await _news
                        .WaitAsync(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, stoppingToken)
                        .ConfigureAwait(false);
                }
            }
            catch (Exception e) when (e is DiskException or FormatException)
            {
                Tell(_hop.Failed(e.Message, Now), Lane.Readings);
            }
            catch (Exception e)
                when (e is NodeStoppedException
                    || (e is OperationCanceledException && stoppingToken.IsCancellationRequested)
                )
            {
                return;
            }
        }
    }

    private async Task SendAsync(CloudRequest request, CancellationToken cancel)
    {
        CloudNews news;
        Status.CountAttempt();
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Put, request.Path) { Content = Packed(request.Json) };
            using var response = await _http.SendAsync(message, cancel).ConfigureAwait(false);
            var answer = await response.Content.ReadAsByteArrayAsync(cancel).ConfigureAwait(false);
            news = _hop.Answered(request, (int)response.StatusCode, answer, RetryAfter(response), Now);
        }
        catch (Exception e)
            when (e is HttpRequestException or OperationCanceledException or IOException
                && !cancel.IsCancellationRequested
            )
        {
            news = _hop.Failed(Reason(e), Now);
        }

        Tell(news, request.Range.Lane);
        if (news.Input is { } input)
        {
            if (input is ItemRefused refused)
            {
                LogAside(_log, refused.Number, Lanes.Name(refused.Lane), refused.Reason);
            }
            else
            {
                Status.CountSent(request.Range.Items.Count);
            }

            try
            {
                await _node.AcceptAsync(input, cancel).ConfigureAwait(false);
            }
            catch (NodeBusyException)
            {
                // The cursor stays where it is, and the next answer brings as much.
            }
        }
    }

    private void Tell(CloudNews news, Lane lane)
    {
        if (news.Trouble is not { } trouble)
        {
            if (!Status.Connected)
            {
                LogUp(_log, Status.Target);
            }

            Status.Up();
        }
        else if (Status.Down(trouble))
        {
            if (news.Refused)
            {
                LogRefused(_log, Lanes.Name(lane), trouble);
            }
            else
            {
                LogDown(_log, Status.Target, trouble);
            }
        }
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) =>
        response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - _time.GetUtcNow(),
            _ => null,
        };

    private static ByteArrayContent Packed(byte[] json)
    {
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            brotli.Write(json);
        }

        var content = new ByteArrayContent(packed.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        content.Headers.ContentEncoding.Add("br");
        return content;
    }

    private static string Reason(Exception e) =>
        e switch
        {
            HttpRequestException { InnerException: SocketException socket } => socket.SocketErrorCode
            == SocketError.ConnectionRefused
                ? "nobody listens there"
                : socket.Message,
            OperationCanceledException => $"no answer within {Timeout.TotalSeconds:0} s",
            _ => e.Message,
        };

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "the cloud at {Target} cannot be reached: {Reason}; everything is kept and sent later"
    )]
    private static partial void LogDown(ILogger log, string target, string reason);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "the cloud refuses a range of {Lane}: {Reason}; it is kept, and tried again by itself"
    )]
    private static partial void LogRefused(ILogger log, string lane, string reason);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "item {Item} of {Lane} is refused by the cloud for good ({Reason}): it is set aside, 'mesh status' shows it, and its lane goes on"
    )]
    private static partial void LogAside(ILogger log, long item, string lane, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "the cloud at {Target} is reached")]
    private static partial void LogUp(ILogger log, string target);
}
