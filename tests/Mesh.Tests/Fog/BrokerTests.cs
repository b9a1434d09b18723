using Mesh.Contracts;
using Mesh.Fog;
using Mesh.Nodes;
using MQTTnet;
using MQTTnet.Formatter;
using Xunit;

namespace Mesh.Tests.Fogs;

public sealed class BrokerTests
{
    [Theory]
    [InlineData(MqttProtocolVersion.V500)]
    [InlineData(MqttProtocolVersion.V311)]
    public async Task A_device_made_by_hand_is_taken_with_and_without_numbers(MqttProtocolVersion version)
    {
        await using var fog = await RunningFog.StartAsync();
        using var device = await Device.ConnectAsync(fog.Fog.Broker.EndPoint, "lamp-1", version);
        await device.SendAsync(
            TopicKind.Readings,
            """{"device":"lamp-1","boot":4,"readings":[{"sensor":"on","value":true,"seq":1}]}"""
        );
        Assert.Equal(new Acknowledgement(4, 1, fog.Node.Epoch), await Device.HeardAsync(device.Acks));
        await device.SendAsync(
            TopicKind.Readings,
            """{"readings":[{"device":"lamp-2","sensor":"on","value":true},{"device":"lamp-2","sensor":"on","value":false}]}"""
        );
        await device.SendAsync(
            TopicKind.Readings,
            """{"boot":5,"from":1,"readings":[{"device":"lamp-3","sensor":"on","value":1},{"device":"lamp-3","sensor":"on","value":0}]}"""
        );
        Assert.Equal(5, fog.Node.Look(core => core.Counters.Readings));
        Assert.Equal(0, fog.Node.Look(core => core.Counters.Duplicates));
    }

    [Fact]
    public async Task A_bad_message_is_refused_with_a_reason_and_nobody_else_notices()
    {
        await using var fog = await RunningFog.StartAsync();
        using var bad = await Device.ConnectAsync(fog.Fog.Broker.EndPoint, "bad");
        using var good = await Device.ConnectAsync(fog.Fog.Broker.EndPoint, "good");
        foreach (var kind in (TopicKind[])[TopicKind.Readings, TopicKind.State, TopicKind.Result])
        {
            foreach (var text in (string[])["", "{", "[]", """{"v":9,"readings":[]}""", new string('x', 70_000)])
            {
                var answer = await bad.SendAsync(kind, text);
                Assert.Equal(MqttClientPublishReasonCode.PayloadFormatInvalid, answer.ReasonCode);
                Assert.NotEmpty(answer.ReasonString);
            }
        }

        Assert.Equal(15, fog.Fog.Broker.Rejected);
        Assert.True(bad.IsConnected);
        await good.SendAsync(TopicKind.Readings, BatchJson.Write(Batch(1, 3)));
        await bad.SendAsync(TopicKind.Readings, BatchJson.Write(Batch(1, 2)));
        Assert.Equal((3, 2), (fog.UpTo("good", 3), fog.UpTo("bad", 3)));
    }

    [Fact]
    public async Task A_lost_batch_is_asked_for_and_nothing_behind_it_is_taken_before()
    {
        await using var fog = await RunningFog.StartAsync();
        using var device = await Device.ConnectAsync(fog.Fog.Broker.EndPoint, "agent-1");
        var early = await device.SendAsync(TopicKind.Readings, BatchJson.Write(Batch(11, 10)));
        Assert.False(early.IsSuccess);
        Assert.Equal(new Acknowledgement(3, 0, fog.Node.Epoch, Resend: true), await Device.HeardAsync(device.Acks));
        await device.SendAsync(TopicKind.Readings, BatchJson.Write(Batch(1, 10)));
        await device.SendAsync(TopicKind.Readings, BatchJson.Write(Batch(11, 10)));
        Assert.Equal(10, (await Device.HeardAsync(device.Acks)).UpTo);
        Assert.Equal(20, (await Device.HeardAsync(device.Acks)).UpTo);
        Assert.Equal(20, fog.Node.Look(core => core.Counters.Readings));
    }

