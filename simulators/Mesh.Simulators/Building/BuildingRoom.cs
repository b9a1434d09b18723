using Mesh.Contracts;

namespace Mesh.Simulators;

/// <summary>A room with its sensors: which say what, and when.</summary>
internal sealed class BuildingRoom
{
    private readonly long _seed;
    private readonly Labels _labels;
    private readonly List<RoomSensor> _sensors;
    private Presence _presence = null!;
    private long _day = -1;

    public BuildingRoom(Room room, BuildingOptions options)
    {
        Room = room;
        State = new RoomState(room, options.Seed);
        _seed = options.Seed;
        _labels = options.LabelReadings ? room.Labels : Labels.Empty;
        _sensors = [.. RoomSensor.Of(room)];
    }

    public Room Room { get; }

    public RoomState State { get; }

    public string Lock => $"lock-{Room.Name}";

    /// <param name="now">Seconds since 1970.</param>
    /// <param name="day">Days since 1970.</param>
    /// <param name="around">What surrounds the room.</param>
    /// <param name="firstDay">The day the simulation started on.</param>
    /// <param name="into">Where readings go; null: nobody listens yet.</param>
    public void Step(long now, long day, Surroundings around, long firstDay, List<Pending>? into)
    {
        if (day != _day)
        {
            (_day, _presence) = (day, Presence.Of(_seed, Room, day));
        }

        var window = Faults.WindowOpen(_seed, Room, day, around.Second, firstDay);
        var fridge = Room.Kind == RoomKind.Kitchen && Faults.FridgeFailed(_seed, Room, day, around.Second, firstDay);
        State.Step(now, Building.Step, around, _presence, window, fridge);
        if (into is not null)
        {
            foreach (var sensor in _sensors)
            {
                sensor.Say(now, State, _labels, into);
            }
        }
    }
}
