namespace Mesh.Nodes;

/// <summary>
/// How much may be sent: so many bytes a second, and as many at once as a second gives. What is taken beyond that is
/// owed, so one message is never held back for being larger than the bucket.
/// </summary>
/// <param name="bytesPerSecond">More than 0; null: without bound.</param>
internal sealed class TokenBucket(long? bytesPerSecond)
{
    private double _bytes = bytesPerSecond ?? 0;
    private TimeSpan _at;

    /// <summary>Whether something may be sent now.</summary>
    public bool IsOpen(TimeSpan now)
    {
        if (bytesPerSecond is not { } rate)
        {
            return true;
        }

        _bytes = Math.Min(rate, _bytes + ((now - _at).TotalSeconds * rate));
        _at = now;
        return _bytes > 0;
    }

    public void Take(int bytes) => _bytes -= bytesPerSecond is null ? 0 : bytes;
}
