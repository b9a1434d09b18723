using Mesh.Contracts;
using Mesh.Nodes;
using Mesh.Tests.Fogs;
using Mesh.World;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Mesh.Tests.Nodes;

/// <summary>An agent's node and its uplink against a real fog, or against one that says what the test wants.</summary>
public sealed class MqttUplinkTests
{
    [Fact]
    public async Task A_fog_that_restarts_in_the_middle_gets_every_reading_once()
    {
        await using var fog = await RunningFog.StartAsync();
        using var agent = Agent();
        using var uplink = await StartAsync(agent, fog.Address);
        var feeding = FeedAsync(agent, 1, 6_000);
        for (var stop = 0; stop < 2; stop++)
        {
            await NodeOnDiskTests.Until(() => Task.FromResult(fog.UpTo("agent-1", agent.Epoch) > 1500 * stop));
            await fog.CloseAsync();
            await fog.OpenAsync();
        }

        await feeding;
        await HeldAsync(fog, agent, 6_000);
        await uplink.StopAsync(OpenNode.Cancel);
    }

    [Fact]
    public async Task An_agent_that_restarts_in_the_middle_goes_on_where_it_was()
    {
        await using var fog = await RunningFog.StartAsync();
        var disk = new LockedDisk(new MemoryDisk());
        for (var life = 0; life < 3; life++)
        {
            using var agent = Agent(disk);
            using var uplink = await StartAsync(agent, fog.Address);
            await FeedAsync(agent, 1 + (life * 1000), 1000);
            await uplink.StopAsync(OpenNode.Cancel);
        }

        using var last = Agent(disk);
        using var drain = await StartAsync(last, fog.Address);
        await HeldAsync(fog, last, 3_000);
        await drain.StopAsync(OpenNode.Cancel);
    }

    [Fact]
    public async Task A_fog_that_has_lost_its_data_gets_all_that_is_still_here()
    {
        await using var fog = await RunningFog.StartAsync();
        using var agent = Agent();
        using var uplink = await StartAsync(agent, fog.Address);
        await FeedAsync(agent, 1, 1000);
        await HeldAsync(fog, agent, 1000);
        await fog.CloseAsync();
        fog.Wipe();
        await fog.OpenAsync();
        await FeedAsync(agent, 1001, 500);
        await HeldAsync(fog, agent, 1500);
        await uplink.StopAsync(OpenNode.Cancel);
    }

    [Fact]
    public async Task A_second_fog_with_an_older_journal_is_believed_as_well()
    {
        await using var older = await RunningFog.StartAsync(behind: TimeSpan.FromSeconds(2));
        await using var newer = await RunningFog.StartAsync();
        Assert.True(newer.Node.Epoch > older.Node.Epoch);
        using var agent = Agent();
        using var uplink = await StartAsync(agent, newer.Address, older.Address);
        await FeedAsync(agent, 1, 1000);
        await HeldAsync(newer, agent, 1000);
        await newer.CloseAsync();
        await FeedAsync(agent, 1001, 500);
        await HeldAsync(older, agent, 1500);
        await uplink.StopAsync(OpenNode.Cancel);
        await newer.OpenAsync();
    }

    [Fact]
    public async Task A_batch_that_got_lost_is_sent_again()
    {
        await using var fog = await FakeFog.StartAsync();
        fog.Lose = from => from is 501 or 1501;
        using var agent = Agent();
        await FeedAsync(agent, 1, 3000);
        using var uplink = await StartAsync(agent, fog.Address);
        await NodeOnDiskTests.Until(() => Task.FromResult(uplink.Acknowledged == 3000));
        Assert.Equal(Enumerable.Range(1, 3000).Select(i => (long)i), fog.Taken);
        Assert.Equal([501L, 1501L], fog.Lost);
        await uplink.StopAsync(OpenNode.Cancel);
    }

