namespace Mesh.Nodes;

/// <summary>Wakes a hop when its node has written a frame. Several frames at once ring once.</summary>
internal sealed class Bell : IDisposable
{
    private readonly SemaphoreSlim _rung = new(0, 1);
    private readonly IDisposable _watch;

    public Bell(Node node) => _watch = node.Frames.Subscribe(_ => Ring());

    public void Ring()
    {
        if (_rung.CurrentCount > 0)
        {
            return;
        }

        try
        {
            _rung.Release();
        }
        catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
        {
            // Somebody else rang in between, or nobody waits any more.
        }
    }

    /// <summary>Returns when the bell rings, or when <paramref name="patience"/> is over.</summary>
    public Task WaitAsync(TimeSpan patience, CancellationToken cancel) => _rung.WaitAsync(patience, cancel);

    public void Dispose()
    {
        _watch.Dispose();
        _rung.Dispose();
    }
}
