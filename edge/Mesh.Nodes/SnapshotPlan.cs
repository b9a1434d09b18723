namespace Mesh.Nodes;

/// <summary>
/// When the next snapshot is due: after 8 MiB of frames or eight times the last snapshot's size, whichever is more, so
/// that a large state is not written more often than what it sums up; but never later than after <paramref name="most"/>.
/// </summary>
/// <param name="most">Bytes of frames.</param>
internal sealed class SnapshotPlan(long most = long.MaxValue)
{
    private const long Least = 8L * 1024 * 1024;

    private long _since;

    /// <summary>True before the first frame: a journal begins with a snapshot.</summary>
    public bool Due { get; private set; } = true;

    /// <summary>Frame of the last snapshot, 0 when there is none.</summary>
    public long Newest { get; private set; }

    /// <summary>Frame of the snapshot before the last: the one to start from should the last be damaged. 0: none.</summary>
    public long Spare { get; private set; }

    /// <summary>Bytes of the last snapshot.</summary>
    public long Size { get; private set; }

    private long Wait => Math.Min(Math.Max(Least, 8 * Size), most);

    /// <summary>The journal held a snapshot already; this much was written behind it.</summary>
    public void Found(long frame, long snapshotBytes, long bytesBehind)
    {
        Newest = frame;
        Size = snapshotBytes;
        _since = bytesBehind;
        Due = _since >= Wait;
    }

    public void Wrote(int bytes, Frame frame)
    {
        if (frame.Outputs is [.., Snapshot snapshot])
        {
            Size = snapshot.Core.Length + snapshot.Rules.Sum(r => (long)r.State.Length);
            _since = 0;
            (Spare, Newest) = (Newest, frame.Number);
        }
        else
        {
            _since += bytes;
        }

        Due = _since >= Wait;
    }

    /// <summary>There was no room for one: the next try comes after an eighth of the usual wait.</summary>
    public void Postpone()
    {
        _since = Wait - (Wait / 8);
        Due = false;
    }
}
