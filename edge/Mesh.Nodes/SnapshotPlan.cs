namespace Mesh.Nodes;

/// <summary>
/// When the next snapshot is due: after 8 MiB of frames or eight times the last snapshot's size, whichever is more, so
/// that a large state is not written more often than what it sums up.
/// </summary>
internal sealed class SnapshotPlan
{
    private const long Least = 8L * 1024 * 1024;

    /// <summary>Frame of the last snapshot, 0 when there is none.</summary>
    private long _last;

    private long _since;
    private long _size;

    /// <summary>True before the first frame: a journal begins with a snapshot.</summary>
    public bool Due { get; private set; } = true;

    /// <summary>Frame of the snapshot before the last: the one to start from should the last be damaged. 0: none.</summary>
    public long Spare { get; private set; }

    /// <summary>The journal held a snapshot already; this much was written behind it.</summary>
    public void Found(long frame, long snapshotBytes, long bytesBehind)
    {
        _last = frame;
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
            (Spare, _last) = (_last, frame.Number);
        }
        else
        {
            _since += bytes;
        }

        Due = _since >= Math.Max(Least, 8 * _size);
    }
}
