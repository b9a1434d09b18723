using System.Globalization;
using Mesh.Contracts;

namespace Mesh.Tests.Rules.Workload;

/// <summary>
/// A building whose rooms each have a thermometer (60 % of the readings, a random walk in tenths of a degree between 10
/// and 40), a motion sensor (25 %) and a door (15 %). One reading every 4 ms, in strictly increasing order. Seeded: the
/// same arguments give the same readings everywhere.
/// </summary>
internal sealed class BuildingWorkload
{
    public const int MaxFilters = 100_000;
    private static readonly Timestamp Begin = Timestamp.Parse("2026-03-01T00:00:00Z");
    private static readonly string[] Kinds = ["temperature", "motion", "door"];

    public BuildingWorkload(int readings, int rooms, ulong seed)
    {
        Rooms = [.. Enumerable.Range(0, rooms).Select(r => "room" + r.ToString("0000", CultureInfo.InvariantCulture))];
        Happenings = Happen(readings, new SplitMix(seed));
        var limits = new SplitMix(seed + 1);
        Limits = [.. Enumerable.Range(0, MaxFilters).Select(_ => (200 + limits.Next(250)) / 10.0)];
        End = At(Happenings[^1].Millis + 180_000);
    }

    public IReadOnlyList<string> Rooms { get; }

    public Happening[] Happenings { get; }

    /// <summary>What the i-th filter compares the temperature of the room <c>i % rooms</c> with.</summary>
    public IReadOnlyList<double> Limits { get; }

    /// <summary>Three minutes after the last reading, so that everything pending ends.</summary>
    public Timestamp End { get; }

    public static Timestamp At(long millis) => new(Begin.Micros + (millis * 1_000));

    /// <summary>The same, as readings of three devices in each room.</summary>
    public Reading[] Readings()
    {
        var devices = new Dictionary<(string, string), Device>();
        var readings = new Reading[Happenings.Length];
        for (var i = 0; i < readings.Length; i++)
        {
            var h = Happenings[i];
            if (!devices.TryGetValue((h.Room, h.Kind), out var device))
            {
                device = new Device($"{h.Kind}-{h.Room}", new Labels([new("room", h.Room)]));
                devices.Add((h.Room, h.Kind), device);
            }

            readings[i] = new Reading
            {
                Device = device.Name,
                Sensor = h.Kind,
                Value = Value.Of(h.Value),
                At = At(h.Millis),
                Boot = 1,
                Seq = ++device.Seq,
                Labels = device.Labels,
            };
        }

        return readings;
    }

    private Happening[] Happen(int count, SplitMix random)
    {
        var tenths = Rooms.Select(_ => 150 + random.Next(150)).ToArray();
        var happenings = new Happening[count];
        for (var i = 0; i < count; i++)
        {
            var room = random.Next(Rooms.Count);
            var kind = random.Next(100);
            var millis = (4L * i) + random.Next(4);
            happenings[i] =
                kind < 60
                    ? new Happening(millis, Rooms[room], Kinds[0], Walk(ref tenths[room], random) / 10.0)
                    : new Happening(millis, Rooms[room], Kinds[kind < 85 ? 1 : 2], random.Next(2));
        }

        return happenings;
    }

    private static int Walk(ref int tenths, SplitMix random) =>
        tenths = Math.Clamp(tenths + random.Next(11) - 5, 100, 400);

    private sealed class Device(string name, Labels labels)
    {
        public string Name { get; } = name;

        public Labels Labels { get; } = labels;

        public long Seq { get; set; }
    }
}
