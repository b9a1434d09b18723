using System.Device.Gpio;
using Mesh.Contracts;
using Mesh.Edge;
using Mesh.Nodes;
using Mesh.Rules.Yaml;
using Xunit;

namespace Mesh.Tests.Edge;

public sealed class AgentSettingsTests
{
    private const string Good = """
        replay:
        - {file: events.txt, mapping: casas.mapping.yaml, speed: max, times: 2}
        - {file: more.jsonl, speed: 60, source: second}
        sensors:
        - {device: pir-101, sensor: occupancy, driver: simulated-pin, pin: 4, labels: {room: 101}}
        - {device: door-1, sensor: door, driver: gpio, pin: 5, pull: up, active_low: true, debounce: 50ms, every: 1m, active: closed, inactive: open}
        actuators:
        - {device: lock-101, sensor: lock, driver: simulated-lock, delay: 1s, jams: 0.1, seed: 3, initially: locked}
        - {device: lamp-1, sensor: lamp, driver: gpio, pin: 6}
        """;

    [Fact]
    public void The_sections_of_an_agent_are_read()
    {
        var settings = Read(Good, out var diagnostics);

        Assert.Empty(diagnostics);
        Assert.Equal(
            [("events.txt", double.PositiveInfinity, 2), ("more.jsonl", 60, 1)],
            settings.Replays.Select(r => (r.File, r.Speed, r.Times))
        );
        Assert.Equal([null, "second"], settings.Replays.Select(r => r.Source));
        Assert.Equal(new Labels([new("room", "101")]), settings.Sensors[0].Options.Identity.Labels);
        var door = settings.Sensors[1].Options;
        Assert.Equal((PinMode.InputPullUp, true, Value.Of("closed")), (door.Mode, door.ActiveLow, door.Active));
        Assert.Equal((TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(1)), (door.Debounce, door.Every));
        Assert.True(settings.Actuators[0].Lock is { Locked: true, Jams: 0.1, Seed: 3 });
        Assert.Equal((PinDriver.Gpio, 6), (settings.Actuators[1].Driver, settings.Actuators[1].Pin));
    }

    [Theory]
    [InlineData(
        "simulated-pin",
        "simulated-pn",
        "m:5:48: error: 'driver' is 'simulated-pn'; expected is simulated-pin or gpio (did you mean 'simulated-pin'?)"
    )]
    [InlineData("pin: 4, ", "", "m:5:3: error: a sensor has no 'pin'")]
    [InlineData("pin: 4", "pin: four", "m:5:68: error: 'pin' is 'four'; a whole number from 0 to 1023 is expected")]
    [InlineData(
        "device: pir-101",
        "device: pir 101",
        "m:5:12: error: 'pir 101' is no device id; letters, digits and . _ - : are expected"
    )]
    [InlineData("jams: 0.1", "jams: 10", "m:8:77: error: 'jams' is '10'; a number from 0 to 1 is expected")]
    [InlineData("delay: 1s", "dealy: 1s", "m:8:60: error: an actuator has no entry 'dealy' (did you mean 'delay'?)")]
    [InlineData("speed: 60", "speed: fast", "m:3:29: error: 'speed' is 'fast'; a number above 0, or max, is expected")]
    [InlineData("times: 2", "times: 0", "m:2:70: error: 'times' is '0'; a whole number from 1 to 1000000 is expected")]
    [InlineData("file: more.jsonl, ", "", "m:3:3: error: a replay has no 'file'")]
    [InlineData("every: 1m", "every: 1ms", "m:6:107: error: 'every' is shorter than 100ms")]
    [InlineData(
        "device: lamp-1, sensor: lamp",
        "device: lock-101, sensor: lock",
        "m:1:1: error: the actuator lock-101/lock is given twice: m:8:3 and m:9:3"
    )]
    public void A_fault_is_told_with_its_place(string part, string by, string error)
    {
        Assert.Contains(part, Good);

        Read(Good.Replace(part, by), out var diagnostics);

        Assert.Equal([error], diagnostics);
    }

    [Fact]
    public void What_cannot_be_opened_is_told_in_one_sentence_and_the_others_go_on()
    {
        var feed = new SensorFeed("edge-1", 1);
        var settings = Read(Good, out _);
        using var attached = new AttachedDevices(
            settings,
            feed,
            TimeProvider.System,
            () => throw new PlatformNotSupportedException("no chip\nand a long story")
        );

        Assert.Equal(
            ["m:6:3: door-1/door is silent: this machine has no GPIO pins that can be used (no chip)"],
            attached.Problems
        );
        Assert.Equal(2, feed.Published);
        Assert.True(attached.Actuators.Drives("lock-101"));
        Assert.False(attached.Actuators.Drives("lamp-1"));
    }

    [Fact]
    public void A_pin_that_does_not_exist_silences_only_its_own_sensor()
    {
        var feed = new SensorFeed("edge-1", 1);
        var settings = Read(Good.Replace("pin: 5", "pin: 40"), out _);
        using var attached = new AttachedDevices(
            settings,
            feed,
            TimeProvider.System,
            () => new GpioController(new SimulatedGpioDriver(28))
        );

        Assert.StartsWith(
            "m:6:3: door-1/door is silent: there is no pin 40; there are 0 to 27",
            attached.Problems.Single()
        );
        Assert.True(attached.Actuators.Drives("lamp-1"));
        Assert.Equal(3, feed.Published);
    }

    [Fact]
    public void How_the_lanes_go_up_is_read_and_every_error_has_its_place()
    {
        var good = ReadHop(
            "{keep_after_ack: 2h, prefer_after: 1m, reconnect_spread: 10s, rate: 256KiB/s, ttl: {readings: 7d}}",
            out var none
        );
        Assert.Empty(none);
        Assert.Equal(
            (TimeSpan.FromHours(2), TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(10), 256 * 1024),
            (good.KeepAfterAck, good.PreferAfter, good.ReconnectSpread, good.Rate)
        );
        Assert.Equal([null, null, null, TimeSpan.FromDays(7)], good.Ttl);

        ReadHop("{rate: fast, ttl: {reading: 7d}, keep_after_ack: long}", out var errors);
        Assert.Equal(3, errors.Count);
        Assert.Contains(
            "m:1:8: error: 'rate' is 'fast'; bytes a second such as 256KiB/s, 2MiB/s or 500B/s are expected",
            errors
        );
    }

    private static HopSettings ReadHop(string text, out IReadOnlyList<string> errors)
    {
        var diagnostics = new Diagnostics();
        var fields = new YamlFields(YamlTree.Parse("m", text, diagnostics), "how the lanes go up", diagnostics);
        var settings = HopSettings.Read(fields, diagnostics);
        fields.Close();
        errors = [.. diagnostics.Items.Select(d => d.ToString())];
        return settings;
    }

    private static AgentSettings Read(string text, out IReadOnlyList<string> errors)
    {
        var diagnostics = new Diagnostics();
        var fields = new YamlFields(
            YamlTree.Parse("m", text.ReplaceLineEndings("\n"), diagnostics),
            "a node",
            diagnostics
        );
        var settings = AgentSettingsReader.Read(fields, diagnostics);
        fields.Close();
        errors = [.. diagnostics.Items.Select(d => d.ToString())];
        return settings;
    }
}
