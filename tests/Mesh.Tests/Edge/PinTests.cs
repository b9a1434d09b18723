using System.Device.Gpio;
using Mesh.Contracts;
using Mesh.Edge;
using Mesh.Nodes;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Mesh.Tests.Edge;

public sealed class PinTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly SensorIdentity Pir = new("pir-101", "occupancy", null, new Labels([new("room", "101")]));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private readonly FakeTimeProvider _time = new(Start);
    private readonly SimulatedGpioDriver _world = new();
    private readonly GpioController _pins;
    private readonly SensorFeed _feed = new("edge-1", boot: 7);

    public PinTests() => _pins = new GpioController(_world);

    public void Dispose() => _pins.Dispose();

    [Fact]
    public async Task A_pin_says_its_value_at_the_start_and_at_each_change()
    {
        using (
            Sensor(
                new PinSensorOptions
                {
                    Identity = Pir,
                    Pin = 4,
                    Debounce = TimeSpan.Zero,
                }
            )
        )
        {
            At(1, PinValue.High);
            At(2, PinValue.High);
            At(3, PinValue.Low);
        }

        At(4, PinValue.High);

        Assert.Equal([(0.0, Value.False, 1L), (1, Value.True, 2), (3, Value.False, 3)], await Said());
    }

    [Fact]
    public async Task A_bouncing_contact_changes_once_at_its_first_edge()
    {
        using var sensor = Sensor(
            new PinSensorOptions
            {
                Identity = Pir,
                Pin = 4,
                Debounce = TimeSpan.FromMilliseconds(20),
            }
        );
        foreach (var ms in (int[])[1000, 1003, 1005, 1010, 1012])
        {
            At(ms / 1000.0, _world.Level(4) == PinValue.High ? PinValue.Low : PinValue.High);
        }

        At(1.05, PinValue.High);

        Assert.Equal([(0.0, Value.False, 1L), (1, Value.True, 2)], await Said());
    }

    [Fact]
    public async Task A_glitch_shorter_than_the_debouncing_is_no_change()
    {
        using var sensor = Sensor(
            new PinSensorOptions
            {
                Identity = Pir,
                Pin = 4,
                Debounce = TimeSpan.FromMilliseconds(20),
            }
        );
        At(1, PinValue.High);
        At(1.01, PinValue.Low);
        At(5, PinValue.Low);

        Assert.Equal([(0.0, Value.False, 1L)], await Said());
    }

    [Fact]
    public async Task A_contact_to_ground_is_active_when_low_and_its_pull_up_holds_it_otherwise()
    {
        var options = new PinSensorOptions
        {
            Identity = Pir,
            Pin = 4,
            ActiveLow = true,
            Mode = PinMode.InputPullUp,
            Debounce = TimeSpan.Zero,
            Active = Value.Of("closed"),
            Inactive = Value.Of("open"),
        };
        using var sensor = Sensor(options);
        At(1, PinValue.Low);

        Assert.Equal([(0.0, Value.Of("open"), 1L), (1, Value.Of("closed"), 2)], await Said());
    }

    [Fact]
    public async Task An_unchanged_value_is_said_again_every_so_often()
    {
        using var sensor = Sensor(
            new PinSensorOptions
            {
                Identity = Pir,
                Pin = 4,
                Every = TimeSpan.FromSeconds(30),
            }
        );
        for (var i = 0; i < 9; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.Equal([(0.0, 1L), (30, 2), (60, 3), (90, 4)], (await Said()).Select(s => (s.At, s.Seq)));
    }

    [Fact]
    public async Task Two_sensors_of_one_device_share_its_numbers()
    {
        using var one = Sensor(
            new PinSensorOptions
            {
                Identity = Pir,
                Pin = 4,
                Debounce = TimeSpan.Zero,
            }
        );
        using var two = Sensor(
            new PinSensorOptions
            {
                Identity = Pir with { Sensor = "tamper" },
                Pin = 5,
                Debounce = TimeSpan.Zero,
            }
        );
        At(1, PinValue.High);

        Assert.Equal([1L, 2, 3], (await Said()).Select(s => s.Seq));
    }

    [Fact]
    public void A_feed_that_nobody_empties_refuses_the_newest_and_counts_it()
    {
        var feed = new SensorFeed("edge-1", boot: 7, capacity: 2);

        Assert.Equal([true, true, false], Enumerable.Range(0, 3).Select(_ => feed.Publish(Pir, Value.True, default)));
        Assert.Equal((2, 1), (feed.Published, feed.Lost));
    }

    [Fact]
    public async Task A_relay_on_a_pin_is_switched_and_says_so()
    {
        var relay = new PinActuator(_pins, 17, activeLow: true, Pir with { Sensor = "relay" }, _feed, _time);
        Assert.Equal(PinValue.High, _world.Level(17));

        var done = await relay.ObeyAsync(new Command("1", "pir-101", "relay", Value.True, 1, null), Cancellation);
        var refused = await relay.ObeyAsync(
            new Command("2", "pir-101", "relay", Value.Of("on"), 1, null),
            Cancellation
        );

        Assert.Equal(("done", PinValue.Low), (done.Outcome, _world.Level(17)));
        Assert.Equal("'on' was ordered; true or false is expected", refused.Detail);
        Assert.Equal([Value.False, Value.True], (await Said()).Select(s => s.Value));
    }

    [Fact]
    public void Waiting_for_an_edge_ends_when_it_is_cancelled()
    {
        _pins.OpenPin(3, PinMode.Input);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();

        Assert.True(_pins.WaitForEvent(3, PinEventTypes.Rising, cancelled.Token).TimedOut);
    }

    private PinSensor Sensor(PinSensorOptions options) => new(_pins, options, _feed, _time);

    private void At(double seconds, PinValue level)
    {
        _time.Advance(Start + TimeSpan.FromSeconds(seconds) - _time.GetUtcNow());
        _world.Drive(4, level);
    }

    private async Task<List<(double At, Value Value, long Seq)>> Said()
    {
        var said = new List<Reading>();
        _feed.Complete();
        await _feed.RunAsync(
            (input, _) =>
            {
                said.AddRange((input as ReadingsArrived)?.Readings ?? []);
                return ValueTask.CompletedTask;
            },
            TestContext.Current.CancellationToken
        );
        Assert.All(said, r => Assert.Equal(("pir-101", 7L, Pir.Labels), (r.Device, r.Boot, r.Labels)));
        return [.. said.Select(r => ((r.At - Timestamp.From(Start)).TotalSeconds, r.Value, r.Seq))];
    }
}
