using System.Buffers;
using System.Net.Sockets;
using Mesh.Contracts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace Mesh.Nodes;

/// <summary>
/// Edge to fog: publishes the readings lane in batches and forgets on the fog's own acknowledgement only, never on the
/// broker's PUBACK. After every connect, and whenever acknowledgements stop, it begins again behind the last
/// acknowledged item; the fog skips what it holds.
/// </summary>
public sealed partial class MqttUplink : BackgroundService
{
    /// <summary>Batches published and not yet acknowledged by the fog, at most.</summary>
    private const int Window = 8;

    /// <summary>Without an acknowledgement for this long, what is unacknowledged is sent again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Node _node;
    private readonly IReadOnlyList<Uri> _fogs;
    private readonly TimeProvider _time;
    private readonly ILogger<MqttUplink> _log;
    private readonly Func<Command, CancellationToken, Task<CommandResult>> _execute;
    private readonly LaneReader _reader;
    private readonly Bell _bell;
    private readonly string _version;
    private readonly IDisposable _marks;
    private long _acknowledged;
    private long _sent;
    private long _fogEpoch = -1;
    private long _heard;
    private volatile bool _again;
    private int _batchItems = Limits.BatchReadings;
    private long _begunAgainAt = -1;
    private volatile object? _givenMark;
    private volatile object? _takenMark;

    /// <param name="node">The agent's node.</param>
    /// <param name="fogs">Where the fogs are, in order of preference: <c>mqtt://host:port</c>.</param>
    /// <param name="execute">Carries out a command and says what became of it.</param>
    /// <param name="time">For back-off and patience.</param>
    /// <param name="log">Says once when the fog goes and comes.</param>
    /// <param name="version">Of the program, for the birth.</param>
    public MqttUplink(
        Node node,
        IReadOnlyList<Uri> fogs,
        Func<Command, CancellationToken, Task<CommandResult>> execute,
        TimeProvider time,
        ILogger<MqttUplink> log,
        string version
    )
    {
        _node = node;
        _fogs = fogs;
        _execute = execute;
        _time = time;
        _log = log;
        _version = version;
        _reader = new LaneReader(node, Lane.Readings);
        _bell = new Bell(node);
        _marks = node.Frames.Subscribe(frame =>
        {
            if (frame.Inputs.OfType<ReadingsArrived>().LastOrDefault(i => i.Mark is not null) is { Mark: { } mark })
            {
                _givenMark = mark;
            }
        });
        Status = new HopStatus { Target = string.Join(' ', fogs) };
    }

    public HopStatus Status { get; }

    /// <summary>The last item the fog holds durably.</summary>
    public long Acknowledged => Interlocked.Read(ref _acknowledged);

    /// <summary>Whether the fog holds every item there is, and the newest mark.</summary>
    public bool IsDrained =>
        Acknowledged >= _node.Look(core => core.NextItem(Lane.Readings)) - 1
        && (_givenMark is not Mark given || _takenMark is Mark taken && (taken == given || taken.Time > given.Time));

    public override void Dispose()
    {
        _marks.Dispose();
        _reader.Dispose();
        _bell.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var backOff = new BackOff(_node.Settings.Node.GetHashCode(StringComparison.Ordinal));
        _acknowledged = _node.Look(core => core.DeliveredUpTo(Lane.Readings));
        for (var turn = 0; !stoppingToken.IsCancellationRequested; turn++)
        {
            var fog = _fogs[turn % _fogs.Count];
            try
            {
                using var client = new MqttClientFactory().CreateMqttClient();
                await ConnectAsync(client, fog, stoppingToken).ConfigureAwait(false);
                backOff.Reset();
                await SendWhileConnectedAsync(client, stoppingToken).ConfigureAwait(false);
                Trouble(fog, "the connection broke");
            }
            catch (Exception e)
                when (e
                        is MqttCommunicationException
                            or MqttProtocolViolationException
                            or DiskException
                            or FormatException
                            or SocketException
                            or OperationCanceledException
                            or InvalidOperationException
                            or TimeoutException
                            or IOException
                )
            {
                if (stoppingToken.IsCancellationRequested)
                {
                    return;
                }

                Trouble(fog, Reason(e));
            }
            catch (NodeStoppedException)
            {
                return;
            }

            await Task.Delay(backOff.Next(), _time, stoppingToken).ConfigureAwait(false);
        }
    }

