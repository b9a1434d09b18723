using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Mesh.Contracts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Nodes;

/// <summary>
/// Fog to cloud: sends each lane's items behind its cursor as ranges, the most urgent lane first, one request at a time,
/// and moves the cursor when the cloud says that it holds them. What fails is sent again, for ever, with back-off; the
/// receiver skips what it has, so sending twice does no harm.
/// </summary>
public sealed partial class HttpUplink : BackgroundService
{
    /// <summary>How long one request may take before it counts as failed.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    /// <summary>How long an idle hop sleeps when no frame wakes it.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);

    private readonly Node _node;
    private readonly HttpClient _http;
    private readonly TimeProvider _time;
    private readonly ILogger<HttpUplink> _log;
    private readonly LaneReader[] _readers;
    private readonly long[] _upTo = new long[Lanes.Count];
    private readonly Bell _news;

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
        _readers = [.. Lanes.All.Select(lane => new LaneReader(node, lane))];
        Status = new HopStatus { Target = cloud.ToString() };
        _news = new Bell(node);
    }

    public HopStatus Status { get; }

    public override void Dispose()
    {
        foreach (var reader in _readers)
        {
            reader.Dispose();
        }

        _http.Dispose();
        _news.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var backOff = new BackOff(_node.Settings.Node.GetHashCode(StringComparison.Ordinal));
        foreach (var lane in Lanes.All)
        {
            _upTo[(int)lane] = _node.Look(core => core.DeliveredUpTo(lane));
        }

        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!await SendOneAsync(stoppingToken).ConfigureAwait(false))
                {
                    await _news.WaitAsync(Idle, stoppingToken).ConfigureAwait(false);
                }

                backOff.Reset();
            }
            catch (Exception e)
                when (e is HttpRequestException or TaskCanceledException or IOException or WireException)
            {
                if (stoppingToken.IsCancellationRequested)
                {
                    return;
                }

                var reason = Reason(e);
                if (Status.Down(reason))
                {
                    LogDown(_log, Status.Target, reason);
                }

                await Task.Delay(backOff.Next(), _time, stoppingToken).ConfigureAwait(false);
            }
            catch (NodeStoppedException)
            {
                return;
            }
        }
    }

    /// <summary>Sends the most urgent range there is; false when every lane is empty.</summary>
    private async Task<bool> SendOneAsync(CancellationToken cancel)
    {
        foreach (var lane in Lanes.All)
        {
            var from = _upTo[(int)lane] + 1;
            var range = _readers[(int)lane].Read(from, lane == Lane.Readings ? Limits.RangeItems : 500);
            if (range is null || range.To < from)
            {
                continue;
            }

            await SendAsync(range with { Mark = null }, cancel).ConfigureAwait(false);
            return true;
        }

        return false;
    }

    private async Task SendAsync(LaneRange range, CancellationToken cancel)
    {
        var address = string.Create(
            CultureInfo.InvariantCulture,
            $"v1/nodes/{range.Sender}/epochs/{range.Epoch}/{Lanes.Name(range.Lane)}/{range.From}-{range.To}"
        );
        using var request = new HttpRequestMessage(HttpMethod.Put, address) { Content = Body(range) };
        Status.CountAttempt();
        using var response = await _http.SendAsync(request, cancel).ConfigureAwait(false);
        var answer = await response.Content.ReadAsByteArrayAsync(cancel).ConfigureAwait(false);
        if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.Conflict))
        {
            throw new HttpRequestException(
                $"the cloud answered {(int)response.StatusCode} to {address}",
                null,
                response.StatusCode
            );
        }

        if (Status is { Connected: false })
        {
            LogUp(_log, Status.Target);
        }

        Status.Up();
        var upTo = RangeAnswer.Parse(answer).UpTo;
        if (response.StatusCode == HttpStatusCode.OK)
        {
            Status.CountSent(range.Items.Count);
            await _node.AcceptAsync(new Delivered(range.Lane, upTo), cancel).ConfigureAwait(false);
        }

        // A conflict says where the cloud stands; sending goes on from there.
        _upTo[(int)range.Lane] = Math.Min(upTo, _node.Look(core => core.NextItem(range.Lane)) - 1);
    }

    private static ByteArrayContent Body(LaneRange range)
    {
        var json = RangeJson.Write(range);
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
            TaskCanceledException => $"no answer within {Timeout.TotalSeconds:0} s",
            _ => e.Message,
        };

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "the cloud at {Target} cannot be reached: {Reason}; everything is kept and sent later"
    )]
    private static partial void LogDown(ILogger log, string target, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "the cloud at {Target} is reached")]
    private static partial void LogUp(ILogger log, string target);
}
