namespace Mesh.Nodes;

/// <summary>
/// How long to wait before trying again: a random time below a bound that doubles from 250 ms to its cap
/// (full jitter), so that a fleet that lost its fog does not come back all at once.
/// </summary>
public sealed class BackOff
{
    /// <summary>Longest wait; the mean is half of it.</summary>
    public static readonly TimeSpan Cap = TimeSpan.FromSeconds(10);

    private readonly Random _random;
    private readonly TimeSpan _cap;
    private double _bound = 250;

    /// <param name="seed">What the jitter is drawn from.</param>
    /// <param name="cap">Longest wait; absent: <see cref="Cap"/>.</param>
    public BackOff(int seed, TimeSpan? cap = null) => (_random, _cap) = (new Random(seed), cap ?? Cap);

    public void Reset() => _bound = 250;

    public TimeSpan Next()
    {
        var wait = TimeSpan.FromMilliseconds(_random.NextDouble() * _bound);
        _bound = Math.Min(_bound * 2, _cap.TotalMilliseconds);
        return wait;
    }
}
