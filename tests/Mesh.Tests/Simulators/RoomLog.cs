using Mesh.Contracts;

namespace Mesh.Tests.Simulators;

/// <summary>What was said in one room, replayed by plain loops: an oracle that knows nothing of rules.</summary>
internal sealed class RoomLog(IEnumerable<Reading> readings)
{
    private readonly List<Reading> _readings = [.. readings];

    public bool? Occupied { get; private set; }

    public string? Lock { get; private set; }

    public double Co2 { get; private set; }

    public double Power { get; private set; }

    /// <summary>How often occupancy changed.</summary>
    public int Changes
    {
        get
        {
            var said = _readings.Where(r => r.Sensor == "occupancy").Select(r => r.Value.IsTrue).ToList();
            return said.Zip(said.Skip(1)).Count(pair => pair.First != pair.Second);
        }
    }

    public List<double> All(string sensor) => [.. _readings.Where(r => r.Sensor == sensor).Select(r => r.Value.Number)];

    /// <summary>The longest time over which a condition on the latest values held.</summary>
    public TimeSpan Longest(Func<RoomLog, bool> condition)
    {
        Timestamp? since = null;
        var longest = TimeSpan.Zero;
        foreach (var reading in _readings)
        {
            Take(reading);
            since = condition(this) ? since ?? reading.At : null;
            if (since is { } from && reading.At - from > longest)
            {
                longest = reading.At - from;
            }
        }

        return longest;
    }

    private void Take(Reading reading)
    {
        switch (reading.Sensor)
        {
            case "occupancy":
                Occupied = reading.Value.IsTrue;
                break;
            case "lock":
                Lock = reading.Value.Text;
                break;
            case "co2":
                Co2 = reading.Value.Number;
                break;
            case "power":
                Power = reading.Value.Number;
                break;
        }
    }
}
