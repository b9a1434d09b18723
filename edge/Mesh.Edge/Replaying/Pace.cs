using Mesh.Contracts;

namespace Mesh.Edge;

/// <summary>
/// The relation between a recording's time and the clock on the wall: so many times as fast, counted from one start, so
/// that what comes late is caught up and errors do not add up. <see cref="double.PositiveInfinity"/> never waits.
/// </summary>
public sealed class Pace
{
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly Timestamp _origin;

    /// <param name="time">The clock on the wall.</param>
    /// <param name="speed">Above 0; 1 is as it was recorded.</param>
    /// <param name="origin">The recorded instant that is now.</param>
    public Pace(TimeProvider time, double speed, Timestamp origin)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(speed);
        _time = time;
        Speed = speed;
        _origin = origin;
        _started = time.GetTimestamp();
    }

    public double Speed { get; }

    public bool Waits => !double.IsPositiveInfinity(Speed);

    /// <summary>The recorded instant that is now; meaningless when nothing waits.</summary>
    public Timestamp Now => _origin + (_time.GetElapsedTime(_started) * Speed);

    /// <summary>How long until <paramref name="instant"/>; zero when it is past or nothing waits.</summary>
    public TimeSpan Until(Timestamp instant)
    {
        if (!Waits)
        {
            return TimeSpan.Zero;
        }

        var wait = ((instant - _origin) / Speed) - _time.GetElapsedTime(_started);
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    /// <summary>Waits at most <paramref name="longest"/> for <paramref name="instant"/>; true when it has come.</summary>
    public async Task<bool> WaitAsync(Timestamp instant, TimeSpan longest, CancellationToken cancellation)
    {
        var wait = Until(instant);
        if (wait > TimeSpan.Zero)
        {
            // Timers have whole milliseconds: rounded up, so that what is due has come when one wakes.
            var whole = TimeSpan.FromMilliseconds(
                Math.Ceiling((wait < longest ? wait : longest) / TimeSpan.FromMilliseconds(1))
            );
            await Task.Delay(whole, _time, cancellation);
        }

        return Until(instant) == TimeSpan.Zero;
    }
}
