using Mesh.Contracts;

namespace Mesh.Tests.Blocks;

/// <summary>What an office building reports: 20 rooms, five sensors each, every 10 s, received some milliseconds later.</summary>
internal static class Office
{
    private static readonly (string Sensor, string? Unit)[] s_sensors =
    [
        ("temperature", "Cel"),
        ("co2", "ppm"),
        ("power", "W"),
        ("occupancy", null),
        ("door", null),
    ];

    internal static Reading[] Readings(int count, int seed)
    {
        var random = new Random(seed);
        var readings = new Reading[count];
        var start = Timestamp.Parse("2026-03-01T08:00:00Z").Micros;
        for (var i = 0; i < count; i++)
        {
            var (round, place) = Math.DivRem(i, 100);
            var (room, sensor) = Math.DivRem(place, s_sensors.Length);
            var at = new Timestamp(start + (round * 10_000_000L) + (room * 137_000L));
            readings[i] = new Reading
            {
                Device = $"room-{100 + room}",
                Sensor = s_sensors[sensor].Sensor,
                Unit = s_sensors[sensor].Unit,
                Labels = new Labels([new("room", $"{100 + room}"), new("floor", $"{1 + (room / 10)}")]),
                Boot = 1,
                Seq = (round * s_sensors.Length) + sensor + 1,
                At = at,
                Received = at + TimeSpan.FromMilliseconds(20),
                Value = sensor switch
                {
                    0 => Value.Of(Math.Round(21 + (room * 0.1) + (random.NextDouble() * 0.2), 2)),
                    1 => Value.Of((double)random.Next(600, 620)),
                    2 => Value.Of(Math.Round(80 + (random.NextDouble() * 4), 1)),
                    3 => Value.Of(random.Next(10) == 0),
                    _ => Value.Of(random.Next(20) == 0 ? "open" : "closed"),
                },
            };
        }

        return readings;
    }
}
