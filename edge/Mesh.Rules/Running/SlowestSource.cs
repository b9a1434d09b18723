namespace Mesh.Rules.Running;

/// <summary>
/// The slowest of some sources. Sources only go forwards, so what was once noted of one is never too late: only the one
/// at the top has to be looked at again, and a source that moves costs nothing until it gets there. So a thousand
/// sources that speak in turn, each the slowest before it speaks, cost a few steps each and not a look at all others.
/// </summary>
/// <param name="time">How far a source has come, in microseconds.</param>
internal sealed class SlowestSource(Func<Source, long> time)
{
    private readonly PriorityQueue<Source, long> _sources = new();

    public void Clear() => _sources.Clear();

    public void Add(Source source) => _sources.Enqueue(source, time(source));

    /// <summary>Null when there is none. Of several as slow as each other, any.</summary>
    public Source? Find()
    {
        while (_sources.TryPeek(out var source, out var noted))
        {
            var now = time(source);
            if (now == noted)
            {
                return source;
            }

            _sources.DequeueEnqueue(source, now);
        }

        return null;
    }
}
