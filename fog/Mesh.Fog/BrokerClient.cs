using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Mesh.Contracts;
using Mesh.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace Mesh.Fog;

/// <summary>
/// The fog as a client of a broker that somebody else runs. Brokers acknowledge before they persist, so what the broker
/// says counts for nothing: agents forget on the fog's own acknowledgement only, as they do without such a broker, and
/// what the broker loses is sent again.
/// </summary>
/// <remarks>
/// <code>
///   broker ─▶ received, in order ─▶ intake (many at once: one sync for all) ─▶ durable ─▶ PUBACK, in order
///                                                                            └────────▶ the fog's acknowledgement
/// </code>
/// The session outlives connections, so messages wait in the broker while the fog is away (Mosquitto: 1,000 by default;
/// what is more is sent again by the agents). A message that cannot be taken now, because the disk is full, is not
/// acknowledged: the connection is dropped, and the broker brings the message again. After each connect the agents'
/// births, which are retained, come again and are answered; so commands that were given meanwhile reach their agents.
/// </remarks>
public sealed partial class BrokerClient : BackgroundService, IAgentLink
{
    /// <summary>Messages taken from the broker and not yet durable, at most; the broker keeps the others.</summary>
    private const int Window = 64;

    /// <summary>Messages for agents on their way to the broker, at most; those who answer wait.</summary>
    private const int Publishing = 64;

    /// <summary>Messages that wait for the broker, at most: beyond that a command is left to the next birth of its agent.</summary>
    private const int Waiting = 10_000;

    /// <summary>Bytes of a packet. A message that is larger than any batch may be is set aside, one beyond this the broker keeps.</summary>
    private const uint PacketBytes = 256 * 1024;

    private static readonly TimeSpan SessionKept = TimeSpan.FromDays(1);

    private readonly Node _node;
    private readonly ExternalBroker _broker;
    private readonly TimeProvider _time;
    private readonly ILogger<BrokerClient> _log;
    private readonly FogIntake _intake;
    private readonly SemaphoreSlim _publishing = new(Publishing);
    private volatile Connection? _connection;
    private MqttProtocolVersion _version = MqttProtocolVersion.V500;
    private int _waiting;
    private bool _took;

    public BrokerClient(Node node, ExternalBroker broker, TimeProvider time, ILogger<BrokerClient> log)
    {
        (_node, _broker, _time, _log) = (node, broker, time, log);
        _intake = new FogIntake(node, letter => PublishAsync(letter.Topic, letter.Payload), time, log);
        Status = new HopStatus { Target = broker.ToString() };
    }

    public string Where => _broker.ToString();

    public long Rejected => _intake.Rejected;

    public int? Clients => null;

    public HopStatus Status { get; }

    public override void Dispose()
    {
        base.Dispose();
        _intake.Dispose();
        _publishing.Dispose();
    }

