namespace Mesh.EndToEnd.Recordings;

/// <summary>
/// Makes up days of a home with one front door. It takes care to include what tells a right rule from a nearly right
/// one: motion after an alarm within one opening, motion at the entry only, a light while nobody moves, openings during
/// and after long silences, short openings that end before the alarm is due, repeated values, every number of fraction
/// digits from 2 to 6. The same seed makes the same lines.
/// </summary>
public sealed class HomeGenerator
{
    private static readonly (string Area, string Location)[] Indoor =
    [
        ("Bathroom", "Bathroom"),
        ("Bedroom", "Bedroom"),
        ("Bedroom", "Closet"),
        ("Kitchen", "Kitchen"),
        ("LivingRoom", "LivingRoom"),
        ("LoungeChair", "LivingRoom"),
        ("WorkArea", "WorkArea"),
    ];

    private static readonly string[] Lights = ["Bathroom", "Kitchen", "WorkArea"];
    private static readonly string[] Activities = ["Sleep", "Cook_Dinner", "Leave_Home", "Watch_TV", "Other_Activity"];

    private readonly Random _random;
    private readonly List<HomeEvent> _events = [];
    private DateTime _now = new(2013, 3, 18, 6, 0, 0, DateTimeKind.Unspecified);
    private string _activity = "Other_Activity";

    private HomeGenerator(int seed) => _random = new Random(seed);

    /// <summary>At least <paramref name="count"/> events, times strictly ascending, ending with the door shut.</summary>
    public static IReadOnlyList<HomeEvent> Events(int seed, int count)
    {
        var home = new HomeGenerator(seed);
        home.Bustle(3);
        var scenes = new Action[]
        {
            home.LeaveAndReturn,
            home.DoorLeftOpen,
            home.ShortOpening,
            home.OpeningInSilence,
            home.OnlyTheEntryMoves,
            home.SwitchLight,
            home.Repeat,
            () => home.Silence(600, 14_000),
            () => home.Bustle(12),
            () => home.Bustle(30),
        };
        // Each scene once, so that the shortest log has them all; then as chance will have it.
        foreach (var scene in scenes)
        {
            scene();
            home.Bustle(2);
        }

        while (home._events.Count < count)
        {
            home._activity = home.Pick(Activities);
            scenes[home._random.Next(scenes.Length)]();
        }

        return home._events;
    }

    private void Bustle(int moves)
    {
        for (var i = 0; i < moves; i++)
        {
            var (area, location) = Pick(Indoor);
            Say(0.3, 40, area, location, "ON");
            Say(0.5, 6, area, location, "OFF");
        }
    }

    private void Entry()
    {
        Say(0.2, 3, "OutsideDoor", "Entry", "ON");
        Say(0.5, 3, "OutsideDoor", "Entry", "OFF");
    }

    private void Door(double from, double to, string value) => Say(from, to, "OutsideDoor", "FrontDoor", value);

    private void Silence(double from, double to) => Pass(from, to);

    /// <summary>Out, hours of silence, and in again: the door that opens on return raises the alarm at once.</summary>
    private void LeaveAndReturn()
    {
        Bustle(2);
        Entry();
        Door(0.5, 4, "OPEN");
        Entry();
        Door(2, 15, "CLOSE");
        Silence(301, 20_000);
        Door(0.1, 1, "OPEN");
        Entry();
        Bustle(1);
        Door(1, 20, "CLOSE");
        Bustle(3);
    }

    /// <summary>
    /// Open for an hour: people still move, then do not (an alarm), then do, then do not again (no second alarm).
    /// </summary>
    private void DoorLeftOpen()
    {
        Bustle(1);
        Door(1, 60, "OPEN");
        Bustle(4);
        Silence(310, 2_000);
        Bustle(2);
        Silence(310, 900);
        Bustle(1);
        Silence(20, 200);
        Door(1, 5, "CLOSE");
    }

    /// <summary>Still for a while, opened, and shut before 300 s without motion have passed.</summary>
    private void ShortOpening()
    {
        Bustle(1);
        Silence(50, 120);
        Door(1, 2, "OPEN");
        Silence(20, 120);
        Door(1, 2, "CLOSE");
    }

    /// <summary>Opened and shut again and again while nobody is there: an alarm each time, at the opening.</summary>
    private void OpeningInSilence()
    {
        Silence(400, 5_000);
        for (var i = _random.Next(1, 4); i > 0; i--)
        {
            Door(1, 30, "OPEN");
            Door(1, 400, "CLOSE");
        }
    }

    /// <summary>Somebody at the entry is not somebody inside; the alarm comes 300 s after the last motion indoors.</summary>
    private void OnlyTheEntryMoves()
    {
        Bustle(1);
        Door(1, 30, "OPEN");
        for (var i = 0; i < 6; i++)
        {
            Silence(50, 70);
            Entry();
        }

        Door(1, 30, "CLOSE");
    }

    /// <summary>A light is no motion: switched 200 s into an opening it does not hold the alarm back.</summary>
    private void SwitchLight()
    {
        var room = Pick(Lights);
        Bustle(1);
        Door(1, 5, "OPEN");
        Silence(190, 210);
        Say(0.5, 3, room, room + "Light", "ON");
        Silence(190, 210);
        Say(0.5, 3, room, room + "Light", "OFF");
        Door(1, 5, "CLOSE");
    }

    /// <summary>ON after ON, OPEN after OPEN, CLOSE after CLOSE: the same value again changes nothing but the time.</summary>
    private void Repeat()
    {
        Say(1, 40, "Bedroom", "Bedroom", "ON");
        Say(1, 40, "Bedroom", "Bedroom", "ON");
        Say(1, 4, "Bedroom", "Bedroom", "OFF");
        Say(1, 4, "Bedroom", "Bedroom", "OFF");
        Door(1, 5, "OPEN");
        Silence(100, 140);
        Door(1, 5, "OPEN");
        Silence(100, 280);
        Door(1, 5, "CLOSE");
        Door(1, 5, "CLOSE");
    }

    private void Say(double fromSeconds, double toSeconds, string area, string location, string value)
    {
        Pass(fromSeconds, toSeconds);
        _events.Add(new HomeEvent(_now, area, location, value, _activity));
    }

    private void Pass(double fromSeconds, double toSeconds)
    {
        var next = _now.AddSeconds(fromSeconds + (_random.NextDouble() * (toSeconds - fromSeconds)));
        // Clocks with coarse steps: most lines have 6 digits, some 2 to 5; never a whole tenth, so that 2 are needed.
        var step = 10 * (long)Math.Pow(10, _random.Next(10) < 6 ? 0 : _random.Next(1, 5));
        var ticks = (next.Ticks / step * step) + step;
        var tenth = TimeSpan.TicksPerSecond / 10;
        _now = new DateTime(ticks % tenth == 0 ? ticks + step : ticks, DateTimeKind.Unspecified);
    }

    private T Pick<T>(T[] from) => from[_random.Next(from.Length)];
}
