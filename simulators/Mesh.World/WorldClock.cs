using Mesh.Contracts;

namespace Mesh.World;

/// <summary>
/// A node's clock: its wall may be wrong by any <see cref="Error"/> and jump, while the time that passes is that of the
/// world.
/// </summary>
public sealed class WorldClock(Agenda agenda) : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    /// <summary>How far the wall clock is ahead of the world's.</summary>
    public TimeSpan Error { get; set; }

    public Timestamp Wall => Timestamp.From(GetUtcNow());

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Start + agenda.Now + Error;

    public override long GetTimestamp() => agenda.Now.Ticks;
}
