namespace Mesh.Tests.Nodes;

/// <summary>A wall clock that can be set, over time that only passes.</summary>
internal sealed class SetTime(DateTimeOffset start) : TimeProvider
{
    private TimeSpan _elapsed;
    private TimeSpan _error;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Pass(double seconds) => _elapsed += TimeSpan.FromSeconds(seconds);

    public void Set(TimeSpan by) => _error += by;

    public override DateTimeOffset GetUtcNow() => start + _elapsed + _error;

    public override long GetTimestamp() => _elapsed.Ticks;
}
