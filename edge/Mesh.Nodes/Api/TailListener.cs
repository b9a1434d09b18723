using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>What a listener wants to hear; null means any.</summary>
public sealed record TailChoice(bool Readings, string? Device, string? Sensor, string? Rule)
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
public sealed class TailListener(TailChoice choice)
{
    /// <summary>Events that wait at most.</summary>
    public const int Capacity = 1000;

    private readonly Queue<MeshEvent> _events = new();
    private readonly Lock _gate = new();
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true }
    );
    private long _dropped;

    /// <summary>Called by the node; never waits.</summary>
    public void Offer(MeshEvent item)
    {
        if (!choice.Wants(item))
        {
            return;
        }

        lock (_gate)
        {
            if (_events.Count == Capacity)
            {
                _events.Dequeue();
                _dropped++;
            }

            _events.Enqueue(item);
        }

        _news.Writer.TryWrite(true);
    }

    /// <summary>Completes when there is something to take.</summary>
    public async Task WaitAsync(CancellationToken cancel)
    {
        lock (_gate)
        {
            if (_events.Count > 0)
            {
                return;
            }
        }

        await _news.Reader.ReadAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Takes the oldest event and how many before it were dropped since the last call.</summary>
    public bool TryTake([NotNullWhen(true)] out MeshEvent? item, out long dropped)
    {
        lock (_gate)
        {
            (dropped, _dropped) = (_dropped, 0);
            return _events.TryDequeue(out item);
        }
    }
}
