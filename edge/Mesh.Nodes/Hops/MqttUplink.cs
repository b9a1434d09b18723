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
/// Edge to fog over MQTT: connects to one fog of a list, moves what <see cref="AgentHop"/> wants published and gives it
/// what the fog says, carries commands out and publishes their results.
/// </summary>
public sealed partial class MqttUplink : BackgroundService
{
    /// <summary>Messages published whose PUBACK has not come, at most.</summary>
    private const int Window = 8;

    /// <summary>How long a connection, or the broker's answer to a message, may take.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>How long the preferred fog may take to be there.</summary>
    private static readonly TimeSpan LookFor = TimeSpan.FromSeconds(5);

    /// <summary>How long an idle hop sleeps when nothing wakes it.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(500);

    private readonly Node _node;
    private readonly IReadOnlyList<Uri> _fogs;
    private readonly TimeProvider _time;
    private readonly ILogger<MqttUplink> _log;
    private readonly Func<Command, CancellationToken, Task<CommandResult>> _execute;
    private readonly AgentHop _hop;
    private readonly Lock _gate = new();
    private readonly Bell _bell;
    private readonly FogChoice _choice;
    private readonly long _start;

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
        _hop = new AgentHop(node.Outbox, version, node.Settings.Node.GetHashCode(StringComparison.Ordinal))
        {
            TooLarge = (lane, item, bytes) => LogTooLarge(log, item, Lanes.Name(lane), bytes),
        };
        var hop = node.Settings.Hop;
        var seed = node.Settings.Node.GetHashCode(StringComparison.Ordinal);
        _choice = new FogChoice(fogs.Count, hop.PreferAfter, hop.ReconnectSpread, seed);
        _bell = new Bell(node);
        _start = time.GetTimestamp();
        Status = new HopStatus { Target = string.Join(' ', fogs) };
    }

    public HopStatus Status { get; }

    /// <summary>The last reading the fog holds durably.</summary>
    public long Acknowledged => Hop(hop => hop.Acknowledged(Lane.Readings));

    /// <summary>Whether the fog holds every item there is, and the newest mark.</summary>
    public bool IsDrained => Hop(hop => hop.IsDrained);

    public override void Dispose()
    {
        _bell.Dispose();
        _hop.Dispose();
        base.Dispose();
    }

    private TimeSpan Now => _time.GetElapsedTime(_start);

    /// <summary>Acknowledgements come on another thread than the one that sends.</summary>
    private T Hop<T>(Func<AgentHop, T> use)
    {
        lock (_gate)
        {
            return use(_hop);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            if (_choice.NotBefore - Now is { Ticks: > 0 } wait)
            {
                await Task.Delay(wait, _time, stoppingToken).ConfigureAwait(false);
            }

            var fog = _fogs[_choice.At];
            try
            {
                using var client = new MqttClientFactory().CreateMqttClient();
                await ConnectAsync(client, fog, stoppingToken).ConfigureAwait(false);
                if (await SendWhileConnectedAsync(client, fog, stoppingToken).ConfigureAwait(false))
                {
                    LogReturn(_log, _fogs[0], fog);
                    _choice.Return(Now);
                    continue;
                }

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
            finally
            {
                lock (_gate)
                {
                    _hop.Disconnected();
                }
            }

            _choice.Lost(Now);
        }
    }

    private async Task ConnectAsync(IMqttClient client, Uri fog, CancellationToken cancel)
    {
        Status.CountAttempt();
        var (site, agent) = (_node.Settings.Site, _node.Settings.Node);
        client.ApplicationMessageReceivedAsync += message => ReceiveAsync(client, message, cancel);
        var will = _hop.Will;
        var options = new MqttClientOptionsBuilder()
            .WithTcpServer(fog.Host, PortOf(fog))
            .WithProtocolVersion(MqttProtocolVersion.V500)
            .WithClientId(agent)
            .WithCleanStart()
            .WithKeepAlivePeriod(TimeSpan.FromSeconds(30))
            .WithTimeout(Timeout)
            .WithWillTopic(will.Topic)
            .WithWillPayload(will.Payload)
            .WithWillRetain(will.Retain)
            .WithWillQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)
            .Build();
        await Patience.AskAsync(ask => client.ConnectAsync(options, ask), _time, cancel).ConfigureAwait(false);
        var topics = new MqttClientSubscribeOptionsBuilder()
            .WithTopicFilter(Topics.Of(site, agent, TopicKind.Ack), MqttQualityOfServiceLevel.AtLeastOnce)
            .WithTopicFilter(Topics.Of(site, agent, TopicKind.Command), MqttQualityOfServiceLevel.AtLeastOnce)
            .Build();
        await Patience.AskAsync(ask => client.SubscribeAsync(topics, ask), _time, cancel).ConfigureAwait(false);
        lock (_gate)
        {
            _hop.Connected(Now);
        }
    }

    /// <summary>True when it ends because the preferred fog is there again.</summary>
    private async Task<bool> SendWhileConnectedAsync(IMqttClient client, Uri fog, CancellationToken cancel)
    {
        Task<bool>? looking = null;
        var inFlight = new Queue<Task>();
        var greeted = false;
        while (client.IsConnected)
        {
            cancel.ThrowIfCancellationRequested();
            while (inFlight.TryPeek(out var oldest) && (oldest.IsCompleted || inFlight.Count >= Window))
            {
                await inFlight.Dequeue().ConfigureAwait(false);
            }

            var (message, answered, given) = Hop(hop => (hop.Next(Now), hop.IsGreeted, hop.IsUnanswered(Now)));
            if (given)
            {
                throw new TimeoutException("the fog does not answer");
            }

            Status.CountSent(message?.Items ?? 0);
            if (answered && !greeted)
            {
                greeted = true;
                _choice.Greeted(Now);
                Status.Up();
                LogUp(_log, fog);
            }

            looking ??= _choice.LooksForPreferred(Now) ? IsThereAsync(_fogs[0], cancel) : null;
            if (looking is { IsCompleted: true })
            {
                if (await looking.ConfigureAwait(false))
                {
                    return true;
                }

                looking = null;
            }

            if (message is null)
            {
                await _bell.WaitAsync(Idle, cancel).ConfigureAwait(false);
                continue;
            }

            inFlight.Enqueue(SendAsync(client, message, cancel));
        }

        return false;
    }

    /// <summary>Whether somebody listens at a fog's address; the connection to another one is not given up for less.</summary>
    private static async Task<bool> IsThereAsync(Uri fog, CancellationToken cancel)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(LookFor);
        try
        {
            await socket.ConnectAsync(fog.Host, PortOf(fog), patience.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return false;
        }
    }

    private static int PortOf(Uri fog) => fog.Port < 0 ? 1883 : fog.Port;

    private async Task SendAsync(IMqttClient client, HopMessage message, CancellationToken cancel)
    {
        var result = await PublishAsync(client, message, cancel).ConfigureAwait(false);
        if (!result.IsSuccess)
        {
            LogRefused(_log, result.ReasonCode, result.ReasonString);
        }
    }

    private async Task<MqttClientPublishResult> PublishAsync(
        IMqttClient client,
        HopMessage message,
        CancellationToken cancel
    )
    {
        var publish = new MqttApplicationMessageBuilder()
            .WithTopic(message.Topic)
            .WithPayload(message.Payload)
            .WithRetainFlag(message.Retain)
            .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)
            .Build();
        return await Patience.AskAsync(ask => client.PublishAsync(publish, ask), _time, cancel).ConfigureAwait(false);
    }

    private async Task ReceiveAsync(
        IMqttClient client,
        MqttApplicationMessageReceivedEventArgs message,
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
                await HearAsync(AgentJson.ParseAcknowledgement(payload), cancel).ConfigureAwait(false);
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
        catch (Exception e) when (e is NodeStoppedException or NodeBusyException or OperationCanceledException)
        {
            // The cursor stays where it is, and the next acknowledgement brings as much.
        }
    }

    private async Task HearAsync(Acknowledgement ack, CancellationToken cancel)
    {
        var delivered = Hop(hop => hop.Hear(ack, Now));
        _bell.Ring();
        if (delivered is not null)
        {
            await _node.AcceptAsync(delivered, cancel).ConfigureAwait(false);
        }
    }

    private async Task ObeyAsync(IMqttClient client, Command command, CancellationToken cancel)
    {
        try
        {
            var result = await _execute(command, cancel).ConfigureAwait(false);
            var topic = Topics.Of(_node.Settings.Site, _node.Settings.Node, TopicKind.Result);
            var message = new HopMessage(topic, AgentJson.Write(result), Retain: false);
            await PublishAsync(client, message, cancel).ConfigureAwait(false);
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
        Message = "item {Item} of {Lane} takes {Bytes} bytes, more than a message may have: it stays here and is reported as skipped"
    )]
    private static partial void LogTooLarge(ILogger log, long item, string lane, int bytes);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the result of command {Id} did not reach the fog: {Reason}")]
    private static partial void LogNoAnswer(ILogger log, string id, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "the fog at {Fog} is reached")]
    private static partial void LogUp(ILogger log, Uri fog);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "the preferred fog at {Fog} is there again: {Lower} is left for it"
    )]
    private static partial void LogReturn(ILogger log, Uri fog, Uri lower);

    [LoggerMessage(Level = LogLevel.Warning, Message = "a message on {Topic} is not understood: {Reason}")]
    private static partial void LogForeign(ILogger log, string topic, string reason);
}
