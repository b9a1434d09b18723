using System.Diagnostics.CodeAnalysis;
using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>What a listener wants to hear; null means any.</summary>
internal sealed record TailChoice(bool Readings, string? Device, string? Sensor, string? Rule)
{
    public bool Wants(MeshEvent item) =>
        item switch
        {
            Reading reading => Readings
                && (Device is null || reading.Device == Device)
                && (Sensor is null || reading.Sensor == Sensor),
            Detection detection => (Rule is null || detection.Rule == Rule)
                && (Device is null || detection.Bindings.Any(b => b.Readings.Any(r => r.Device == Device))),
            _ => false,
        };
}

/// <summary>One listener's queue between the node's thread and its connection. Full, it drops the oldest and counts.</summary>
internal sealed class TailListener(TailChoice choice)
{
    /// <summary>Events that wait at most.</summary>
    public const int Capacity = 1000;

    private readonly Queue<MeshEvent> _events = new();
    private readonly SemaphoreSlim _news = new(0, 1);
    private long _dropped;

    /// <summary>Called by the node; never waits.</summary>
    public void Offer(MeshEvent item)
    {
        if (!choice.Wants(item))
        {
            return;
        }

        lock (_events)
        {
            if (_events.Count == Capacity)
            {
                _events.Dequeue();
                _dropped++;
            }

            _events.Enqueue(item);
            if (_news.CurrentCount == 0)
            {
                _news.Release();
            }
        }
    }

    /// <summary>Waits for something to take; false when nothing came for that long.</summary>
    public async Task<bool> WaitAsync(TimeSpan patience, CancellationToken cancel)
    {
        lock (_events)
        {
            if (_events.Count > 0)
            {
                return true;
            }
        }

        return await _news.WaitAsync(patience, cancel).ConfigureAwait(false);
    }

    /// <summary>Takes the oldest event and how many before it were dropped since the last call.</summary>
    public bool TryTake([NotNullWhen(true)] out MeshEvent? item, out long dropped)
    {
        lock (_events)
        {
            (dropped, _dropped) = (_dropped, 0);
            return _events.TryDequeue(out item);
        }
    }
}
