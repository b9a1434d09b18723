using Mesh.Contracts;

namespace Mesh.Benchmarks.Rules;

/// <summary>
/// The rule "front door open and no indoor motion for 300 s, one alarm per opening" written by hand, with nothing in
/// common with the rule host: what the host must say, and what a program for this one rule would cost.
/// </summary>
internal sealed class OpenDoorLoop
{
    private const long Quiet = 300_000_000;

    private readonly Dictionary<string, (long Seq, long At)> _devices = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Home, string Room), Room> _rooms = [];
    private readonly List<Alarm> _alarms = [];

    /// <summary>In order of arrival, at the clock of each turn of so many readings.</summary>
    public static List<Alarm> InOrderOfArrival(Arrival[] arrivals, int perTurn)
    {
        var loop = new OpenDoorLoop();
        for (var first = 0; first < arrivals.Length; first += perTurn)
        {
            var turn = arrivals.AsSpan(first, Math.Min(perTurn, arrivals.Length - first));
            var clock = turn[^1].Reading.ReceivedOrAt.Micros;
            foreach (ref readonly var arrival in turn)
            {
                loop.Take(arrival.Reading, clock);
            }
        }

        return loop.End(arrivals[^1].Reading.ReceivedOrAt.Micros);
    }

    /// <summary>All readings sorted by event time first: what waiting for late ones comes to when nothing is too late.</summary>
    public static List<Alarm> InOrderOfEvents(Arrival[] arrivals)
    {
        var sorted = arrivals.ToArray();
        Array.Sort(sorted, EventOrder);
        var loop = new OpenDoorLoop();
        foreach (ref readonly var arrival in sorted.AsSpan())
        {
            loop.Take(arrival.Reading, arrival.Reading.At.Micros);
        }

        return loop.End(arrivals[^1].Reading.ReceivedOrAt.Micros);
    }

    private static int EventOrder(Arrival x, Arrival y)
    {
        var order = x.Reading.At.Micros.CompareTo(y.Reading.At.Micros);
        order = order != 0 ? order : string.CompareOrdinal(x.Source, y.Source);
        order = order != 0 ? order : string.CompareOrdinal(x.Reading.Device, y.Reading.Device);
        return order != 0 ? order : x.Reading.Seq.CompareTo(y.Reading.Seq);
    }

    private void Take(Reading reading, long now)
    {
        // A resent reading follows its first sending at once, so the number before is enough to know it.
        var (seq, at) = _devices.GetValueOrDefault(reading.Device);
        if (reading.Seq == seq)
        {
            return;
        }

        _devices[reading.Device] = (reading.Seq, Math.Max(at, reading.At.Micros));
        if (!reading.Labels.TryGet("home", out var home) || !reading.Labels.TryGet("room", out var name))
        {
            return;
        }

        if (!_rooms.TryGetValue((home, name), out var room))
        {
            _rooms.Add((home, name), room = new Room(name));
        }

        room.Pass(now, _alarms);
        if (reading.At.Micros >= at)
        {
            room.Take(reading, now, _alarms);
        }
    }

    private List<Alarm> End(long clock)
    {
        foreach (var room in _rooms.Values)
        {
            room.Pass(clock, _alarms);
        }

        return _alarms;
    }

    private sealed class Room(string name)
    {
        private long? _motion;
        private bool _open;
        private bool _alarm;

        /// <summary>Time goes on without a reading: an alarm may have become due meanwhile.</summary>
        public void Pass(long now, List<Alarm> alarms)
        {
            if (_open && !_alarm && _motion + Quiet is { } due && due <= now)
            {
                _alarm = true;
                alarms.Add(new Alarm(DetectionKind.Fire, due, name));
            }
        }

        public void Take(Reading reading, long now, List<Alarm> alarms)
        {
            if (string.Equals(reading.Sensor, "motion", StringComparison.Ordinal))
            {
                var indoor =
                    reading.Labels.TryGet("location", out var location)
                    && !string.Equals(location, "Entry", StringComparison.Ordinal);
                if (indoor && reading.Value.IsTrue && !(_motion > reading.At.Micros))
                {
                    _motion = reading.At.Micros;
                }

                return;
            }

            _open = string.Equals(reading.Value.Text, "open", StringComparison.Ordinal);
            if (!_open && _alarm)
            {
                _alarm = false;
                alarms.Add(new Alarm(DetectionKind.Clear, now, name));
            }
            else if (_open && !_alarm && _motion + Quiet <= now)
            {
                _alarm = true;
                alarms.Add(new Alarm(DetectionKind.Fire, now, name));
            }
        }
    }
}
