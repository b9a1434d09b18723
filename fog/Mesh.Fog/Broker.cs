using System.Net;
using System.Net.Sockets;
using Mesh.Contracts;
using Mesh.Nodes;
using Microsoft.Extensions.Logging;
using MQTTnet;
using MQTTnet.Protocol;
using MQTTnet.Server;

namespace Mesh.Fog;

/// <summary>
/// The fog's own MQTT broker. A batch is taken in the publish interceptor, which waits until the batch is durable; so a
/// PUBACK says that too, a busy node holds its senders back, and no queue inside the broker ever stands between a
/// sender and the journal. Then the fog's acknowledgement is published to the agent.
/// </summary>
public sealed partial class Broker : IAgentLink
{
    private readonly IPEndPoint _endPoint;
    private readonly ILogger<Broker> _log;
    private readonly FogIntake _intake;
    private MqttServer? _server;
    private int _clients;

    public Broker(Node node, IPEndPoint endPoint, TimeProvider time, ILogger<Broker> log)
    {
        _log = log;
        _endPoint = endPoint.Port == 0 ? new IPEndPoint(endPoint.Address, FreePort(endPoint.Address)) : endPoint;
        _intake = new FogIntake(node, letter => PublishAsync(letter.Topic, letter.Payload), time, log);
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint => _endPoint;

    /// <summary>Messages that were not understood.</summary>
    public long Rejected => _intake.Rejected;

    public string Where => _endPoint.ToString();

    public int? Clients => Volatile.Read(ref _clients);

    public HopStatus? Status => null;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var options = new MqttServerOptionsBuilder()
            .WithDefaultEndpoint()
            .WithDefaultEndpointBoundIPAddress(
                _endPoint.AddressFamily == AddressFamily.InterNetwork ? _endPoint.Address : IPAddress.None
            )
            .WithDefaultEndpointBoundIPV6Address(
                _endPoint.AddressFamily == AddressFamily.InterNetworkV6 ? _endPoint.Address : IPAddress.None
            )
            .WithDefaultEndpointPort(_endPoint.Port)
            .WithMaxPendingMessagesPerClient(1000)
            .Build();
        _server = new MqttServerFactory().CreateMqttServer(options);
        _server.InterceptingPublishAsync += InterceptAsync;
        _server.ClientConnectedAsync += _ => Count(1);
        _server.ClientDisconnectedAsync += _ => Count(-1);
        try
        {
            await _server.StartAsync().ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            throw new EndPointException(_endPoint, e);
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_server is { } server)
        {
            await server.StopAsync(new MqttServerStopOptions()).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        _intake.Dispose();
        _server?.Dispose();
    }

    private Task Count(int change)
    {
        Interlocked.Add(ref _clients, change);
        return Task.CompletedTask;
    }

    private async Task InterceptAsync(InterceptingPublishEventArgs publish)
    {
        var message = publish.ApplicationMessage;
        if (publish.ClientId == FogClient)
        {
            return;
        }

        try
        {
            var (taken, reason) = await _intake
                .TakeAsync(publish.ClientId, message.Topic, message.Payload, publish.CancellationToken)
                .ConfigureAwait(false);
            publish.ProcessPublish = taken == Taken.NotOurs || (taken == Taken.Durable && !IsItems(message.Topic));
            switch (taken)
            {
                case Taken.Gap:
                    publish.Response.ReasonCode = MqttPubAckReasonCode.ImplementationSpecificError;
                    publish.Response.ReasonString =
                        "something before this batch is missing; the acknowledgement says what";
                    break;
                case Taken.NotUnderstood:
                    publish.Response.ReasonCode = MqttPubAckReasonCode.PayloadFormatInvalid;
                    publish.Response.ReasonString = reason;
                    break;
            }
        }
        catch (Exception e) when (e is NodeStoppedException or NodeBusyException)
        {
            // Without a PUBACK the sender keeps what it sent; a negative one would look like success to MQTT 3.1.1.
            publish.ProcessPublish = false;
            publish.CloseConnection = true;
        }
    }

    /// <summary>Readings go nowhere but into the journal; a copy for every subscriber would cost more than taking them.</summary>
    private static bool IsItems(string topic) =>
        Topics.TryParse(topic, out _, out _, out var kind) && kind is TopicKind.Readings or TopicKind.Lane;

    /// <summary>Carries out what rules publish; until the broker runs, it is tried again.</summary>
    public async Task<Delivery> DeliverAsync(SinkAction action, CancellationToken cancel) =>
        _server is { IsStarted: true }
        && await PublishAsync(action.Target, System.Text.Encoding.UTF8.GetBytes(action.Payload)).ConfigureAwait(false)
            ? Delivery.Done
            : Delivery.Failed("the broker does not run");

    private async Task<bool> PublishAsync(string topic, byte[] payload)
    {
        try
        {
            var message = new MqttApplicationMessageBuilder()
                .WithTopic(topic)
                .WithPayload(payload)
                .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)
                .Build();
            await _server!
                .InjectApplicationMessage(new InjectedMqttApplicationMessage(message) { SenderClientId = FogClient })
                .ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is InvalidOperationException or ObjectDisposedException)
        {
            // The broker is stopping; commands are sent again to a reborn agent, acknowledgements are asked for again.
            LogNotSent(_log, topic, e.Message);
            return false;
        }
    }

    private const string FogClient = "$fog";

    private static int FreePort(IPAddress address)
    {
        using var listener = new TcpListener(address, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "nothing was published to {Topic}: {Reason}")]
    private static partial void LogNotSent(ILogger log, string topic, string reason);
}
