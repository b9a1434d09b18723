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
/// receiver skips what it has, so sending twice does no harm. A lane whose range the cloud refuses waits by itself; the
/// others go on.
/// </summary>
public sealed partial class HttpUplink : BackgroundService
{
    /// <summary>How long one request may take before it counts as failed.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    /// <summary>How long an idle hop sleeps when no frame wakes it.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);

    private readonly Node _node;

    /// <summary>How long a lane rests whose range was refused.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(20);

    private readonly HttpClient _http;
    private readonly TimeProvider _time;
    private readonly ILogger<HttpUplink> _log;
    private readonly LaneReader[] _readers;
    private readonly long[] _upTo = new long[Lanes.Count];
    private readonly long?[] _refused = new long?[Lanes.Count];
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
                when (e
                        is HttpRequestException
                            or TaskCanceledException
                            or IOException
                            or FormatException
                            or DiskException
                )
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
            if (_refused[(int)lane] is { } since && _time.GetElapsedTime(since) < Rest)
            {
                continue;
            }

            var from = _upTo[(int)lane] + 1;
            var range = _readers[(int)lane].Read(from, lane == Lane.Readings ? Limits.RangeItems : 500);
            if (range is null || range.To < from)
            {
                continue;
            }

            try
            {
                await SendAsync(range with { Mark = null }, cancel).ConfigureAwait(false);
                _refused[(int)lane] = null;
                return true;
            }
            catch (HttpRequestException e) when (IsRefusal(e.StatusCode))
            {
                // Sending it again at once would change nothing and would keep the other lanes waiting.
                _refused[(int)lane] = _time.GetTimestamp();
                if (Status.Down(e.Message))
                {
                    LogRefused(_log, Lanes.Name(lane), e.Message);
                }
            }
        }

        return false;
    }

    private static bool IsRefusal(HttpStatusCode? status) =>
        status
            is >= HttpStatusCode.BadRequest
                and < HttpStatusCode.InternalServerError
                and not (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests);

    private async Task SendAsync(LaneRange whole, CancellationToken cancel)
    {
        var (range, body) = Fit(whole);
        var address = string.Create(
            CultureInfo.InvariantCulture,
            $"v1/nodes/{range.Sender}/epochs/{range.Epoch}/{Lanes.Name(range.Lane)}/{range.From}-{range.To}"
        );
        using var request = new HttpRequestMessage(HttpMethod.Put, address) { Content = Packed(body) };
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

        // A conflict says where the cloud stands; sending goes on from there. What it has lost is sent again.
        _upTo[(int)range.Lane] = Math.Min(upTo, _node.Look(core => core.NextItem(range.Lane)) - 1);
    }

    /// <summary>As many items of the front as one body may hold; one that is too large by itself is declared skipped.</summary>
    private static (LaneRange Range, byte[] Body) Fit(LaneRange range)
    {
        var json = RangeJson.Write(range);
        while (json.Length > Limits.BodyBytes)
        {
            var count = (int)(range.Items.Count * 0.9 * Limits.BodyBytes / json.Length);
            range =
                count > 0
                    ? range with
                    {
                        Items = [.. range.Items.Take(count)],
                    }
                    : range with
                    {
                        Items = [],
                        Skipped = [.. range.Skipped, new Skipped(range.To, range.To, "too large")],
                    };
            json = RangeJson.Write(range);
        }

        return (range, json);
    }

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
            TaskCanceledException => $"no answer within {Timeout.TotalSeconds:0} s",
            _ => e.Message,
        };

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "the cloud at {Target} cannot be reached: {Reason}; everything is kept and sent later"
    )]
    private static partial void LogDown(ILogger log, string target, string reason);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "the cloud refuses a range of {Lane}: {Reason}; it is kept and tried again now and then"
    )]
    private static partial void LogRefused(ILogger log, string lane, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "the cloud at {Target} is reached")]
    private static partial void LogUp(ILogger log, string target);
}
