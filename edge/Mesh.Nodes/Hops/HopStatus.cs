namespace Mesh.Nodes;

/// <summary>How a hop to the next tier is doing, for status and health.</summary>
public sealed class HopStatus
{
    private volatile string? _trouble;
    private volatile bool _connected;
    private long _sent;
    private long _attempts;

    /// <summary>Where it goes: an address.</summary>
    public required string Target { get; init; }

    public bool Connected => _connected;

    /// <summary>What went wrong last, while it is not mended.</summary>
    public string? Trouble => _trouble;

    /// <summary>Items sent, repetitions included.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Connections or requests tried.</summary>
    public long Attempts => Interlocked.Read(ref _attempts);

    public void CountSent(int items) => Interlocked.Add(ref _sent, items);

    public void CountAttempt() => Interlocked.Increment(ref _attempts);

    public void Up()
    {
        _connected = true;
        _trouble = null;
    }

    /// <summary>Notes trouble; true when it is new, so that the log says it once.</summary>
    public bool Down(string reason)
    {
        var news = _connected || _trouble != reason;
        _connected = false;
        _trouble = reason;
        return news;
    }
}
