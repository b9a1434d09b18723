namespace Mesh.EndToEnd.Recordings;

/// <summary>
/// Makes up a room's log: steps of 59, 60 and 61 s as the real logger has them, stays of one row and of many, and a CO2
/// value that meets 1000 and 900 in every way: exactly, from below and above, in one jump, back up from between them,
/// and still high at the end.
/// </summary>
public static class RoomGenerator
{
    /// <summary>Every way to meet the two limits; the numbers in between are filled by chance.</summary>
    private static readonly double[][] Crossings =
    [
        [980, 1000, 1000.5, 950, 899.75],
        [999.999, 1000, 1000, 900, 890],
        [700, 1400, 700],
        [1000.0001, 900, 900, 899.999999],
        [1100, 901, 1100, 950, 1001, 850],
        [1001, 999, 1001, 999, 880],
        [950, 899, 950, 1000, 899],
        [2000.25, 1000, 900.0001, 900, 600],
    ];

    public static IReadOnlyList<RoomRow> Rows(int seed, int count)
    {
        var random = new Random(seed);
        var rows = new List<RoomRow>(count);
        var time = new DateTime(2016, 1, 12, 8, 3, 0, DateTimeKind.Unspecified);
        var co2 = Co2(random).GetEnumerator();
        var stay = 3;
        var occupied = false;
        var temperature = 20.5;
        for (var i = 0; i < count; i++)
        {
            if (--stay == 0)
            {
                occupied = !occupied;
                stay = random.Next(5) == 0 ? 1 : random.Next(2, 90);
            }

            // The logger wakes each minute at :00 or, one time in three, at :59 of the minute before.
            var second = i % 3 == 1 ? -1 : 0;
            co2.MoveNext();
            var value = i >= count - 2 ? 1250.5 : co2.Current;
            temperature += Math.Round((random.NextDouble() - 0.5) / 5, 3);
            rows.Add(
                new RoomRow(
                    i + 1,
                    time.AddMinutes(i).AddSeconds(second),
                    Math.Round(temperature, 3),
                    Math.Round(25 + (random.NextDouble() * 5), 4),
                    occupied ? 400 + (random.Next(9) / 3.0) : 0,
                    value,
                    0.003 + (random.NextDouble() / 1000),
                    occupied
                )
            );
        }

        return rows;
    }

    private static IEnumerable<double> Co2(Random random)
    {
        // Each way once, then in any order; quiet stretches between them.
        for (var i = 0; ; i++)
        {
            var quiet = random.Next(1, 30);
            for (var j = 0; j < quiet; j++)
            {
                yield return 420 + (random.Next(0, 1400) / 3.0);
            }

            foreach (var value in Crossings[i < Crossings.Length ? i : random.Next(Crossings.Length)])
            {
                yield return value;
            }
        }
    }
}