    public async Task<Delivery> DeliverAsync(SinkAction action, CancellationToken cancel) =>
        await PublishAsync(action.Target, Encoding.UTF8.GetBytes(action.Payload)).ConfigureAwait(false)
            ? Delivery.Done
            : Delivery.Failed($"the broker at {_broker} did not take it");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var backOff = new BackOff(_node.Settings.Node.GetHashCode(StringComparison.Ordinal));
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ServeAsync(stoppingToken).ConfigureAwait(false);
                Trouble("the connection broke");
            }
            catch (NodeStoppedException)
            {
                return;
            }
            catch (NodeBusyException e)
            {
                Trouble($"{e.Message}: the broker keeps what it has for this fog");
            }
            catch (Exception e)
                when (e
                        is MqttCommunicationException
                            or MqttProtocolViolationException
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

                Trouble(Reason(e));
            }

            if (_took)
            {
                _took = false;
                backOff.Reset();
            }

            await Task.Delay(backOff.Next(), _time, stoppingToken).ConfigureAwait(false);
        }
    }

    /// <summary>One connection, from its beginning to its end.</summary>
    private async Task ServeAsync(CancellationToken cancel)
    {
        Status.CountAttempt();
        var received = Channel.CreateBounded<(MqttApplicationMessageReceivedEventArgs Message, Task Taken)>(Window);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var client = new MqttClientFactory().CreateMqttClient();
        client.ApplicationMessageReceivedAsync += async message =>
        {
            message.AutoAcknowledge = false;
            var said = message.ApplicationMessage;
            var taken = _intake.TakeAsync("the broker", said.Topic, said.Payload, cancel);
            await received.Writer.WriteAsync((message, taken), ended.Token).ConfigureAwait(false);
        };
        client.DisconnectedAsync += _ =>
        {
            // Whatever waits for an answer of this connection waits in vain.
            received.Writer.TryComplete();
            return ended.CancelAsync();
        };
        var connection = new Connection(client, ended, _time);
        try
        {
            await connection.AskAsync(ConnectAsync).ConfigureAwait(false);
            _connection = connection;
            await connection.AskAsync(SubscribeAsync).ConfigureAwait(false);
            Status.Up();
            LogUp(_log, _broker);
            await foreach (var (message, taken) in received.Reader.ReadAllAsync(ended.Token).ConfigureAwait(false))
            {
                await taken.ConfigureAwait(false);
                await message.AcknowledgeAsync(ended.Token).ConfigureAwait(false);
                _took = true;
            }
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested && !connection.Silent)
        {
            throw new IOException("the connection broke", e);
        }
        finally
        {
            _connection = null;
        }
    }

    private async Task<bool> ConnectAsync(IMqttClient client, CancellationToken cancel)
    {
        var options = new MqttClientOptionsBuilder()
            .WithTcpServer(_broker.Address.Host, _broker.Address.Port < 0 ? FogSettings.MqttPort : _broker.Address.Port)
            .WithProtocolVersion(_version)
            .WithClientId(_node.Settings.Node)
            .WithCleanSession(false)
            .WithKeepAlivePeriod(TimeSpan.FromSeconds(30))
            .WithTimeout(Patience.Longest);
        if (_version == MqttProtocolVersion.V500)
        {
            options = options
                .WithSessionExpiryInterval((uint)SessionKept.TotalSeconds)
                .WithReceiveMaximum(Window)
                .WithMaximumPacketSize(PacketBytes);
        }

        if (_broker.Username is { } username)
        {
            options = options.WithCredentials(username, _broker.Password ?? "");
        }

        var answer = await client.ConnectAsync(options.Build(), cancel).ConfigureAwait(false);
        if (answer.ResultCode == MqttClientConnectResultCode.Success)
        {
            return true;
        }

        if (answer.ResultCode == MqttClientConnectResultCode.UnsupportedProtocolVersion)
        {
            _version = MqttProtocolVersion.V311;
        }

        throw new InvalidOperationException(
            answer.ResultCode switch
            {
                MqttClientConnectResultCode.BadUserNameOrPassword or MqttClientConnectResultCode.NotAuthorized =>
                    "it refuses user name and password; correct mqtt.username and mqtt.password",
                MqttClientConnectResultCode.UnsupportedProtocolVersion =>
                    "it does not speak MQTT 5; 3.1.1 is tried next",
                var other => $"it refuses the connection: {other} {answer.ReasonString}".TrimEnd(),
            }
        );
    }

    private async Task<bool> SubscribeAsync(IMqttClient client, CancellationToken cancel)
    {
        var site = _node.Settings.Site;
        foreach (var kind in (TopicKind[])[TopicKind.Readings, TopicKind.Lane, TopicKind.Result, TopicKind.State])
        {
            // Only births are to come again with each connection; a retained reading would be taken as a new one.
            var filter = new MqttTopicFilterBuilder()
                .WithTopic(Topics.Filter(site, kind))
                .WithAtLeastOnceQoS()
                .WithRetainHandling(
                    kind == TopicKind.State
                        ? MqttRetainHandling.SendAtSubscribe
                        : MqttRetainHandling.DoNotSendOnSubscribe
                )
                .Build();
            var answer = await client
                .SubscribeAsync(new MqttClientSubscribeOptions { TopicFilters = [filter] }, cancel)
                .ConfigureAwait(false);
            if (answer.Items.Any(i => i.ResultCode != MqttClientSubscribeResultCode.GrantedQoS1))
            {
                throw new InvalidOperationException(
                    $"it does not let {_node.Settings.Node} subscribe to {filter.Topic} with QoS 1; allow it to read and write mesh/v1/{site}/#"
                );
            }
        }

        return true;
    }

    /// <summary>False when the broker did not take it.</summary>
    private async Task<bool> PublishAsync(string topic, byte[] payload)
    {
        if (_connection is null || Volatile.Read(ref _waiting) >= Waiting)
        {
            return false;
        }

        Interlocked.Increment(ref _waiting);
        await _publishing.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_connection is not { } connection)
            {
                return false;
            }

            var message = new MqttApplicationMessageBuilder()
                .WithTopic(topic)
                .WithPayload(payload)
                .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)
                .Build();
            var answer = await connection
                .AskAsync((client, cancel) => client.PublishAsync(message, cancel))
                .ConfigureAwait(false);
            if (!answer.IsSuccess)
            {
                LogNotTaken(_log, topic, answer.ReasonCode);
                return false;
            }

            Status.CountSent(1);
            return true;
        }
        catch (Exception e)
            when (e
                    is MqttCommunicationException
                        or MqttProtocolViolationException
                        or OperationCanceledException
                        or InvalidOperationException
                        or TimeoutException
            )
        {
            // Commands are sent again at the next birth, acknowledgements are cumulative and asked for again.
            LogNotSent(_log, topic, e.Message);
            return false;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
            _publishing.Release();
        }
    }

    /// <summary>One connection, which ends for everybody as soon as the broker leaves one question unanswered.</summary>
    private sealed class Connection(IMqttClient client, CancellationTokenSource ended, TimeProvider time)
    {
        /// <summary>Whether it ended because the broker did not answer.</summary>
        public bool Silent { get; private set; }

        public async Task<T> AskAsync<T>(Func<IMqttClient, CancellationToken, Task<T>> ask)
        {
            try
            {
                return await Patience.AskAsync(cancel => ask(client, cancel), time, ended.Token).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                Silent = true;
                await ended.CancelAsync().ConfigureAwait(false);
                throw;
            }
        }
    }

    private void Trouble(string reason)
    {
        if (Status.Down(reason))
        {
            LogDown(_log, _broker, reason);
        }
    }

    private static string Reason(Exception e) =>
        e switch
        {
            MqttCommunicationException { InnerException: { } inner } => Reason(inner),
            SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "nobody listens there",
            TimeoutException or OperationCanceledException => "it does not answer",
            _ => e.Message,
        };

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "the broker at {Broker} cannot be used: {Reason}; agents keep their readings, and it is tried again"
    )]
    private static partial void LogDown(ILogger log, ExternalBroker broker, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "the broker at {Broker} is reached")]
    private static partial void LogUp(ILogger log, ExternalBroker broker);

    [LoggerMessage(Level = LogLevel.Debug, Message = "the broker did not take a message for {Topic}: {Code}")]
    private static partial void LogNotTaken(ILogger log, string topic, MqttClientPublishReasonCode code);

    [LoggerMessage(Level = LogLevel.Debug, Message = "nothing was published to {Topic}: {Reason}")]
    private static partial void LogNotSent(ILogger log, string topic, string reason);
}
