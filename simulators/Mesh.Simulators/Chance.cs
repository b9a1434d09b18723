namespace Mesh.Simulators;

/// <summary>
/// Random numbers that are the same on every machine and version: SplitMix64. A stream of its own for each purpose, named
/// by numbers, so that one more draw here changes nothing there.
/// </summary>
public sealed class Chance
{
    private ulong _state;

    public Chance(long seed, params ReadOnlySpan<long> purpose)
    {
        _state = (ulong)seed;
        foreach (var part in purpose)
        {
            _state = Next() ^ (ulong)part;
        }

        Next();
    }

    /// <summary>64 random bits.</summary>
    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>From 0 to below 1.</summary>
    public double Double() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>From <paramref name="min"/> to below <paramref name="max"/>.</summary>
    public double Between(double min, double max) => min + ((max - min) * Double());

    /// <summary>From <paramref name="min"/> to <paramref name="max"/>, both included.</summary>
    public int Whole(int min, int max) => min + (int)(Next() % (ulong)(max - min + 1));

    public bool Happens(double probability) => Double() < probability;

    /// <summary>About normal: the sum of twelve uniform numbers, so never further than six deviations.</summary>
    public double Normal(double mean, double deviation)
    {
        var sum = -6.0;
        for (var i = 0; i < 12; i++)
        {
            sum += Double();
        }

        return mean + (sum * deviation);
    }
}
