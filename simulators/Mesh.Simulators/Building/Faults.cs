namespace Mesh.Simulators;

/// <summary>
/// What goes wrong, as a pure function of seed and day. The day the simulation starts on has all of it, so that a demo
/// has something to find.
/// </summary>
internal static class Faults
{
    private const double Hour = 3600;

    /// <summary>One office of each floor has its window open from the afternoon until the next morning.</summary>
    public static bool WindowOpen(long seed, Room room, long day, double second, long firstDay)
    {
        var open = second switch
        {
            >= 16.5 * Hour => Chosen(seed, room, day, firstDay),
            < 7.5 * Hour => Chosen(seed, room, day - 1, firstDay),
            _ => false,
        };
        return open;
    }

    /// <summary>The fridge of the first floor's kitchen stands still from 17:25 until nine the next morning.</summary>
    public static bool FridgeFailed(long seed, Room room, long day, double second, long firstDay)
    {
        var failing = second switch
        {
            >= 17.4 * Hour => day,
            < 9 * Hour => day - 1,
            _ => -1,
        };
        return failing >= 0
            && (failing == firstDay ? room.Floor % 2 == 1 : new Chance(seed, 3, room.Floor, failing).Happens(0.08));
    }

    private static bool Chosen(long seed, Room room, long day, long firstDay)
    {
        if (room.Kind != RoomKind.Office || (day != firstDay && Presence.IsWeekend(day)))
        {
            return false;
        }

        var chance = new Chance(seed, 2, room.Floor, day);
        return (day == firstDay || chance.Happens(0.3)) && chance.Whole(1, 7) == room.Place;
    }
}
