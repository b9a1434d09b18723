using Mesh.Contracts;

namespace Mesh.Benchmarks.Rules;

/// <summary>A reading as it arrives: which agent sent it, and whether it is a repetition.</summary>
internal readonly record struct Arrival(string Source, Reading Reading, bool Repeated);

/// <summary>
/// Readings of 1,000 devices, one every 20 ms, up to a second old when they arrive; one in a hundred is sent twice.
/// Devices speak in random order, or in rounds (each once, always in the same order), which moves the slowest source
/// with every reading. Seeded: every run sees the same.
/// </summary>
internal sealed class Arrivals
{
    public const int Devices = 1_000;
    private const int InRoom = 4;
    private static readonly Timestamp Begin = Timestamp.Parse("2026-03-01T00:00:00Z");

    private readonly Random _random = new(20260301);
    private readonly long[] _seq = new long[Devices];
    private readonly Labels[] _labels = new Labels[Devices];
    private readonly bool[] _open = new bool[Devices];

    private readonly bool _inRounds;

    private Arrivals(bool inRounds) => _inRounds = inRounds;

    /// <summary>A temperature of 0 to 100 from every device.</summary>
    public static Arrival[] OfTemperature(int count, int sources, bool inRounds) =>
        new Arrivals(inRounds).Make(count, sources, Temperature);

    /// <summary>250 rooms, five in a home, each with a door and three motion sensors, one of them at the entry.</summary>
    public static Arrival[] OfHomes(int count, int sources, bool inRounds) =>
        new Arrivals(inRounds).Make(count, sources, InHome);

    private Arrival[] Make(int count, int sources, Func<Arrivals, int, (string Sensor, Value Value)> measure)
    {
        var names = Enumerable.Range(0, Devices).Select(d => $"device-{d:0000}").ToArray();
        var agents = Enumerable.Range(0, sources).Select(s => $"edge-{s:000}").ToArray();
        for (var d = 0; d < Devices; d++)
        {
            _labels[d] = LabelsOf(d);
        }

        var arrivals = new Arrival[count];
        var spoken = 0;
        for (var i = 0; i < count; i++)
        {
            if (i > 0 && i % 100 == 0)
            {
                arrivals[i] = arrivals[i - 1] with { Repeated = true };
                continue;
            }

            var d = _inRounds ? spoken++ % Devices : _random.Next(Devices);
            var (sensor, value) = measure(this, d);
            var received = Begin + TimeSpan.FromMilliseconds(20L * i);
            var reading = new Reading
            {
                Device = names[d],
                Sensor = sensor,
                Value = value,
                At = received - TimeSpan.FromMicroseconds(_random.Next(1_000_000)),
                Received = received,
                Seq = ++_seq[d],
                Boot = 1,
                Labels = _labels[d],
            };
            arrivals[i] = new Arrival(agents[d % sources], reading, Repeated: false);
        }

        return arrivals;
    }

    private static (string Sensor, Value Value) Temperature(Arrivals a, int device) =>
        ("temperature", Value.Of(a._random.Next(1_000) / 10.0));

    private static (string Sensor, Value Value) InHome(Arrivals a, int device)
    {
        if (device % InRoom != 0)
        {
            return ("motion", Value.Of(a._random.Next(10) == 0));
        }

        a._open[device] = !a._open[device];
        return ("door", Value.Of(a._open[device] ? "open" : "closed"));
    }

    private static Labels LabelsOf(int device)
    {
        var room = device / InRoom;
        return new Labels([
            new("home", $"home-{room / 5:00}"),
            new("room", $"room-{room:000}"),
            new("location", device % InRoom == 1 ? "Entry" : "Inside"),
        ]);
    }
}
