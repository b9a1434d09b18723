using Mesh.Contracts;

namespace Mesh.Rules;

/// <summary>The wall clock was set.</summary>
/// <param name="From">Where the rules' clock was.</param>
/// <param name="To">Where it goes on. Before <paramref name="From"/>: everything that is pending starts over.</param>
public readonly record struct ClockStep(Timestamp From, Timestamp To);

/// <summary>What a live node's rules take for the time.</summary>
/// <param name="Now">The time.</param>
/// <param name="Step">What happened to the clock since the last reading of it; null: it went on.</param>
public readonly record struct ClockReading(Timestamp Now, ClockStep? Step);

/// <summary>
/// The clock of a live node's rules, made of the wall clock, which people and time servers set, and of elapsed time,
/// which nobody can set. It never goes back, so nothing is reordered, and no timer is moved by more than its period:
/// <list type="bullet">
/// <item>a wall clock that is put forward by more than <see cref="Tolerance"/> is followed at once, as a step: waits that
/// are under way keep the time they have left;</item>
/// <item>one that is put back is waited for: this clock goes at half speed until the wall has come to it;</item>
/// <item>one that stays more than <see cref="TooFar"/> behind for <see cref="GiveUpAfter"/> was wrong before: this clock is
/// set back, and rules start over.</item>
/// </list>
/// </summary>
/// <param name="last">The time at which the node was when it stopped: a start goes on from there. Null for a new node.</param>
public sealed class SteadyClock(Timestamp? last = null)
{
    /// <summary>A wall clock this much away from where it should be is followed without a step.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1);

    /// <summary>What this clock makes up for at half speed, however long that takes.</summary>
    public static readonly TimeSpan TooFar = TimeSpan.FromMinutes(10);

    /// <summary>How long the wall clock may be further behind than <see cref="TooFar"/>: a time server may yet set it right.</summary>
    public static readonly TimeSpan GiveUpAfter = TimeSpan.FromHours(1);

    private Timestamp? _now = last;
    private TimeSpan? _elapsed;
    private TimeSpan? _farBehindSince;

    /// <summary>How far this clock is ahead of the wall; zero unless the wall clock was put back.</summary>
    public TimeSpan Ahead { get; private set; }

    /// <summary>What time it is for the rules.</summary>
    /// <param name="wall">The wall clock, UTC.</param>
    /// <param name="elapsed">Time since some fixed instant, of a clock that nobody sets.</param>
    public ClockReading Read(Timestamp wall, TimeSpan elapsed)
    {
        var passed = _elapsed is { } before && elapsed > before ? elapsed - before : TimeSpan.Zero;
        var first = _elapsed is null;
        _elapsed = elapsed;
        if (_now is not { } now)
        {
            return Go(wall, wall, null);
        }

        var expected = now + passed;
        if (!first && wall - expected > Tolerance)
        {
            return Go(wall, wall, new ClockStep(expected, wall));
        }

        if (IsGivenUp(expected - wall, elapsed))
        {
            return Go(wall, wall, new ClockStep(expected, wall));
        }

        var slow = wall < expected - Tolerance || Ahead > Tolerance ? now + (passed / 2) : now;
        return Go(wall > slow ? wall : slow, wall, null);
    }

    private bool IsGivenUp(TimeSpan behind, TimeSpan elapsed)
    {
        if (behind <= TooFar)
        {
            _farBehindSince = null;
            return false;
        }

        _farBehindSince ??= elapsed;
        return elapsed - _farBehindSince >= GiveUpAfter;
    }

    private ClockReading Go(Timestamp to, Timestamp wall, ClockStep? step)
    {
        _now = to;
        Ahead = to > wall ? to - wall : TimeSpan.Zero;
        _farBehindSince = step is null ? _farBehindSince : null;
        return new ClockReading(to, step);
    }
}