    private async Task ConnectAsync(IMqttClient client, Uri fog, CancellationToken cancel)
    {
        Status.CountAttempt();
        _fogEpoch = -1;
        var (site, agent) = (_node.Settings.Site, _node.Settings.Node);
        var state = Topics.Of(site, agent, TopicKind.State);
        var hello = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        client.ApplicationMessageReceivedAsync += message => ReceiveAsync(client, message, hello, cancel);
        var options = new MqttClientOptionsBuilder()
            .WithTcpServer(fog.Host, fog.Port < 0 ? 1883 : fog.Port)
            .WithProtocolVersion(MqttProtocolVersion.V500)
            .WithClientId(agent)
            .WithCleanStart()
            .WithKeepAlivePeriod(TimeSpan.FromSeconds(30))
            .WithTimeout(TimeSpan.FromSeconds(20))
            .WithWillTopic(state)
            .WithWillPayload(AgentJson.Write(new AgentState(Online: false, 0, null, Recorded: false)))
            .WithWillRetain()
            .WithWillQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)
            .Build();
        await client.ConnectAsync(options, cancel).ConfigureAwait(false);
        await client
            .SubscribeAsync(
                new MqttClientSubscribeOptionsBuilder()
                    .WithTopicFilter(Topics.Of(site, agent, TopicKind.Ack), MqttQualityOfServiceLevel.AtLeastOnce)
                    .WithTopicFilter(Topics.Of(site, agent, TopicKind.Command), MqttQualityOfServiceLevel.AtLeastOnce)
                    .Build(),
                cancel
            )
            .ConfigureAwait(false);
        var recorded = _node.Settings.Clock == Rules.ClockKind.Recorded;
        var birth = AgentJson.Write(new AgentState(Online: true, _node.Epoch, _version, recorded));
        await PublishAsync(client, state, birth, retain: true, cancel).ConfigureAwait(false);

