using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>What a batch of frames brings to each file of the store: pure sorting, no disk.</summary>
internal sealed class StoreChanges
{
    private readonly SortedDictionary<string, PeriodChanges> _periods = new(StringComparer.Ordinal);
    private readonly StoreOptions _options;

    private StoreChanges(StoreOptions options) => _options = options;

    internal IReadOnlyDictionary<string, PeriodChanges> Periods => _periods;

    internal static StoreChanges Of(IReadOnlyList<Frame> frames, StoreOptions options)
    {
        var changes = new StoreChanges(options);
        foreach (var frame in frames)
        {
            foreach (var reading in options.History ? Readings(frame) : [])
            {
                changes.In(reading.At).Readings.Add((frame.Number, reading));
            }

            foreach (var item in Events(frame))
            {
                var at = item is Detection detection ? detection.At : ((Aggregate)item).Start;
                changes.In(at).Events.Add((frame.Number, item));
            }
        }

        return changes;
    }

    /// <summary>Items of a frame, for the size of a batch.</summary>
    internal static int Items(Frame frame) =>
        1
        + frame.Outputs.Count
        + frame.Inputs.Sum(i =>
            i switch
            {
                RangeArrived range => range.Range.Items.Count,
                ReadingsArrived readings => readings.Readings.Count,
                _ => 1,
            }
        );

    internal static IEnumerable<Reading> Readings(Frame frame)
    {
        foreach (var input in frame.Inputs)
        {
            if (input is ReadingsArrived arrived)
            {
                foreach (var reading in arrived.Readings)
                {
                    yield return reading;
                }
            }
            else if (input is RangeArrived { Range.Items: var items })
            {
                foreach (var item in items)
                {
                    if (item is Reading reading)
                    {
                        yield return reading;
                    }
                }
            }
        }
    }

    /// <summary>Detections and aggregates, from below and of the node itself. One that is passed on comes twice.</summary>
    internal static IEnumerable<MeshEvent> Events(Frame frame)
    {
        foreach (var input in frame.Inputs)
        {
            foreach (var item in input is RangeArrived arrived ? arrived.Range.Items : [])
            {
                if (item is Detection or Aggregate)
                {
                    yield return item;
                }
            }
        }

        foreach (var output in frame.Outputs)
        {
            if (output is LaneItem { Event: Detection or Aggregate } item)
            {
                yield return item.Event;
            }
        }
    }

    private PeriodChanges In(Timestamp at)
    {
        var name = _options.FileOf(at);
        if (!_periods.TryGetValue(name, out var period))
        {
            _periods.Add(name, period = new PeriodChanges());
        }

        return period;
    }
}

/// <summary>What a batch brings to one period's file, each item with its frame.</summary>
internal sealed class PeriodChanges
{
    internal List<(long Frame, MeshEvent Event)> Events { get; } = [];

    internal List<(long Frame, Reading Reading)> Readings { get; } = [];
}
