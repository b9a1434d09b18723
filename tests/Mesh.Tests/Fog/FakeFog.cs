using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Mesh.Contracts;
using MQTTnet;
using MQTTnet.Protocol;
using MQTTnet.Server;

namespace Mesh.Tests.Fogs;

/// <summary>A broker that answers as a fog does, in memory, and loses the batches the test names, each once.</summary>
internal sealed class FakeFog : IAsyncDisposable
{
    public const long Epoch = 77;
    private readonly MqttServer _server;
    private readonly Uri _address;
    private long _upTo;

    private FakeFog(int port)
    {
        _address = new Uri($"mqtt://127.0.0.1:{port}");
        var options = new MqttServerOptionsBuilder()
            .WithDefaultEndpoint()
            .WithDefaultEndpointBoundIPAddress(IPAddress.Loopback)
            .WithDefaultEndpointBoundIPV6Address(IPAddress.None)
            .WithDefaultEndpointPort(port)
            .Build();
        _server = new MqttServerFactory().CreateMqttServer(options);
        _server.InterceptingPublishAsync += TakeAsync;
    }

    public Uri Address => _address;

    /// <summary>Whether a batch from this item on is swallowed, the first time it comes.</summary>
    public Func<long, bool> Lose { get; set; } = _ => false;

    /// <summary>Whether batches are taken without an acknowledgement.</summary>
    public bool Silent { get; set; }

    public ConcurrentQueue<long> Taken { get; } = new();

    public ConcurrentQueue<long> Lost { get; } = new();

    public static async Task<FakeFog> StartAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var fog = new FakeFog(port);
        await fog._server.StartAsync();
        return fog;
    }

    public Task SayAsync(string agent, Acknowledgement ack)
    {
        var message = new MqttApplicationMessageBuilder()
            .WithTopic(Topics.Of("home", agent, TopicKind.Ack))
            .WithPayload(AgentJson.Write(ack))
            .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)
            .Build();
        return _server.InjectApplicationMessage(
            new InjectedMqttApplicationMessage(message) { SenderClientId = "$fog" }
        );
    }

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(new MqttServerStopOptions());
        _server.Dispose();
    }

    private async Task TakeAsync(InterceptingPublishEventArgs publish)
    {
        if (
            publish.ClientId == "$fog"
            || !Topics.TryParse(publish.ApplicationMessage.Topic, out _, out var agent, out var kind)
        )
        {
            return;
        }

        var payload = publish.ApplicationMessage.Payload.ToArray();
        if (kind == TopicKind.State && AgentJson.ParseState(payload) is { Online: true } state)
        {
            await SayAsync(agent, new Acknowledgement(state.Boot, _upTo, Epoch) { Hello = state.Hello });
        }
        else if (kind == TopicKind.Readings)
        {
            var batch = BatchJson.Parse(payload);
            var from = batch.From!.Value;
            if (Lose(from) && !Lost.Contains(from))
            {
                Lost.Enqueue(from);
                return;
            }

            var gap = from > _upTo + 1;
            for (var i = 0; !gap && i < batch.Readings.Count; i++)
            {
                if (from + i > _upTo)
                {
                    Taken.Enqueue(batch.Readings[i].Seq);
                    _upTo = from + i;
                }
            }

            if (!Silent)
            {
                await SayAsync(agent, new Acknowledgement(batch.Boot, _upTo, Epoch, gap) { Mark = batch.Mark });
            }
        }
    }
}
