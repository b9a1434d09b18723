using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Mesh.Contracts;
using Mesh.Fog;
using Mesh.Nodes;
using Mesh.Rules;
using Microsoft.Extensions.Logging.Abstractions;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using Xunit;

namespace Mesh.Tests.Fogs;

/// <summary>A fog on free ports of the loopback, in a folder of its own, that can be stopped and started again.</summary>
internal sealed class RunningFog(TimeProvider time) : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesh-fog-");
    private FogSettings _settings = null!;

    public FogNode Fog { get; private set; } = null!;

    public Node Node => Fog.Node;

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<RunningFog> StartAsync(
        ClockKind clock = ClockKind.Live,
        string? rules = null,
        TimeSpan behind = default
    )
    {
        var fog = new RunningFog(new ClockBehind(behind));
        var node = new NodeSettings
        {
            Node = "fog-1",
            Tier = Tier.Fog,
            Site = "home",
            Data = fog._folder.FullName,
            Clock = clock,
            SegmentBytes = 1024 * 1024,
            Rules = rules is null ? [] : [new NamedText("r.yaml", rules)],
        };
        fog._settings = new FogSettings(node, new IPEndPoint(IPAddress.Loopback, 0), null, UplinkChoice.None);
        await fog.OpenAsync();
        fog._settings = fog._settings with { Mqtt = fog.Fog.Broker.EndPoint };
        return fog;
    }

    public async Task OpenAsync() =>
        Fog = await FogNode.StartAsync(_settings, time, NullLoggerFactory.Instance, "test", Cancel);

    public ValueTask CloseAsync() => Fog.DisposeAsync();

    /// <summary>Forgets everything; the next opening begins a new journal.</summary>
    public void Wipe()
    {
        foreach (var folder in _folder.GetDirectories())
        {
            folder.Delete(recursive: true);
        }
    }

    public Uri Address => new($"mqtt://{Fog.Broker.EndPoint}");

    public long UpTo(string agent, long boot) => Node.Look(core => core.Marks.UpTo(agent, boot, Lane.Readings));

    public async ValueTask DisposeAsync()
    {
        await Fog.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private sealed class ClockBehind(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() - by;
    }
}

/// <summary>A hand-made device: an MQTT client with what it has heard.</summary>
internal sealed class Device : IDisposable
{
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private readonly string _name;

    private Device(string name) => _name = name;

    public ConcurrentQueue<Acknowledgement> Acks { get; } = new();

    public ConcurrentQueue<Command> Commands { get; } = new();

    public bool IsConnected => _client.IsConnected;

    public static async Task<Device> ConnectAsync(
        IPEndPoint fog,
        string name,
        MqttProtocolVersion version = MqttProtocolVersion.V500,
        string? client = null
    )
    {
        var device = new Device(name);
        device._client.ApplicationMessageReceivedAsync += device.HearAsync;
        var options = new MqttClientOptionsBuilder()
            .WithTcpServer(fog.Address.ToString(), fog.Port)
            .WithProtocolVersion(version)
            .WithClientId(client ?? name)
            .WithCleanSession()
            .WithWillTopic(Topics.Of("home", name, TopicKind.State))
            .WithWillPayload("""{"online":false}""")
            .Build();
        await device._client.ConnectAsync(options, RunningFog.Cancel);
        await device._client.SubscribeAsync(
            $"mesh/v1/home/{name}/ack",
            MqttQualityOfServiceLevel.AtLeastOnce,
            RunningFog.Cancel
        );
        await device._client.SubscribeAsync(
            $"mesh/v1/home/{name}/command",
            MqttQualityOfServiceLevel.AtLeastOnce,
            RunningFog.Cancel
        );
        return device;
    }

    public Task<MqttClientPublishResult> SendAsync(TopicKind kind, string json) =>
        SendAsync(kind, Encoding.UTF8.GetBytes(json));

    public Task<MqttClientPublishResult> SendAsync(TopicKind kind, byte[] json) =>
        _client.PublishAsync(
            new MqttApplicationMessageBuilder()
                .WithTopic(Topics.Of("home", _name, kind))
                .WithPayload(json)
                .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)
                .Build(),
            RunningFog.Cancel
        );

    public static async Task<T> HeardAsync<T>(ConcurrentQueue<T> queue)
    {
        T? heard = default;
        await Nodes.NodeOnDiskTests.Until(() => Task.FromResult(queue.TryDequeue(out heard)));
        return heard!;
    }

    public void Dispose() => _client.Dispose();

    private Task HearAsync(MqttApplicationMessageReceivedEventArgs message)
    {
        var payload = message.ApplicationMessage.Payload.ToArray();
        if (message.ApplicationMessage.Topic.EndsWith("/ack", StringComparison.Ordinal))
        {
            Acks.Enqueue(AgentJson.ParseAcknowledgement(payload));
        }
        else
        {
            Commands.Enqueue(AgentJson.ParseCommand(payload));
        }

        return Task.CompletedTask;
    }
}
