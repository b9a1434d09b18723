namespace Mesh.Nodes;

/// <summary>
/// Which fog of a list an agent connects to, and when: the preferred one first, the next when it does not answer, with
/// back-off between attempts, and back to the preferred one when it is there again. No clock and no socket.
/// </summary>
/// <param name="fogs">How many there are, at least 1.</param>
/// <param name="preferAfter">How long it stays with a lower one before it looks for the preferred one.</param>
/// <param name="spread">The first attempt is made at a random time below this, so that a fleet does not start at once.</param>
/// <param name="seed">What times are drawn from.</param>
internal sealed class FogChoice(int fogs, TimeSpan preferAfter, TimeSpan spread, int seed)
{
    private readonly BackOff _backOff = new(seed);
    private TimeSpan _looked;
    private bool _greeted;

    /// <summary>The fog to connect to, or that is connected; 0 is the preferred one.</summary>
    public int At { get; private set; }

    /// <summary>When to connect.</summary>
    public TimeSpan NotBefore { get; private set; } = new Random(seed).NextDouble() * spread;

    /// <summary>The fog answered.</summary>
    public void Greeted(TimeSpan now)
    {
        _greeted = true;
        _looked = now;
        _backOff.Reset();
    }

    /// <summary>There is no connection any more, or none came about.</summary>
    public void Lost(TimeSpan now)
    {
        At = _greeted ? 0 : (At + 1) % fogs;
        _greeted = false;
        NotBefore = now + _backOff.Next();
    }

    /// <summary>Whether to look now if the preferred one is there again. If it is not, the next look is <c>preferAfter</c> later.</summary>
    public bool LooksForPreferred(TimeSpan now)
    {
        if (!_greeted || At == 0 || now - _looked < preferAfter)
        {
            return false;
        }

        _looked = now;
        return true;
    }

    /// <summary>The preferred one is there: the connection to the lower one is to be given up for it.</summary>
    public void Return(TimeSpan now) => (At, _greeted, NotBefore) = (0, false, now);
}
