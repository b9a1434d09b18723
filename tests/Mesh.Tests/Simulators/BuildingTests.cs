using System.Buffers;
using System.Text;
using System.Text.Json;
using Mesh.Contracts;
using Mesh.Rules.Yaml;
using Mesh.Simulators;
using Xunit;

namespace Mesh.Tests.Simulators;

public sealed class BuildingTests
{
    private static readonly BuildingOptions Monday = new();
    private static readonly TimeSpan HalfHour = TimeSpan.FromMinutes(30);

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_others()
    {
        Assert.Equal(Bytes(Run(Monday, HalfHour)), Bytes(Run(Monday, HalfHour)));
        Assert.NotEqual(Bytes(Run(Monday, HalfHour)), Bytes(Run(Monday with { Seed = 2 }, HalfHour)));
    }

    [Fact]
    public void Floors_apart_say_what_they_say_together()
    {
        var whole = Run(Monday, HalfHour);
        var parts = Enumerable.Range(1, 4).SelectMany(f => Run(Monday with { Floors = [f] }, HalfHour)).ToList();

        Assert.Equal(Bytes(Sorted(whole)), Bytes(Sorted(parts)));
    }

    [Fact]
    public void How_often_it_is_asked_changes_nothing()
    {
        var building = new Building(Monday);
        var readings = new List<Reading>();
        foreach (var seconds in (int[])[1, 4, 5, 5, 60, 7, 300, 300, 18, 1100])
        {
            readings.AddRange(building.AdvanceTo(building.Now + TimeSpan.FromSeconds(seconds)));
        }

        Assert.Equal(Bytes(Run(Monday, building.Now - Monday.Start)), Bytes(readings));
    }

    [Fact]
    public void Readings_come_in_order_with_numbers_without_a_hole_and_are_counted()
    {
        var building = new Building(Monday);

        var readings = building.AdvanceTo(Monday.Start + HalfHour).ToList();

        Assert.Equal(readings.Select(r => r.At).Order(), readings.Select(r => r.At));
        Assert.All(readings, r => Assert.True(r.At >= Monday.Start && r.At < Monday.Start + HalfHour));
        foreach (var device in readings.GroupBy(r => r.Device))
        {
            Assert.Equal(Enumerable.Range(1, device.Count()).Select(i => (long)i), device.Select(r => r.Seq));
            Assert.Equal(device.Count(), building.Produced[device.Key]);
        }

        Assert.Equal(readings.Count, building.Total);
        Assert.Equal((4 * 40) + 4, building.Produced.Count);
        Assert.InRange(readings.Count, 9 * 40 * 30, 10 * 40 * 30);
    }

    [Fact]
    public void The_clock_never_returns()
    {
        var building = new Building(Monday);
        _ = building.AdvanceTo(Monday.Start + HalfHour).Count();

        Assert.Empty(building.AdvanceTo(Monday.Start));
        Assert.Equal(Monday.Start + HalfHour, building.Now);
    }

    [Fact]
    public void A_week_is_plausible_by_time_of_day()
    {
        var start = Timestamp.Parse("2026-03-02T00:00:00Z");
        var readings = Run(Monday with { Start = start, Rooms = 10 }, TimeSpan.FromDays(7));
        var occupancy = readings.Where(r => r.Sensor == "occupancy").ToList();

        Within(Of(readings, "co2"), 380, 2500);
        Within(Of(readings, "temperature"), 4, 27);
        Within(Of(readings, "power"), 5, 800);
        Assert.InRange(Share(occupancy, day => day < 5, 10, 11.5), 0.45, 0.95);
        Assert.InRange(Share(occupancy, day => day < 5, 2, 5), 0, 0.02);
        Assert.InRange(Share(occupancy, day => day >= 5, 10, 15), 0, 0.2);
        Assert.True(Share(occupancy, d => d < 5, 12.25, 12.75) < Share(occupancy, d => d < 5, 10.5, 11));

        // Air, warmth and current follow people.
        Assert.True(Mean(readings, "co2", 15, 16) > Mean(readings, "co2", 4, 5) + 200);
        Assert.True(Mean(readings, "power", 10, 11) > 2 * Mean(readings, "power", 3, 4));
        Assert.True(Mean(readings, "temperature", 15, 16) > Mean(readings, "temperature", 5, 6));
    }

    // What the demo promises: whatever the seed, its half hour has something of each kind.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void The_first_half_hour_has_something_to_find(int seed)
    {
        var rooms = Run(Monday with { Seed = seed }, HalfHour)
            .GroupBy(r => r.Labels.TryGet("room", out var room) ? room : "")
            .Select(g => new RoomLog(g))
            .ToList();

        Assert.Contains(rooms, r => r.Longest(o => o is { Occupied: false, Lock: "unlocked" }).TotalMinutes > 2);
        Assert.Contains(rooms, r => r.Longest(o => o.Co2 > 1000).TotalMinutes > 2);
        Assert.Contains(rooms, r => r.All("co2").Exists(v => v > 1000) && r.All("co2")[^1] < 800);
        Assert.Contains(rooms, r => r.Longest(o => o is { Occupied: false, Power: > 100 }).TotalMinutes > 6);
        Assert.Contains(rooms, r => r.All("fridge_temperature") is [.., > 9]);
        Assert.Contains(rooms, r => r.All("temperature")[20..].Average() < 17.5);
        Assert.Contains(rooms, r => r.Changes > 0);
    }