    [Fact]
    public async Task Birth_and_death_say_whether_a_source_is_alive_and_a_second_connection_is_no_death()
    {
        await using var fog = await RunningFog.StartAsync();
        var device = await Device.ConnectAsync(fog.Fog.Broker.EndPoint, "agent-1");
        await device.SendAsync(TopicKind.State, """{"online":true,"boot":3}""");
        await device.SendAsync(TopicKind.Readings, BatchJson.Write(Batch(1, 1)));
        Assert.True(Alive(fog));
        using var second = await Device.ConnectAsync(fog.Fog.Broker.EndPoint, "agent-1");
        await second.SendAsync(TopicKind.State, """{"online":true,"boot":3}""");
        await Nodes.NodeOnDiskTests.Until(() => Task.FromResult(fog.Fog.Broker.Clients == 1));
        await second.SendAsync(TopicKind.Readings, BatchJson.Write(Batch(2, 1)));
        Assert.True(Alive(fog));
        device.Dispose();
        second.Dispose();
        await Nodes.NodeOnDiskTests.Until(() => Task.FromResult(!Alive(fog)));
    }

    [Fact]
    public async Task A_command_reaches_its_agent_again_after_a_rebirth_until_it_is_answered_or_expires()
    {
        await using var fog = await RunningFog.StartAsync();
        var device = await Device.ConnectAsync(fog.Fog.Broker.EndPoint, "agent-1");
        await device.SendAsync(TopicKind.State, """{"online":true,"boot":3}""");
        await device.SendAsync(TopicKind.Readings, BatchJson.Write(Batch(1, 1)));
        await OrderAsync(fog, "c-1", 20_000);
        await OrderAsync(fog, "c-2", 20_000);
        await OrderAsync(fog, "c-3", 50);
        Assert.Equal("c-1", (await Device.HeardAsync(device.Commands)).Id);
        await device.SendAsync(TopicKind.Result, """{"id":"c-1","outcome":"done"}""");
        device.Dispose();
        await Nodes.NodeOnDiskTests.Until(() =>
            Task.FromResult(!Alive(fog) && fog.Node.Look(c => c.Commands.All.Count) == 1)
        );
        using var again = await Device.ConnectAsync(fog.Fog.Broker.EndPoint, "agent-1");
        await again.SendAsync(TopicKind.State, """{"online":true,"boot":3}""");
        var command = await Device.HeardAsync(again.Commands);
        Assert.Equal("c-2", command.Id);
        Assert.InRange(command.ExpiresMs, 1, 19_999);
        Assert.Empty(again.Commands);
    }

    [Fact]
    public async Task A_taken_port_names_itself()
    {
        await using var fog = await RunningFog.StartAsync();
        using var broker = new Broker(
            fog.Node,
            fog.Fog.Broker.EndPoint,
            TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<Broker>.Instance
        );
        var e = await Assert.ThrowsAsync<EndPointException>(() => broker.StartAsync(RunningFog.Cancel));
        Assert.Contains(
            $"cannot listen on {fog.Fog.Broker.EndPoint}: another program listens there",
            e.Message,
            StringComparison.Ordinal
        );
    }

    private static bool Alive(RunningFog fog) =>
        fog.Node.Look(core => core.Engine.Sources.Single(s => s.Name == "agent-1").Alive);

    private static Task<InputOutcome> OrderAsync(RunningFog fog, string id, long expires) =>
        fog.Node.AcceptAsync(
            new CommandOrdered(new Command(id, "of-agent-1", "fan", Value.Of(true), expires, null)),
            RunningFog.Cancel
        );

    private static ReadingBatch Batch(long from, int count) =>
        new(3, from, [.. Nodes.Some.Range(from, count).Items.Cast<Reading>()], null);
}
