namespace Mesh.Tests.Rules.Workload;

/// <summary>
/// What <see cref="BuildingRules"/> must say, counted by a loop written by hand that shares nothing with the engine: the
/// truth, and the floor beside which the engine is measured.
/// </summary>
internal sealed class BuildingLoop
{
    private const long Minute = 60_000;
    private readonly Dictionary<string, Room> _rooms = new(StringComparer.Ordinal);
    private readonly Queue<(long Due, Room Room, long Motions)> _opened = new();
    private readonly Queue<(long Due, Room Room, long Edge)> _held = new();
    private readonly List<Room> _inMinute = [];
    private long _minute = -1;

    private long _hot;
    private long _unseen;
    private long _leftOpen;
    private long _leftOpenLong;
    private long _quietAfterOpening;
    private long _warmMinutes;
    private long _rises;
    private long _overlappingRises;

    public static SortedDictionary<string, long> Count(Happening[] happenings)
    {
        var loop = new BuildingLoop();
        foreach (var happening in happenings)
        {
            loop.Pass(happening.Millis);
            loop.Take(happening);
        }

        loop.Pass(happenings[^1].Millis + (3 * Minute));
        return new SortedDictionary<string, long>(StringComparer.Ordinal)
        {
            ["hot"] = loop._hot,
            ["open-unseen"] = loop._unseen,
            ["left-open"] = loop._leftOpen,
            ["left-open-long"] = loop._leftOpenLong,
            ["quiet-after-opening"] = loop._quietAfterOpening,
            ["warm-minute"] = loop._warmMinutes,
            ["rise"] = loop._rises,
            ["rise-overlapping"] = loop._overlappingRises,
        };
    }

    /// <summary>Counts the matches of each of the first so many filters.</summary>
    public static Func<long[]> Filters(BuildingWorkload workload, int count)
    {
        var byRoom = new Dictionary<string, List<(double Limit, int Filter)>>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var room = workload.Rooms[i % workload.Rooms.Count];
            if (!byRoom.TryGetValue(room, out var limits))
            {
                byRoom.Add(room, limits = []);
            }

            limits.Add((workload.Limits[i], i));
        }

        foreach (var limits in byRoom.Values)
        {
            limits.Sort();
        }

        return () => Filtered(workload.Happenings, byRoom, new long[count]);
    }

    private static long[] Filtered(
        Happening[] happenings,
        Dictionary<string, List<(double Limit, int Filter)>> byRoom,
        long[] hits
    )
    {
        foreach (var h in happenings)
        {
            if (h.Kind != "temperature" || !byRoom.TryGetValue(h.Room, out var limits))
            {
                continue;
            }

            foreach (var (limit, filter) in limits)
            {
                if (!(h.Value > limit))
                {
                    break;
                }

                hits[filter]++;
            }
        }

        return hits;
    }

    // What falls due by the instant, the minute that ends, before the reading of that instant.
    private void Pass(long millis)
    {
        while (_opened.TryPeek(out var opened) && opened.Due <= millis)
        {
            _opened.Dequeue();
            _quietAfterOpening += opened.Room.Motions == opened.Motions ? 1 : 0;
        }

        while (_held.TryPeek(out var held) && held.Due <= millis)
        {
            _held.Dequeue();
            _leftOpenLong += held.Room.IsUnseen && held.Room.Edges == held.Edge ? 1 : 0;
        }

        if (millis / Minute == _minute)
        {
            return;
        }

        _minute = millis / Minute;
        foreach (var room in _inMinute)
        {
            _warmMinutes += room.Sum / room.Readings > 28.013 ? 1 : 0;
            (room.Sum, room.Readings) = (0, 0);
        }

        _inMinute.Clear();
    }

    private void Take(Happening h)
    {
        if (!_rooms.TryGetValue(h.Room, out var room))
        {
            _rooms.Add(h.Room, room = new Room());
        }

        if (h.Kind == "temperature")
        {
            TakeTemperature(room, h.Value);
            return;
        }

        if (h.Kind == "motion")
        {
            room.Motion = h.Value;
            room.Motions += h.Value == 1 ? 1 : 0;
        }
        else
        {
            room.Door = h.Value;
            if (h.Value == 1)
            {
                _opened.Enqueue((h.Millis + Minute, room, room.Motions));
            }
        }

        var unseen = room is { Motion: 0, Door: 1 };
        _unseen += unseen ? 1 : 0;
        if (unseen && !room.IsUnseen)
        {
            _leftOpen++;
            _held.Enqueue((h.Millis + (2 * Minute), room, ++room.Edges));
        }

        room.IsUnseen = unseen;
    }

    private void TakeTemperature(Room room, double value)
    {
        _hot += value > 30 ? 1 : 0;
        if (room.Readings == 0)
        {
            _inMinute.Add(room);
        }

        room.Sum += value;
        room.Readings++;
        room.Run = room.Run > 0 && value > room.Last ? room.Run + 1 : 1;
        if (room.Run == 3)
        {
            _rises++;
            room.Run = 0;
        }

        room.OverlappingRun = room.OverlappingRun > 0 && value > room.Last ? room.OverlappingRun + 1 : 1;
        _overlappingRises += room.OverlappingRun >= 3 ? 1 : 0;
        room.Last = value;
    }

    private sealed class Room
    {
        public double Motion { get; set; } = -1;

        public double Door { get; set; } = -1;

        public long Motions { get; set; }

        public bool IsUnseen { get; set; }

        public long Edges { get; set; }

        public double Sum { get; set; }

        public int Readings { get; set; }

        public double Last { get; set; }

        public int Run { get; set; }

        public int OverlappingRun { get; set; }
    }
}
