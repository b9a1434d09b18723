using Mesh.Contracts;
using Mesh.Edge;
using Xunit;

namespace Mesh.Tests.Edge;

public sealed class ActuatorTests
{
    private static readonly SensorIdentity Door = new("lock-101", "lock", null, Labels.Empty);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private readonly JumpingTime _time = new();
    private readonly SensorFeed _feed = new("edge-1", boot: 1);
    private readonly Actuators _actuators;

    public ActuatorTests() => _actuators = new Actuators(_time);

    [Fact]
    public async Task A_lock_obeys_after_its_delay_and_says_its_state()
    {
        var door = Lock(jams: 0);

        var running = _actuators.ExecuteAsync(Order("1", "locked"), Cancellation);
        await Settle(running);

        Assert.Equal(new CommandResult("1", "done", null), await running);
        Assert.True(door.Locked);
        Assert.Equal(2, _feed.Published);
    }

    [Fact]
    public async Task The_same_command_twice_is_carried_out_once_and_answered_twice()
    {
        var door = Lock(jams: 0);
        var first = _actuators.ExecuteAsync(Order("1", "locked"), Cancellation);
        var again = _actuators.ExecuteAsync(Order("1", "locked"), Cancellation);
        await Settle(first);
        await Settle(_actuators.ExecuteAsync(Order("2", "unlocked"), Cancellation));

        var late = await _actuators.ExecuteAsync(Order("1", "locked"), Cancellation);

        Assert.Equal(await first, await again);
        Assert.Equal(await first, late);
        Assert.False(door.Locked);
        Assert.Equal(3, _feed.Published);
    }

    [Fact]
    public async Task What_an_earlier_run_has_done_is_not_done_again()
    {
        var door = Lock(jams: 0);
        _actuators.Remember(new CommandResult("1", "done", null));

        Assert.Equal("done", (await _actuators.ExecuteAsync(Order("1", "locked"), Cancellation)).Outcome);
        Assert.False(door.Locked);
    }

    [Fact]
    public async Task An_expired_command_is_never_carried_out()
    {
        var door = Lock(jams: 0);

        var result = await _actuators.ExecuteAsync(Order("1", "locked") with { ExpiresMs = 0 }, Cancellation);

        Assert.Equal("expired", result.Outcome);
        Assert.False(door.Locked);
    }

    [Fact]
    public async Task A_command_that_expires_while_it_waits_for_the_one_before_is_not_carried_out()
    {
        var door = Lock(jams: 0);
        var first = _actuators.ExecuteAsync(Order("1", "locked"), Cancellation);
        var second = _actuators.ExecuteAsync(Order("2", "unlocked") with { ExpiresMs = 300 }, Cancellation);
        await Settle(first);
        await Settle(second);

        Assert.Equal(("done", "expired"), ((await first).Outcome, (await second).Outcome));
        Assert.True(door.Locked);
    }

    [Fact]
    public async Task A_lock_that_jams_says_so_and_keeps_its_state()
    {
        var door = Lock(jams: 1);
        var running = _actuators.ExecuteAsync(Order("1", "locked"), Cancellation);
        await Settle(running);

        Assert.Equal(new CommandResult("1", "failed", "the lock jammed"), await running);
        Assert.False(door.Locked);
    }

    [Theory]
    [InlineData("lock-102", "lock", "unknown-device", "this agent does not drive 'lock-102'")]
    [InlineData("lock-101", "bolt", "failed", "'lock-101' has no 'bolt' to set; it has lock")]
    public async Task A_command_for_what_is_not_there_is_answered(
        string device,
        string sensor,
        string outcome,
        string detail
    )
    {
        Lock(jams: 0);

        var result = await _actuators.ExecuteAsync(
            new Command("1", device, sensor, Value.Of("locked"), 1000, null),
            Cancellation
        );

        Assert.Equal(new CommandResult("1", outcome, detail), result);
    }

    [Fact]
    public async Task A_driver_that_throws_is_an_answer_and_the_next_command_goes_on()
    {
        var calls = 0;
        _actuators.Add(
            "x",
            "y",
            (c, _) =>
                ++calls == 1
                    ? throw new IOException("the wire broke")
                    : Task.FromResult(new CommandResult(c.Id, "done", null))
        );

        var first = await _actuators.ExecuteAsync(new Command("1", "x", "y", Value.True, 1000, null), Cancellation);
        var second = await _actuators.ExecuteAsync(new Command("2", "x", "y", Value.True, 1000, null), Cancellation);

        Assert.Equal(new CommandResult("1", "failed", "the wire broke"), first);
        Assert.Equal("done", second.Outcome);
    }

    private SimulatedLock Lock(double jams)
    {
        var door = new SimulatedLock(new SimulatedLockOptions { Identity = Door, Jams = jams }, _feed, _time);
        _actuators.Add(Door.Device, Door.Sensor, door.ObeyAsync);
        return door;
    }

    private static Command Order(string id, string value) => new(id, "lock-101", "lock", Value.Of(value), 30_000, null);

    // The bolt's delay is on the fake clock, which moves when the bolt does and not before, however long a thread is waited for.
    private Task Settle(Task work) => _time.RunAsync(work, Cancellation);
}
