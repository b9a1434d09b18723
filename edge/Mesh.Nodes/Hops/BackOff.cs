namespace Mesh.Nodes;

/// <summary>
/// How long to wait before trying again: a random time below a bound that doubles from 250 ms to <see cref="Cap"/>
/// (full jitter), so that a fleet that lost its fog does not come back all at once.
/// </summary>
public sealed class BackOff
{
    /// <summary>Longest wait; the mean is half of it.</summary>
    public static readonly TimeSpan Cap = TimeSpan.FromSeconds(10);

    private readonly Random _random;
    private double _bound = 250;

    /// <param name="seed">What the jitter is drawn from.</param>
    public BackOff(int seed) => _random = new Random(seed);

    public void Reset() => _bound = 250;

    public TimeSpan Next()
    {
        var wait = TimeSpan.FromMilliseconds(_random.NextDouble() * _bound);
        _bound = Math.Min(_bound * 2, Cap.TotalMilliseconds);
        return wait;
    }
}
