namespace Mesh.Simulators;

/// <summary>Somebody is in a room; times are seconds of the day, the end not included.</summary>
public readonly record struct Stay(int From, int To, int People);

/// <summary>
/// Who is in a room on one day: a pure function of seed, room and day, so that any day can be looked at without the ones
/// before it. Nobody stays past midnight.
/// </summary>
public sealed class Presence
{
    private const int Minute = 60;
    private const int Hour = 3600;

    private readonly Stay[] _stays;

    private Presence(IEnumerable<Stay> stays) => _stays = [.. stays.Where(s => s.To > s.From).OrderBy(s => s.From)];

    public IReadOnlyList<Stay> Stays => _stays;

    public int PeopleAt(double second)
    {
        var people = 0;
        foreach (var stay in _stays)
        {
            if (stay.From > second)
            {
                break;
            }

            people += second < stay.To ? stay.People : 0;
        }

        return people;
    }

    /// <summary>Seconds until somebody comes again this day; infinite when nobody does.</summary>
    public double NextAfter(double second)
    {
        foreach (var stay in _stays)
        {
            if (stay.From > second)
            {
                return stay.From - second;
            }
        }

        return double.PositiveInfinity;
    }

    /// <param name="seed">The building's.</param>
    /// <param name="room">The room.</param>
    /// <param name="day">Days since 1970.</param>
    public static Presence Of(long seed, Room room, long day)
    {
        var chance = new Chance(seed, 1, room.Index, day);
        var weekend = IsWeekend(day);
        var stays = room.Kind switch
        {
            RoomKind.Office => Office(chance, room, weekend),
            RoomKind.Meeting => weekend ? [] : Meetings(chance, room),
            _ => weekend ? [] : Kitchen(chance),
        };
        return new Presence(stays.Concat(Night(chance, room, weekend)));
    }

    /// <summary>1970-01-01 was a Thursday.</summary>
    public static bool IsWeekend(long day) => (day + 3) % 7 >= 5;

    private static List<Stay> Office(Chance chance, Room room, bool weekend)
    {
        var stays = new List<Stay>();
        for (var person = 0; person <= room.Index % 3; person++)
        {
            if (!chance.Happens(weekend ? 0.04 : 0.9))
            {
                continue;
            }

            var arrive = Clamped(chance.Normal(8.5 * Hour, 35 * Minute), 6.75, 10.5);
            var leave = Clamped(chance.Normal(17.75 * Hour, 35 * Minute), 15.5, 19.25);
            var lunch = Clamped(chance.Normal(12.25 * Hour, 15 * Minute), 11.5, 13.5);
            var away = new List<(int From, int To)> { (lunch, lunch + chance.Whole(35, 60) * Minute) };
            for (var i = 0; i < 3; i++)
            {
                var at = (int)chance.Between(arrive + Hour, leave - (0.5 * Hour));
                away.Add((at, at + (chance.Whole(5, 20) * Minute)));
            }

            var from = arrive;
            foreach (var (start, end) in away.OrderBy(a => a.From))
            {
                stays.Add(new Stay(from, Math.Min(start, leave), 1));
                from = Math.Max(from, end);
            }

            stays.Add(new Stay(from, leave, 1));
        }

        return stays;
    }

    private static List<Stay> Meetings(Chance chance, Room room)
    {
        var stays = new List<Stay>();
        foreach (var slot in (double[])[9, 10, 11, 13.5, 14.5, 15.5])
        {
            if (chance.Happens(0.6))
            {
                var from = (int)(slot * Hour) - chance.Whole(0, 4 * Minute);
                stays.Add(new Stay(from, from + (chance.Whole(25, 55) * Minute), chance.Whole(3, 9)));
            }
        }

        // The week's long meeting that overruns: always in the first meeting room of a floor.
        if (room.Place % 2 == 0)
        {
            stays.Add(
                new Stay((int)(16.4 * Hour), (int)(17.75 * Hour) + chance.Whole(1, 4 * Minute), chance.Whole(11, 14))
            );
        }

        return stays;
    }

    private static List<Stay> Kitchen(Chance chance)
    {
        var stays = new List<Stay>();
        for (var i = 0; i < 22; i++)
        {
            var at = (int)chance.Between(8.25 * Hour, 18 * Hour);
            stays.Add(new Stay(at, at + (chance.Whole(3, 10) * Minute), chance.Whole(1, 2)));
        }

        stays.Add(new Stay(12 * Hour, (int)(13.25 * Hour), chance.Whole(3, 5)));
        return stays;
    }

    // Cleaning goes from room to room of a floor; now and then somebody walks where nobody should be.
    private static List<Stay> Night(Chance chance, Room room, bool weekend)
    {
        var stays = new List<Stay>();
        if (!weekend)
        {
            var from = (int)(19.5 * Hour) + (room.Place * 8 * Minute);
            stays.Add(new Stay(from, from + chance.Whole(4 * Minute, 7 * Minute), 1));
        }

        if (chance.Happens(0.01))
        {
            var at = (int)chance.Between(0.5 * Hour, 4 * Hour);
            stays.Add(new Stay(at, at + (chance.Whole(3, 15) * Minute), 1));
        }

        return stays;
    }

    private static int Clamped(double seconds, double minHours, double maxHours) =>
        (int)Math.Clamp(seconds, minHours * Hour, maxHours * Hour);
}