    [Fact]
    public void A_lock_obeys_at_the_virtual_instant_and_says_so()
    {
        var building = new Building(Monday with { Jams = 0 });
        var before = building.AdvanceTo(Monday.Start + TimeSpan.FromMinutes(2)).ToList();
        var open = before.Last(r => r.Value == Value.Of("unlocked")).Device;

        var result = building.Execute(Order(open, "lock", "locked"));
        var after = building.AdvanceTo(building.Now + TimeSpan.FromSeconds(5)).ToList();

        Assert.Equal(new CommandResult("1", "done", null), result);
        Assert.Equal(Value.Of("locked"), after.Single(r => r.Device == open).Value);
    }

    [Theory]
    [InlineData("lock-999", "lock", "locked", "unknown-device")]
    [InlineData("lock-101", "bolt", "locked", "failed")]
    [InlineData("lock-101", "lock", "ajar", "failed")]
    public void A_command_that_makes_no_sense_is_refused(string device, string sensor, string value, string outcome)
    {
        var building = new Building(Monday with { Jams = 0 });

        Assert.Equal(outcome, building.Execute(Order(device, sensor, value)).Outcome);
    }

    [Fact]
    public void A_lock_jams_as_often_as_it_is_told()
    {
        var building = new Building(Monday with { Jams = 0.25 });

        var failed = Enumerable
            .Range(0, 400)
            .Count(_ => building.Execute(Order("lock-101", "lock", "locked")).Outcome == "failed");

        Assert.InRange(failed, 60, 140);
    }

    [Fact]
    public void The_registry_names_every_device_with_its_room()
    {
        var diagnostics = new Diagnostics();
        var root = (YamlMapping)YamlTree.Parse("devices.yaml", BuildingDevices.Yaml(40), diagnostics)!;
        var devices = (YamlMapping)root.Find("devices")!;
        var building = new Building(Monday);
        _ = building.AdvanceTo(Monday.Start + HalfHour).Count();

        Assert.Empty(diagnostics.Items);
        Assert.Equal(building.Produced.Keys, devices.Entries.Select(e => e.Key.Text).Order(StringComparer.Ordinal));
        var labels = (YamlMapping)((YamlMapping)devices.Find("climate-208")!).Find("labels")!;
        Assert.Equal(
            ["floor=2", "kind=meeting", "room=208"],
            labels.Entries.Select(e => $"{e.Key.Text}={((YamlScalar)e.Value).Text}")
        );
    }

    [Fact]
    public void The_rule_files_are_there_and_are_yaml()
    {
        Assert.Equal(
            ["floors.rules.yaml", "nights.rules.yaml", "offices.rules.yaml"],
            BuildingRules.Files.Select(f => f.Name)
        );
        foreach (var file in BuildingRules.Files)
        {
            var diagnostics = new Diagnostics();
            Assert.NotNull(YamlTree.Parse(file.Name, file.Text, diagnostics));
            Assert.Empty(diagnostics.Items);
        }
    }

    private static Command Order(string device, string sensor, string value) =>
        new("1", device, sensor, Value.Of(value), 1000, null);

    private static List<Reading> Run(BuildingOptions options, TimeSpan length) =>
        [.. new Building(options).AdvanceTo(options.Start + length)];

    private static IEnumerable<Reading> Sorted(IEnumerable<Reading> readings) =>
        readings.OrderBy(r => r.At).ThenBy(r => r.Device, StringComparer.Ordinal).ThenBy(r => r.Seq);

    private static string Bytes(IEnumerable<Reading> readings)
    {
        var buffer = new ArrayBufferWriter<byte>();
        foreach (var reading in readings)
        {
            using var writer = new Utf8JsonWriter(buffer);
            ReadingJson.Write(writer, reading);
            writer.Flush();
            buffer.Write("\n"u8);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static IEnumerable<double> Of(IEnumerable<Reading> readings, string sensor) =>
        readings.Where(r => r.Sensor == sensor).Select(r => r.Value.Number);

    private static void Within(IEnumerable<double> values, double min, double max)
    {
        Assert.InRange(values.Min(), min, max);
        Assert.InRange(values.Max(), min, max);
    }

    private static double Hour(Reading reading) => reading.At.ToDateTimeOffset().TimeOfDay.TotalHours;

    private static double Mean(IEnumerable<Reading> readings, string sensor, double from, double to) =>
        Of(readings.Where(r => Day(r) < 5 && Hour(r) >= from && Hour(r) < to), sensor).Average();

    private static int Day(Reading reading) => ((int)reading.At.ToDateTimeOffset().DayOfWeek + 6) % 7;

    // Of what PIRs in offices said at these hours, how much was "somebody".
    private static double Share(IEnumerable<Reading> occupancy, Func<int, bool> days, double from, double to)
    {
        var said = occupancy
            .Where(r => r.Labels.TryGet("kind", out var kind) && kind == "office")
            .Where(r => days(Day(r)) && Hour(r) >= from && Hour(r) < to)
            .ToList();
        return said.Count(r => r.Value.IsTrue) / (double)said.Count;
    }
}
