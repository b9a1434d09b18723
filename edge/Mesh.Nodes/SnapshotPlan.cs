namespace Mesh.Nodes;

/// <summary>
/// When the next snapshot is due: after 8 MiB of frames or eight times the last snapshot's size, whichever is more, so
/// that a large state is not written more often than what it sums up.
/// </summary>
internal sealed class SnapshotPlan
{
    private const long Least = 8L * 1024 * 1024;

    private long _since;
    private long _size;

    /// <summary>True before the first frame: a journal begins with a snapshot.</summary>
    public bool Due { get; private set; } = true;

    /// <summary>The journal held a snapshot already; this much was written behind it.</summary>
    public void Found(long snapshotBytes, long bytesBehind)
    {
        _size = snapshotBytes;
        _since = bytesBehind;
        Due = _since >= Math.Max(Least, 8 * _size);
    }

    public void Wrote(int bytes, Frame frame)
    {
        if (frame.Outputs is [.., Snapshot snapshot])
        {
            _size = snapshot.Core.Length + snapshot.Rules.Sum(r => (long)r.State.Length);
            _since = 0;
        }
        else
        {
            _since += bytes;
        }

        Due = _since >= Math.Max(Least, 8 * _size);
    }
}
