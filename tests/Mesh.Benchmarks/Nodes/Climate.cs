using Mesh.Contracts;

namespace Mesh.Benchmarks.Nodes;

/// <summary>
/// What a building's agent sends: 200 devices in turn report temperature, humidity, CO2 or power, which wander; ten
/// readings a second at instants of a millisecond. Seeded.
/// </summary>
internal sealed class Climate
{
    private const int Devices = 200;
    private static readonly (string Sensor, string Unit, double Start, double Step)[] Kinds =
    [
        ("temperature", "°C", 21, 0.1),
        ("humidity", "%", 45, 0.5),
        ("co2", "ppm", 600, 5),
        ("power", "W", 120, 1.5),
    ];

    private readonly Random _random = new(7);
    private readonly double[] _values = [.. Enumerable.Range(0, Devices).Select(d => Kinds[d % Kinds.Length].Start)];
    private readonly long[] _seq = new long[Devices];
    private readonly string[] _names = [.. Enumerable.Range(0, Devices).Select(d => $"env-{d:000}")];
    private Timestamp _now;
    private int _next;

    /// <param name="begin">The instant of the first reading.</param>
    public Climate(Timestamp begin) => _now = begin;

    public Reading[] Next(int count)
    {
        var readings = new Reading[count];
        for (var i = 0; i < count; i++)
        {
            var device = _next++ % Devices;
            var (sensor, unit, _, step) = Kinds[device % Kinds.Length];
            _values[device] = Math.Round(_values[device] + (step * (_random.Next(5) - 2)), 1);
            _now += TimeSpan.FromMilliseconds(80 + _random.Next(40));
            readings[i] = new Reading
            {
                Device = _names[device],
                Sensor = sensor,
                Unit = unit,
                Value = Value.Of(_values[device]),
                At = _now,
                Seq = ++_seq[device],
                Boot = 1,
            };
        }

        return readings;
    }
}
