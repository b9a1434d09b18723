using Mesh.Contracts;

namespace Mesh.World;

/// <summary>
/// A device that numbers its readings and keeps them until its agent has accepted them; it holds <see cref="Memory"/> of
/// them, then the oldest goes. Its clock is right.
/// </summary>
public sealed class Device(string name, string sensor, long boot)
{
    public const int Memory = 2_000;
    private long _seq;

    /// <summary>In their order.</summary>
    public Queue<Reading> Waiting { get; } = new();

    /// <summary>Measures; returns how many readings had to go for it.</summary>
    public int Measure(Timestamp at)
    {
        var seq = ++_seq;
        var value = 25 + (10 * Math.Sin(seq / 20.0)) + (seq % 3);
        Waiting.Enqueue(
            new Reading
            {
                Device = name,
                Sensor = sensor,
                Value = Value.Of(value),
                At = at,
                Boot = boot,
                Seq = seq,
            }
        );
        if (Waiting.Count <= Memory)
        {
            return 0;
        }

        Waiting.Dequeue();
        return 1;
    }

    /// <summary>The agent holds these.</summary>
    public void Accepted(IReadOnlyList<Reading> readings)
    {
        var upTo = readings.Where(r => r.Device == name).Select(r => r.Seq).DefaultIfEmpty().Max();
        while (Waiting.TryPeek(out var first) && first.Seq <= upTo)
        {
            Waiting.Dequeue();
        }
    }
}
