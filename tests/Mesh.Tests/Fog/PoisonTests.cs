using Mesh.Contracts;
using Mesh.Nodes;
using MQTTnet.Formatter;
using Xunit;

namespace Mesh.Tests.Fogs;

public sealed class PoisonTests
{
    [Theory]
    [InlineData(MqttProtocolVersion.V500)]
    [InlineData(MqttProtocolVersion.V311)]
    public async Task A_message_nobody_understands_is_kept_for_a_person_before_its_sender_may_forget_it(
        MqttProtocolVersion version
    )
    {
        await using var fog = await RunningFog.StartAsync();
        using (var device = await Device.ConnectAsync(fog.Fog.Broker.EndPoint, "bad", version))
        {
            await device.SendAsync(TopicKind.Readings, "{\"readings\":7}" + new string(' ', 2000));
            await device.SendAsync(TopicKind.State, [0xff, 0xfe, 0]);
            await device.SendAsync(TopicKind.Readings, """{"readings":[{"device":"d","sensor":"s","value":1}]}""");
        }

        await fog.CloseAsync();
        await fog.OpenAsync();
        var kept = fog.Node.Look(core => core.SetAside.All.ToList());
        Assert.Equal(
            [("mesh/v1/home/bad/readings", 1024), ("mesh/v1/home/bad/state", 3)],
            kept.Select(l => (l.Action!.Target, l.Action.Payload.Length))
        );
        Assert.StartsWith("2014 bytes of bad are not understood: ", kept[0].Reason, StringComparison.Ordinal);
        Assert.Equal(1, fog.Node.Look(core => core.Counters.Readings));
        Assert.Empty(fog.Node.Look(core => core.DeadLetters.All));

        // Trying it again is no use, so it only goes; what rules wanted done is not touched.
        await fog.Node.AcceptAsync(new DeadLetterTaken(kept[0].Id, Retry: true), RunningFog.Cancel);
        Assert.Equal([kept[1].Id], fog.Node.Look(core => core.SetAside.All.Select(l => l.Id).ToList()));
    }

    [Fact]
    public async Task However_much_nonsense_comes_only_the_latest_of_it_is_kept_and_the_rest_is_counted()
    {
        await using var fog = await RunningFog.StartAsync();
        await Task.WhenAll(
            Enumerable
                .Range(0, DeadLetters.Capacity + 50)
                .Select(n => fog.Node.AcceptAsync(new MessageSetAside("c", $"t/{n}", "why", 1, "x"), RunningFog.Cancel))
        );
        Assert.Equal(
            (DeadLetters.Capacity, 1050L, 50L),
            fog.Node.Look(core => (core.SetAside.All.Count, core.SetAside.Came, core.SetAside.Lost))
        );
    }
}
