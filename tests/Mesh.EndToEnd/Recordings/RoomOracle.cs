namespace Mesh.EndToEnd.Recordings;

/// <summary>What a room's log must come to, computed the plain way over the list of rows.</summary>
public static class RoomOracle
{
    /// <summary>Rows whose occupancy differs from the row before; the first row is no change.</summary>
    public static IReadOnlyList<(DateTime Local, bool Occupied)> Transitions(IReadOnlyList<RoomRow> rows) =>
        [
            .. rows.Zip(rows.Skip(1))
                .Where(p => p.First.Occupied != p.Second.Occupied)
                .Select(p => (p.Second.Local, p.Second.Occupied)),
        ];

    public static IReadOnlyList<DateTime> Above1000(IEnumerable<RoomRow> rows) =>
        [.. rows.Where(r => r.Co2 > 1000).Select(r => r.Local)];

    /// <summary>Raised at the first row above 1000, cleared at the first later one below 900; null: on to the end.</summary>
    public static IReadOnlyList<(DateTime Raised, DateTime? Cleared)> Hysteresis(IReadOnlyList<RoomRow> rows)
    {
        var alarms = new List<(DateTime, DateTime?)>();
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows[i].Co2 > 1000)
            {
                var end = i;
                while (end < rows.Count && rows[end].Co2 >= 900)
                {
                    end++;
                }

                alarms.Add((rows[i].Local, end < rows.Count ? rows[end].Local : null));
                i = end;
            }
        }

        return alarms;
    }
}
