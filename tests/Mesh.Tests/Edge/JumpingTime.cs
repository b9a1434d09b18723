using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Tests.Edge;

/// <summary>
/// A clock on which nobody waits: each timer that is set moves it to when the timer is due. One waiter at a time, and
/// the test asks for each move, so that what happens at an instant has happened before the next.
/// </summary>
internal sealed class JumpingTime : FakeTimeProvider
{
    private readonly Channel<TimeSpan> _waits = Channel.CreateUnbounded<TimeSpan>();

    public JumpingTime()
        : base(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)) { }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime > TimeSpan.Zero)
        {
            _waits.Writer.TryWrite(dueTime);
        }

        return timer;
    }

    /// <summary>Moves from timer to timer until <paramref name="work"/> is done.</summary>
    public async Task RunAsync(Task work, CancellationToken cancellation)
    {
        while (!work.IsCompleted)
        {
            var set = _waits.Reader.WaitToReadAsync(cancellation).AsTask();
            if (await Task.WhenAny(work, set) == set && await set && _waits.Reader.TryRead(out var wait))
            {
                Advance(wait);
            }
        }

        await work;
    }
}
