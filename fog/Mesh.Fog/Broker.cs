using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Mesh.Contracts;
using Mesh.Nodes;
using Microsoft.Extensions.Hosting;
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
public sealed partial class Broker : IHostedService, IDisposable
{
    private readonly Node _node;
    private readonly IPEndPoint _endPoint;
    private readonly TimeProvider _time;
    private readonly ILogger<Broker> _log;
    private readonly IDisposable _watch;
    private MqttServer? _server;
    private long _rejected;
    private int _clients;

    public Broker(Node node, IPEndPoint endPoint, TimeProvider time, ILogger<Broker> log)
    {
        _node = node;
        _time = time;
        _log = log;
        _endPoint = endPoint.Port == 0 ? new IPEndPoint(endPoint.Address, FreePort(endPoint.Address)) : endPoint;
        _watch = node.Frames.Subscribe(Deliver);
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint => _endPoint;

    /// <summary>Messages that were not understood.</summary>
    public long Rejected => Interlocked.Read(ref _rejected);

    public int Clients => Volatile.Read(ref _clients);

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
        _watch.Dispose();
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
        if (publish.ClientId == FogClient || !Topics.TryParse(message.Topic, out var site, out var agent, out var kind))
        {
            return;
        }

        try
        {
            switch (kind)
            {
                case TopicKind.Readings:
                    publish.ProcessPublish = false;
                    if (!await TakeAsync(site, agent, message, publish.CancellationToken).ConfigureAwait(false))
                    {
                        publish.Response.ReasonCode = MqttPubAckReasonCode.ImplementationSpecificError;
                        publish.Response.ReasonString =
                            "something before this batch is missing; the acknowledgement says what";
                    }

                    break;
                case TopicKind.State:
                    await GreetAsync(
                            site,
                            agent,
                            AgentJson.ParseState(message.Payload.ToArray()),
                            publish.CancellationToken
                        )
                        .ConfigureAwait(false);
                    break;
                case TopicKind.Result:
                    var result = AgentJson.ParseResult(message.Payload.ToArray());
                    await _node
                        .AcceptAsync(
                            new ActionFinished(result.Id, result.Outcome, result.Detail),
                            publish.CancellationToken
                        )
                        .ConfigureAwait(false);
                    break;
            }
        }
        catch (WireException e)
        {
            Interlocked.Increment(ref _rejected);
            LogRejected(_log, publish.ClientId, message.Topic, e.Message);
            publish.ProcessPublish = false;
            publish.Response.ReasonCode = MqttPubAckReasonCode.PayloadFormatInvalid;
            publish.Response.ReasonString = e.Message;
        }
        catch (Exception e) when (e is NodeStoppedException or NodeBusyException)
        {
            // Without a PUBACK the sender keeps what it sent; a negative one would look like success to MQTT 3.1.1.
            publish.ProcessPublish = false;
            publish.CloseConnection = true;
        }
    }

    /// <summary>False when something before the batch is missing, so that nothing of it was taken.</summary>
    private async Task<bool> TakeAsync(
        string site,
        string agent,
        MqttApplicationMessage message,
        CancellationToken cancel
    )
    {
        var payload = message.Payload.IsSingleSegment ? message.Payload.First : message.Payload.ToArray();
        var batch = BatchJson.Parse(payload.Span, Timestamp.From(_time.GetUtcNow()), _names.Value);
        if (batch.From is { } from)
        {
            var range = Numbered(
                new LaneRange(agent, batch.Boot, Lane.Readings, from, batch.Readings, batch.Skipped, batch.Mark)
            );
            var outcome = await _node.AcceptAsync(new RangeArrived(range), cancel).ConfigureAwait(false);
            await AnswerAsync(site, agent, new(batch.Boot, outcome.UpTo, _node.Epoch, outcome.Gap))
                .ConfigureAwait(false);
            return !outcome.Gap;
        }

        await _node.AcceptAsync(new ReadingsArrived(agent, batch.Readings, batch.Mark), cancel).ConfigureAwait(false);
        var upTo = batch.Readings.Where(r => r.Boot == batch.Boot).Select(r => r.Seq).DefaultIfEmpty().Max();
        await AnswerAsync(site, agent, new(batch.Boot, upTo, _node.Epoch)).ConfigureAwait(false);
        return true;
    }

