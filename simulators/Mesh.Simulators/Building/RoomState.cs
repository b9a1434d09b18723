namespace Mesh.Simulators;

/// <summary>What surrounds a room at an instant.</summary>
internal readonly record struct Surroundings(double Outdoors, double Sun, bool WorkingDay, double Second);

/// <summary>The physics of one room, in steps of <see cref="Building.Step"/>. Simple balances, not a building code.</summary>
internal sealed class RoomState
{
    private const double Hour = 3600;
    private const double OutdoorCo2 = 420;

    /// <summary>Cubic metres of CO2 a person at a desk breathes out per hour.</summary>
    private const double Breath = 0.018;

    private readonly Room _room;
    private readonly Chance _chance;
    private double _lastMotion = double.NegativeInfinity;
    private bool _leftOn;

    public RoomState(Room room, long seed)
    {
        _room = room;
        _chance = new Chance(seed, 4, room.Index);
    }

    public int People { get; private set; }

    public bool Occupied { get; private set; }

    public bool Locked { get; set; } = true;

    public double Co2 { get; private set; } = OutdoorCo2;

    public double Temperature { get; private set; } = 18.5;

    public double FridgeTemperature { get; private set; } = 4;

    public double Power { get; private set; }

    public Chance Chance => _chance;

    /// <param name="now">Seconds since 1970.</param>
    /// <param name="seconds">The step.</param>
    /// <param name="around">What surrounds the room.</param>
    /// <param name="presence">Who is in it today.</param>
    /// <param name="window">A window is open.</param>
    /// <param name="fridge">The fridge stands still.</param>
    public void Step(double now, double seconds, Surroundings around, Presence presence, bool window, bool fridge)
    {
        var people = presence.PeopleAt(around.Second);
        if (people != People)
        {
            ComeAndGo(people, presence.NextAfter(around.Second));
        }

        var hours = seconds / Hour;
        See(now, seconds);
        Breathe(hours, around.WorkingDay, around.Second, window);
        Warm(hours, around, window);
        Cool(hours, fridge);
        Consume(now, fridge);
    }

    private void ComeAndGo(int people, double next)
    {
        if (People == 0)
        {
            Locked = false;
            _leftOn = false;
        }
        else if (people == 0)
        {
            // Who goes home locks, mostly; who goes for a coffee does not, mostly.
            Locked |= _chance.Happens(next > 1.5 * Hour ? 0.55 : 0.1);
            _leftOn = _chance.Happens(next > 1.5 * Hour ? 0.3 : 0.7);
        }

        People = people;
    }

    // A PIR sees movement, not people: it drops out when they sit still for a minute.
    private void See(double now, double seconds)
    {
        if (People > 0 && _chance.Happens(1 - Math.Pow(0.75, People * seconds / 5)))
        {
            _lastMotion = now;
        }

        Occupied = now - _lastMotion < 60;
    }

    private void Breathe(double hours, bool workingDay, double second, bool window)
    {
        var running = workingDay && second is >= 7 * Hour and < 19 * Hour;
        var changes = (running, _room.Kind) switch
        {
            (false, _) => 0.3,
            (true, RoomKind.Office) => 0.9,
            _ => 2.5,
        };
        changes += window ? 3 : 0;
        var breathed = People * Breath / _room.Volume * 1_000_000;
        Co2 += hours * (breathed - (changes * (Co2 - OutdoorCo2)));
    }

    private void Warm(double hours, Surroundings around, bool window)
    {
        var heated = around.WorkingDay && around.Second is >= 5.5 * Hour and < 17.5 * Hour;
        var wanted = heated ? 21 : 17;
        var heating = Math.Clamp((wanted - Temperature) * 3, 0, 2);
        var cooling = Math.Clamp((Temperature - 24) * 3, 0, 3);
        var loss = window ? 0.35 : 0.05;
        var gain = heating - cooling + (0.25 * Math.Min(People, 6)) + (_room.South ? around.Sun : 0);
        Temperature += hours * (gain - (loss * (Temperature - around.Outdoors)));
    }

    private void Cool(double hours, bool failed)
    {
        if (_room.Kind == RoomKind.Kitchen)
        {
            var towards = failed ? Temperature : 4;
            FridgeTemperature += hours * (failed ? 0.7 : 2) * (towards - FridgeTemperature);
        }
    }

    private void Consume(double now, bool fridge)
    {
        var lights = _room.Kind == RoomKind.Meeting ? 150 : 60;
        var power = 12.0;
        if (People > 0)
        {
            power += lights + (Math.Min(People, 4) * 95);
        }
        else if (_leftOn)
        {
            power += lights + 70;
        }

        if (_room.Kind == RoomKind.Kitchen && !fridge)
        {
            power += now % 1800 < 700 ? 55 : 2;
        }

        Power = power;
    }
}