    [Fact]
    public async Task An_acknowledgement_of_an_earlier_journal_or_of_another_numbering_counts_for_nothing()
    {
        await using var fog = await FakeFog.StartAsync();
        fog.Silent = true;
        using var agent = Agent();
        using var uplink = await StartAsync(agent, fog.Address);
        await FeedAsync(agent, 1, 100);
        await NodeOnDiskTests.Until(() => Task.FromResult(fog.Taken.Count == 100));
        await fog.SayAsync("agent-1", new Acknowledgement(agent.Epoch, 100, FakeFog.Epoch - 1));
        await fog.SayAsync("agent-1", new Acknowledgement(agent.Epoch - 1, 100, FakeFog.Epoch));
        await fog.SayAsync("agent-1", new Acknowledgement(agent.Epoch, 40, FakeFog.Epoch));
        await NodeOnDiskTests.Until(() => Task.FromResult(agent.Look(core => core.DeliveredUpTo(Lane.Readings)) > 0));
        Assert.Equal(40, uplink.Acknowledged);
        Assert.Equal(40, agent.Look(core => core.DeliveredUpTo(Lane.Readings)));
        await uplink.StopAsync(OpenNode.Cancel);
    }

    [Fact]
    public async Task A_reading_that_no_batch_can_hold_is_skipped_and_keeps_nobody_waiting()
    {
        await using var fog = await RunningFog.StartAsync();
        using var agent = Agent();
        using var uplink = await StartAsync(agent, fog.Address);
        var text = Value.Of(new string('温', Limits.TextLength));
        var fields = Enumerable.Range(0, Limits.NamedValues).Select(i => KeyValuePair.Create($"f{i}", text));
        var large = new Reading
        {
            Device = "of-agent-1",
            Sensor = "note",
            Value = text,
            At = Some.Start,
            Seq = 1,
            Boot = 1,
            Fields = new Fields(fields),
        };
        await agent.AcceptAsync(new ReadingsArrived("agent-1", [large], null), OpenNode.Cancel);
        await FeedAsync(agent, 2, 10);
        await NodeOnDiskTests.Until(() => Task.FromResult(fog.UpTo("agent-1", agent.Epoch) == 11));
        Assert.Equal((10, 1), fog.Node.Look(core => (core.Counters.Readings, core.Counters.Skipped)));
        await uplink.StopAsync(OpenNode.Cancel);
    }

    [Fact]
    public async Task A_slow_actuator_holds_back_no_acknowledgement()
    {
        await using var fog = await RunningFog.StartAsync();
        using var agent = Agent();
        var release = new TaskCompletionSource();
        using var uplink = await StartAsync(
            agent,
            async command =>
            {
                await release.Task;
                return new CommandResult(command.Id, "done", null);
            },
            fog.Address
        );
        await FeedAsync(agent, 1, 10);
        await HeldAsync(fog, agent, 10);
        var order = new Command("c-1", "of-agent-1", "fan", Value.Of(true), 20_000, null);
        await fog.Node.AcceptAsync(new CommandOrdered(order), OpenNode.Cancel);
        await FeedAsync(agent, 11, 10);
        await NodeOnDiskTests.Until(() => Task.FromResult(uplink.Acknowledged == 20));
        Assert.Single(fog.Node.Look(core => core.Commands.All.ToList()));
        release.SetResult();
        await NodeOnDiskTests.Until(() => Task.FromResult(fog.Node.Look(core => core.Commands.All.Count) == 0));
        await uplink.StopAsync(OpenNode.Cancel);
    }

