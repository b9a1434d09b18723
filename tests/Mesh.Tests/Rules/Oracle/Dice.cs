using CsCheck;
using Mesh.Contracts;

namespace Mesh.Tests.Rules.Oracle;

/// <summary>A supply of small choices: zeros make the simplest rule, so shrinking it makes rules simpler.</summary>
internal sealed class Dice(byte[] bytes)
{
    public static readonly Gen<Dice> Gen = CsCheck.Gen.Byte.Array[80].Select(b => new Dice(b));

    private int _next;

    /// <summary>The same dice from the beginning.</summary>
    public Dice Again() => new(bytes);

    /// <summary>0 to <paramref name="sides"/> − 1.</summary>
    public int Roll(int sides) => _next < bytes.Length ? bytes[_next++] % sides : 0;

    /// <summary>True once in <paramref name="sides"/> rolls, and not with zeros.</summary>
    public bool Rarely(int sides) => Roll(sides) == sides - 1;

    public T Pick<T>(params T[] of) => of[Roll(of.Length)];

    public long Duration() => Times.Second * (1 + Roll(5));
}

/// <summary>Makes feeds: three devices in two rooms and one in none, three sensors, instants that often coincide.</summary>
internal static class Feeds
{
    public static readonly Gen<Fed[]> Gen = CsCheck
        .Gen.Select(
            CsCheck.Gen.Int[0, 3],
            CsCheck.Gen.Int[0, 9],
            CsCheck.Gen.Int[0, 9],
            CsCheck.Gen.Int[0, 5],
            CsCheck.Gen.Int[0, 5],
            CsCheck.Gen.Int[0, 24]
        )
        .Array[0, 30]
        .Select(Of);

    private static readonly (string Device, string? Room)[] Devices =
    [
        ("a", "r1"),
        ("b", "r1"),
        ("c", "r2"),
        ("d", null),
    ];

    private static Fed[] Of((int Gap, int Delay, int Device, int Sensor, int Value, int Odd)[] items)
    {
        var clock = 0L;
        var seqs = new long[Devices.Length];
        var feed = new List<Fed> { Make("z", null, "x", Value.Of(1.0), 0, 0, 1) };
        foreach (var (gap, delay, number, sensorNumber, valueNumber, odd) in items)
        {
            if (odd == 24)
            {
                feed.Add(Fed.Of(feed[^1].Reading));
                continue;
            }

            clock += gap * Times.Second;
            // One in four comes late, by up to three seconds; one in twenty-five has a clock that is ahead.
            var at =
                odd == 23 ? clock + (2 * Times.Second) : Math.Max(0, clock - Math.Max(0, delay - 6) * Times.Second);
            var device = number switch
            {
                < 5 => 0,
                < 7 => 1,
                < 9 => 2,
                _ => 3,
            };
            var sensor = sensorNumber switch
            {
                < 3 => "t",
                < 5 => "m",
                _ => "u",
            };
            var value =
                odd == 22 ? Value.Unknown
                : sensor == "m" ? Value.Of(valueNumber % 2 == 1)
                : Value.Of((double)(valueNumber % 4));
            var (name, room) = Devices[device];
            feed.Add(Make(name, room, sensor, value, at, clock, ++seqs[device]));
        }

        return [.. feed];
    }

    private static Fed Make(
        string device,
        string? room,
        string sensor,
        Value value,
        long at,
        long received,
        long seq
    ) =>
        Fed.Of(
            new Reading
            {
                Device = device,
                Sensor = sensor,
                Value = value,
                At = Times.At(at),
                Received = Times.At(received),
                Boot = 1,
                Seq = seq,
                Labels = room is null ? Labels.Empty : new Labels([new("room", room)]),
            }
        );

    /// <summary>The feed in the words of the files under <c>cases/</c>.</summary>
    public static string Text(IEnumerable<Fed> feed) =>
        string.Concat(
            feed.Select(f =>
                $"    {Times.Text(f.At)}{(f.Received == f.At ? "" : "@" + Times.Text(f.Received))} {f.Label("room") ?? "-"}/{f.Reading.Device} {f.Reading.Sensor}={f.Reading.Value} seq:{f.Reading.Seq}\n"
            )
        );
}
