using Mesh.Contracts;

namespace Mesh.Simulators;

/// <summary>
/// A simulated office building, or some floors of one: rooms with occupancy, a door lock, temperature, CO2 and power, and
/// a fridge in each kitchen. It has no clock: whoever drives it asks for the readings up to an instant, and a command
/// takes effect at the instant it has come to. Not safe for several threads; <see cref="BuildingRun"/> is.
/// </summary>
/// <remarks>
/// Each sensor says its value at once when it changes (occupancy, lock), and otherwise every 20 s (power), 30 s
/// (temperature, CO2) or 60 s (occupancy, lock, fridge): 9 readings a minute and room, 40 rooms about 365 a minute, or
/// 365 a second at sixty times the speed.
/// </remarks>
public sealed class Building
{
    /// <summary>Seconds of one step of the simulation.</summary>
    public const int Step = 5;

    private const int Day = 86_400;
    private static readonly TimeSpan StepTime = TimeSpan.FromSeconds(Step);

    private readonly BuildingOptions _options;
    private readonly BuildingRoom[] _rooms;
    private readonly SortedDictionary<string, long> _produced = new(StringComparer.Ordinal);
    private readonly Chance _jams;
    private readonly long _firstDay;
    private readonly long _boot;
    private long _second;

    public Building(BuildingOptions options)
    {
        _options = options;
        var rooms = Room.Layout(options.Rooms)
            .Where(r => options.Floors.Count == 0 || options.Floors.Contains(r.Floor));
        _rooms = [.. rooms.Select(r => new BuildingRoom(r, options))];
        if (_rooms.Length == 0)
        {
            throw new ArgumentException("there is no room on these floors", nameof(options));
        }

        var start = options.Start.Micros / 1_000_000 / Step * Step;
        _firstDay = start / Day;
        _jams = new Chance(options.Seed, 5, _rooms[0].Room.Index);
        _boot = options.Boot ?? (long)(new Chance(options.Seed, 6, start).Next() & (ulong)Limits.Number);

        // The day so far, unseen: at a quarter to six a building is not empty and cold.
        for (_second = _firstDay * Day; _second < start; _second += Step)
        {
            Advance(null);
        }
    }

    /// <summary>The virtual instant it has come to: every reading before it has been given out.</summary>
    public Timestamp Now => new(_second * 1_000_000);

    /// <summary>The rooms of this part.</summary>
    public IEnumerable<Room> Rooms => _rooms.Select(r => r.Room);

    /// <summary>The devices that obey commands.</summary>
    public IEnumerable<string> Locks => _rooms.Select(r => r.Lock);

    /// <summary>Readings given out so far, per device in the order of names: the simulator's own count, for whoever checks totals.</summary>
    public IReadOnlyDictionary<string, long> Produced => _produced;

    /// <summary>Readings given out so far.</summary>
    public long Total { get; private set; }

    /// <summary>
    /// The readings from <see cref="Now"/> up to <paramref name="instant"/> (rounded down to the step), in the order of
    /// their time. An instant that is past gives none.
    /// </summary>
    public IEnumerable<Reading> AdvanceTo(Timestamp instant)
    {
        var step = new List<Pending>();
        while (Now + StepTime <= instant)
        {
            step.Clear();
            Advance(step);
            _second += Step;
            step.Sort(static (a, b) => a.At != b.At ? a.At.CompareTo(b.At) : string.CompareOrdinal(a.Device, b.Device));
            foreach (var pending in step)
            {
                yield return Number(pending);
            }
        }
    }

    /// <summary>Orders a lock of this part, at <see cref="Now"/>; it says its new state within the next step.</summary>
    public CommandResult Execute(Command command)
    {
        var room = Array.Find(_rooms, r => r.Lock == command.Device);
        if (room is null)
        {
            return new CommandResult(command.Id, "unknown-device", $"no lock of this building is '{command.Device}'");
        }

        if (
            command.Sensor != "lock"
            || command.Value.Kind != ValueKind.Text
            || command.Value.Text is not ("locked" or "unlocked")
        )
        {
            return new CommandResult(command.Id, "failed", "a lock can be set to locked or unlocked");
        }

        if (_jams.Happens(_options.Jams))
        {
            return new CommandResult(command.Id, "failed", "the lock jammed");
        }

        room.State.Locked = command.Value.Text == "locked";
        return new CommandResult(command.Id, "done", null);
    }

    private void Advance(List<Pending>? into)
    {
        var day = Math.DivRem(_second, Day, out var second);
        var around = Weather.At(_second, _options.Seed);
        foreach (var room in _rooms)
        {
            room.Step(_second, day, around with { Second = second }, _firstDay, into);
        }
    }

    private Reading Number(Pending pending)
    {
        var seq = _produced.GetValueOrDefault(pending.Device) + 1;
        _produced[pending.Device] = seq;
        Total++;
        return new Reading
        {
            Device = pending.Device,
            Sensor = pending.Sensor,
            Value = pending.Value,
            Unit = pending.Unit,
            At = pending.At,
            Seq = seq,
            Boot = _boot,
            Labels = pending.Labels,
        };
    }
}

/// <summary>A reading without its number yet.</summary>
internal readonly record struct Pending(
    string Device,
    string Sensor,
    Value Value,
    string? Unit,
    Timestamp At,
    Labels Labels
);
