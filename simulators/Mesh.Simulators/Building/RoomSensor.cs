using Mesh.Contracts;

namespace Mesh.Simulators;

/// <summary>One sensor of a room: how it measures, how often it reports, and whether a change makes it report at once.</summary>
internal sealed class RoomSensor
{
    private readonly Func<RoomState, Value> _measure;
    private readonly long _period;
    private readonly long _phase;
    private readonly long _offset;
    private readonly bool _onChange;
    private Value _said;

    private RoomSensor(
        Room room,
        string device,
        string sensor,
        string? unit,
        int period,
        bool onChange,
        Func<RoomState, Value> measure
    )
    {
        Device = $"{device}-{room.Name}";
        Sensor = sensor;
        Unit = unit;
        Period = TimeSpan.FromSeconds(period);
        _measure = measure;
        _period = period / Building.Step;
        _onChange = onChange;

        // Real sensors are not switched on in the same instant: each has its own place in the period and in the step.
        var chance = new Chance(room.Index, 8, sensor[0], sensor.Length);
        _phase = chance.Whole(0, (int)_period - 1);
        _offset = chance.Whole(0, (Building.Step * 1_000_000) - 1);
    }

    public string Device { get; }

    public string Sensor { get; }

    public string? Unit { get; }

    public TimeSpan Period { get; }

    /// <summary>The sensors of a room. One device may have several.</summary>
    public static IEnumerable<RoomSensor> Of(Room room)
    {
        yield return new(room, "pir", "occupancy", null, 60, true, s => Value.Of(s.Occupied));
        yield return new(room, "lock", "lock", null, 60, true, s => Value.Of(s.Locked ? "locked" : "unlocked"));
        yield return new(room, "climate", "temperature", "degC", 30, false, s => Noisy(s, s.Temperature, 0.05, 2));
        yield return new(room, "climate", "co2", "ppm", 30, false, s => Noisy(s, s.Co2, 6, 0));
        yield return new(room, "meter", "power", "W", 20, false, s => Noisy(s, s.Power, 0.02 * s.Power, 1));
        if (room.Kind == RoomKind.Kitchen)
        {
            yield return new(
                room,
                "fridge",
                "fridge_temperature",
                "degC",
                60,
                false,
                s => Noisy(s, s.FridgeTemperature, 0.1, 1)
            );
        }
    }

    public void Say(long now, RoomState state, Labels labels, List<Pending> into)
    {
        var due = ((now / Building.Step) + _phase) % _period == 0;
        if (!due && !_onChange)
        {
            return;
        }

        var value = _measure(state);
        if (due || value != _said)
        {
            _said = value;
            var at = new Timestamp((now * 1_000_000) + _offset);
            into.Add(new Pending(Device, Sensor, value, Unit, at, labels));
        }
    }

    private static Value Noisy(RoomState state, double value, double deviation, int digits) =>
        Value.Of(Math.Round(state.Chance.Normal(value, deviation), digits));
}
