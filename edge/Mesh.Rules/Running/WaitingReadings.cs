using Mesh.Contracts;

namespace Mesh.Rules.Running;

/// <summary>A reading that waits for the watermark; its instant is at hand, because the queue looks at it most.</summary>
internal readonly record struct WaitingReading(Reading Reading, string Source)
{
    public long At { get; } = Reading.At.Micros;
}

/// <summary>Readings in the order of event time: (at, source, device, boot, seq), by which a rule with lateness sees them.</summary>
internal sealed class WaitingReadings
{
    private readonly PriorityQueue<WaitingReading, WaitingReading> _queue = new(EventOrder.Instance);

    public int Count => _queue.Count;

    /// <summary>Event time of the first one, in microseconds; <see cref="long.MaxValue"/> when there is none.</summary>
    public long Earliest => _queue.Count == 0 ? long.MaxValue : _queue.Peek().At;

    public void Add(WaitingReading item) => _queue.Enqueue(item, item);

    public WaitingReading Take() => _queue.Dequeue();

    /// <summary>In order.</summary>
    public WaitingReading[] ToArray()
    {
        var items = _queue.UnorderedItems.Select(i => i.Element).ToArray();
        Array.Sort(items, EventOrder.Instance);
        return items;
    }

    private sealed class EventOrder : IComparer<WaitingReading>
    {
        public static readonly EventOrder Instance = new();

        public int Compare(WaitingReading x, WaitingReading y)
        {
            if (x.At != y.At)
            {
                return x.At < y.At ? -1 : 1;
            }

            var (a, b) = (x.Reading, y.Reading);
            var order = string.CompareOrdinal(x.Source, y.Source);
            order = order != 0 ? order : string.CompareOrdinal(a.Device, b.Device);
            order = order != 0 ? order : a.Boot.CompareTo(b.Boot);
            return order != 0 ? order : a.Seq.CompareTo(b.Seq);
        }
    }
}