        // The fog answers a birth with how much of this numbering it holds; before that nothing is known about it.
        await hello.Task.WaitAsync(Patience, _time, cancel).ConfigureAwait(false);
        Status.Up();
        LogUp(_log, fog);
    }

    private async Task SendWhileConnectedAsync(IMqttClient client, CancellationToken cancel)
    {
        var inFlight = new Queue<Task>();
        var patience = new BackOff(_node.Settings.Node.GetHashCode(StringComparison.Ordinal));
        Again();
        while (client.IsConnected)
        {
            cancel.ThrowIfCancellationRequested();
            var silent = _time.GetElapsedTime(Interlocked.Read(ref _heard));
            if (_again || (_sent > Acknowledged && silent > Patience))
            {
                if (_begunAgainAt == Acknowledged)
                {
                    // The last time brought nothing: a fog that cannot take it now is not to be flooded with it.
                    await Task.Delay(patience.Next(), _time, cancel).ConfigureAwait(false);
                }
                else
                {
                    patience.Reset();
                }

                _begunAgainAt = Acknowledged;
                Again();
            }

            while (inFlight.TryPeek(out var oldest) && (oldest.IsCompleted || inFlight.Count >= Window))
            {
                await inFlight.Dequeue().ConfigureAwait(false);
            }

            var room = _sent - Acknowledged < (long)Window * Limits.BatchReadings;
            if ((room ? NextBatch() : null) is not ({ } batch, var mark))
            {
                await _bell.WaitAsync(TimeSpan.FromMilliseconds(500), cancel).ConfigureAwait(false);
                continue;
            }

            inFlight.Enqueue(SendAsync(client, batch, mark, cancel));
        }
    }

    /// <summary>Begins again behind the last acknowledged item.</summary>
    private void Again()
    {
        _again = false;
        _sent = Acknowledged;
        _reader.Rewind();
        Interlocked.Exchange(ref _heard, _time.GetTimestamp());
    }

    private async Task SendAsync(IMqttClient client, byte[] batch, Mark? mark, CancellationToken cancel)
    {
        var topic = Topics.Of(_node.Settings.Site, _node.Settings.Node, TopicKind.Readings);
        var result = await PublishAsync(client, topic, batch, retain: false, cancel).ConfigureAwait(false);
        if (!result.IsSuccess)
        {
            LogRefused(_log, result.ReasonCode, result.ReasonString);
        }
        else if (mark is not null)
        {
            _takenMark = mark;
        }
    }

    private (byte[] Payload, Mark? Mark)? NextBatch()
    {
        if (_reader.Read(_sent + 1, _batchItems) is not { } range)
        {
            return null;
        }

        var count = range.Items.Count;
        while (true)
        {
            var mark = count == range.Items.Count ? range.Mark : null;
            var readings = range.Items.Take(count).Cast<Reading>().ToList();
            var skipped = range.Skipped;
            var last = range.From - 1 + skipped.Sum(s => s.To - s.From + 1) + count;
            var payload = BatchJson.Write(
                new ReadingBatch(_node.Epoch, range.From, readings, mark) { Skipped = skipped }
            );
            if (payload.Length > Limits.BatchBytes && count == 1)
            {
                // No fog can ever take it; the others must not wait behind it.
                LogTooLarge(_log, last, payload.Length);
                skipped = [.. skipped, new Skipped(last, last, "too large")];
                payload = BatchJson.Write(new ReadingBatch(_node.Epoch, range.From, [], mark) { Skipped = skipped });
            }

            if (payload.Length <= Limits.BatchBytes)
            {
                _sent = last;
                if (count < range.Items.Count)
                {
                    // Going back means finding the place again, which costs a scan: the next batches ask for what fits.
                    _batchItems = count;
                    _reader.Rewind();
                }

                Status.CountSent(count);
                return (payload, mark);
            }

            count = Math.Max(1, (int)(count * 0.9 * Limits.BatchBytes / payload.Length));
        }
    }

    private static async Task<MqttClientPublishResult> PublishAsync(
        IMqttClient client,
        string topic,
        byte[] payload,
        bool retain,
        CancellationToken cancel
    )
    {
        var message = new MqttApplicationMessageBuilder()
            .WithTopic(topic)
            .WithPayload(payload)
            .WithRetainFlag(retain)
            .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)
            .Build();
        return await client.PublishAsync(message, cancel).ConfigureAwait(false);
    }

    private async Task ReceiveAsync(
        IMqttClient client,
        MqttApplicationMessageReceivedEventArgs message,
        TaskCompletionSource hello,
        CancellationToken cancel
    )
    {
        if (!Topics.TryParse(message.ApplicationMessage.Topic, out _, out _, out var kind))
        {
            return;
        }

        var payload = message.ApplicationMessage.Payload.ToArray();
        try
        {
            if (kind == TopicKind.Ack)
            {
                if (await HearAsync(AgentJson.ParseAcknowledgement(payload), cancel).ConfigureAwait(false))
                {
                    hello.TrySetResult();
                }
            }
            else if (kind == TopicKind.Command)
            {
                // Not waited for: a slow lock must not hold back the acknowledgements behind its command.
                _ = ObeyAsync(client, AgentJson.ParseCommand(payload), cancel);
            }
        }
        catch (WireException e)
        {
            LogForeign(_log, message.ApplicationMessage.Topic, e.Message);
        }
        catch (NodeStoppedException)
        {
            // The send loop ends by itself.
        }
    }

    private async Task ObeyAsync(IMqttClient client, Command command, CancellationToken cancel)
    {
        try
        {
            var result = await _execute(command, cancel).ConfigureAwait(false);
            var topic = Topics.Of(_node.Settings.Site, _node.Settings.Node, TopicKind.Result);
            await PublishAsync(client, topic, AgentJson.Write(result), retain: false, cancel).ConfigureAwait(false);
        }
        catch (Exception e)
            when (e
                    is MqttCommunicationException
                        or OperationCanceledException
                        or InvalidOperationException
                        or TimeoutException
            )
        {
            // The fog sends a command without an answer again after the next birth; it is not carried out twice.
            LogNoAnswer(_log, command.Id, e.Message);
        }
    }

    /// <summary>
    /// Only an acknowledgement of this numbering, from the fog's present journal or a later one, counts. The first of a
    /// connection, and of a journal, says what that fog holds, which may be less than another held: sending begins there.
    /// </summary>
    private async Task<bool> HearAsync(Acknowledgement ack, CancellationToken cancel)
    {
        if (ack.Boot != _node.Epoch || ack.Epoch < _fogEpoch)
        {
            return false;
        }

        var first = ack.Epoch > _fogEpoch;
        _fogEpoch = ack.Epoch;
        Interlocked.Exchange(ref _heard, _time.GetTimestamp());
        var upTo = Math.Min(ack.UpTo, _node.Look(core => core.NextItem(Lane.Readings)) - 1);
        var more = upTo > Acknowledged;
        if (more || first)
        {
            Interlocked.Exchange(ref _acknowledged, upTo);
        }

        if (more)
        {
            await _node.AcceptAsync(new Delivered(Lane.Readings, upTo), cancel).ConfigureAwait(false);
        }

        _again |= ack.Resend || first;
        _bell.Ring();
        return true;
    }

    private void Trouble(Uri fog, string reason)
    {
        if (Status.Down(reason))
        {
            LogDown(_log, fog, reason);
        }
    }

    private static string Reason(Exception e) =>
        e switch
        {
            MqttCommunicationException { InnerException: { } inner } => Reason(inner),
            SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "nobody listens there",
            TimeoutException => "it does not answer",
            OperationCanceledException => "it does not answer",
            _ => e.Message,
        };

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "the fog at {Fog} cannot be reached: {Reason}; readings are kept and sent later"
    )]
    private static partial void LogDown(ILogger log, Uri fog, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "the fog did not take a batch: {Code} {Reason}")]
    private static partial void LogRefused(ILogger log, MqttClientPublishReasonCode code, string? reason);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "reading {Item} takes {Bytes} bytes, more than a batch may have: it stays here and is reported as skipped"
    )]
    private static partial void LogTooLarge(ILogger log, long item, int bytes);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the result of command {Id} did not reach the fog: {Reason}")]
    private static partial void LogNoAnswer(ILogger log, string id, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "the fog at {Fog} is reached")]
    private static partial void LogUp(ILogger log, Uri fog);

    [LoggerMessage(Level = LogLevel.Warning, Message = "a message on {Topic} is not understood: {Reason}")]
    private static partial void LogForeign(ILogger log, string topic, string reason);
}