    [Fact]
    public async Task What_an_agents_rules_say_reaches_the_fog_and_goes_on_from_there_unchanged()
    {
        await using var fog = await RunningFog.StartAsync();
        using var agent = Node.Open(
            Some.Settings(node: "agent-1") with
            {
                Tier = Tier.Edge,
                Rules = [new NamedText("r.yaml", Some.Rules)],
            },
            new UplinkChoice(Enabled: true, Aggregates: false, AllReadings: true, []),
            new LockedDisk(new MemoryDisk()),
            TimeProvider.System,
            NullLogger.Instance
        );
        using var uplink = await StartAsync(agent, fog.Address);
        await FeedAsync(agent, 1, 250);
        await agent.AcceptAsync(
            new ReadingsArrived("agent-1", [], new Mark(Some.At(1000), Final: true)),
            OpenNode.Cancel
        );
        await NodeOnDiskTests.Until(() => Task.FromResult(uplink.IsDrained));
        foreach (var lane in Lanes.All)
        {
            var count = agent.Look(core => core.NextItem(lane)) - 1;
            Assert.True(count > 0, $"nothing in {lane}");
            Assert.Equal(count, agent.Look(core => core.DeliveredUpTo(lane)));
            Assert.Equal(count, fog.Node.Look(core => core.Marks.UpTo("agent-1", agent.Epoch, lane)));
        }

        await uplink.StopAsync(OpenNode.Cancel);
    }

    [Fact]
    public void A_fog_with_an_uplink_passes_on_what_agents_say_under_its_own_numbers_and_their_names()
    {
        var core = new NodeCore(Some.Settings(), 1);
        var said = Some.Detection(5, Severity.Warning).From("agent-1");
        var range = new LaneRange("agent-1", 3, Lane.Alarms, 1, [said], [], null);
        core.Turn(1, [new NodeStarted("test", TimeSpan.Zero, Some.Everything)], Some.Start, []);
        var frame = core.Turn(2, [new RangeArrived(range), new RangeArrived(range)], Some.Start, []);
        var item = Assert.Single(frame.Outputs.OfType<LaneItem>());
        Assert.Equal((Lane.Alarms, 1L, EventJson.Text(said)), (item.Lane, item.Item, EventJson.Text(item.Event)));
    }

    private static Node Agent(LockedDisk? disk = null) =>
        Node.Open(
            Some.Settings(node: "agent-1") with
            {
                Tier = Tier.Edge,
                Devices = null,
                SegmentBytes = 1024 * 1024,
            },
            new UplinkChoice(Enabled: true, Aggregates: false, AllReadings: true, []),
            disk ?? new LockedDisk(new MemoryDisk()),
            TimeProvider.System,
            NullLogger.Instance
        );

    private static Task<MqttUplink> StartAsync(Node agent, params Uri[] fogs) =>
        StartAsync(agent, command => Task.FromResult(new CommandResult(command.Id, "done", null)), fogs);

    private static async Task<MqttUplink> StartAsync(
        Node agent,
        Func<Command, Task<CommandResult>> obey,
        params Uri[] fogs
    )
    {
        var uplink = new MqttUplink(
            agent,
            fogs,
            (command, _) => obey(command),
            TimeProvider.System,
            NullLogger<MqttUplink>.Instance,
            "test"
        );
        await uplink.StartAsync(OpenNode.Cancel);
        return uplink;
    }

    private static async Task FeedAsync(Node agent, long from, int count)
    {
        for (var at = from; at < from + count; at += 250)
        {
            var readings = Some.Range(at, (int)Math.Min(250, from + count - at)).Items.Cast<Reading>().ToList();
            await agent.AcceptAsync(new ReadingsArrived("agent-1", readings, null), OpenNode.Cancel);
        }
    }

    private static async Task HeldAsync(RunningFog fog, Node agent, int count)
    {
        await NodeOnDiskTests.Until(() => Task.FromResult(fog.UpTo("agent-1", agent.Epoch) == count));
        var (readings, duplicates) = fog.Node.Look(core => (core.Counters.Readings, core.Counters.Duplicates));
        Assert.Equal((count, 0), (readings, duplicates));
        Assert.Equal(count, fog.Node.Look(core => core.Engine.Accepted));
    }
}