    /// <summary>An agent that numbers its items but not its readings: the item's number is the reading's as well.</summary>
    private static LaneRange Numbered(LaneRange range)
    {
        if (range.Items.All(i => ((Reading)i).Seq != 0))
        {
            return range;
        }

        var items = new List<MeshEvent>(range.Items.Count);
        var number = range.From;
        foreach (var reading in range.Items.Cast<Reading>())
        {
            while (range.Skipped.FirstOrDefault(s => s.From <= number && number <= s.To) is { } gone)
            {
                number = gone.To + 1;
            }

            items.Add(reading.Seq != 0 ? reading : reading.Numbered(range.Epoch, number));
            number++;
        }

        return range with
        {
            Items = items,
        };
    }

    /// <summary>Answers a birth with what is held of its numbering, and sends what waits for the agent.</summary>
    private async Task GreetAsync(string site, string agent, AgentState state, CancellationToken cancel)
    {
        await _node.AcceptAsync(new SourceChanged(agent, state.Online), cancel).ConfigureAwait(false);
        if (!state.Online)
        {
            return;
        }

        var (upTo, commands) = _node.Look(core =>
            (core.Marks.UpTo(agent, state.Boot, Lane.Readings), core.Commands.All.Where(c => c.Agent == agent).ToList())
        );
        await AnswerAsync(site, agent, new(state.Boot, upTo, _node.Epoch)).ConfigureAwait(false);
        foreach (var command in commands)
        {
            await SendAsync(agent, command.Command, command.Expires).ConfigureAwait(false);
        }
    }

    /// <summary>On the node's thread: hands what a durable frame sends out to the broker, which queues it.</summary>
    private void Deliver(Frame frame)
    {
        foreach (var output in frame.Outputs)
        {
            switch (output)
            {
                case CommandSent { Agent: { } agent } sent:
                    _ = SendAsync(agent, sent.Command, sent.Expires);
                    break;
            }
        }
    }

    /// <summary>Carries out what rules publish; until the broker runs, it is tried again.</summary>
    public async Task<Delivery> DeliverAsync(SinkAction action, CancellationToken cancel) =>
        _server is { IsStarted: true }
        && await PublishAsync(action.Target, System.Text.Encoding.UTF8.GetBytes(action.Payload)).ConfigureAwait(false)
            ? Delivery.Done
            : Delivery.Failed("the broker does not run");

    private Task<bool> SendAsync(string agent, Command command, Timestamp expires)
    {
        var remaining = expires - Timestamp.From(_time.GetUtcNow());
        return remaining <= TimeSpan.Zero
            ? Task.FromResult(false)
            : PublishAsync(
                Topics.Of(_node.Settings.Site, agent, TopicKind.Command),
                AgentJson.Write(command with { ExpiresMs = (long)remaining.TotalMilliseconds })
            );
    }

    private Task<bool> AnswerAsync(string site, string agent, Acknowledgement ack) =>
        PublishAsync(Topics.Of(site, agent, TopicKind.Ack), AgentJson.Write(ack));

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

    private readonly ThreadLocal<NameTable> _names = new(() => new NameTable());

    private static int FreePort(IPAddress address)
    {
        using var listener = new TcpListener(address, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "a message of {Client} on {Topic} is not understood: {Reason}")]
    private static partial void LogRejected(ILogger log, string client, string topic, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "nothing was published to {Topic}: {Reason}")]
    private static partial void LogNotSent(ILogger log, string topic, string reason);
}
