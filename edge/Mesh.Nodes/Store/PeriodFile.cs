using LiteDB;
using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>
/// Detections, aggregates and readings of one period of data time. Documents: <c>detections {_id, k: id, at, r: rule,
/// b: block}</c>, <c>aggregates {_id, k: id, at: start, d: device, s: sensor, r: rule, b}</c>, <c>history {_id, at:
/// first instant, to: last, b}</c>; instants are microseconds.
/// </summary>
internal static class PeriodFile
{
    internal const string Detections = "detections";
    internal const string Aggregates = "aggregates";
    internal const string History = "history";

    internal const string AggregatedReadings = "aggregated";
    internal const string AggregateRows = "aggregates";
    internal const string ReadingRows = "readings";
    internal const string LongestBlock = "span";
    internal const string DetectionRows = "detections/";

    /// <summary>Readings of one document.</summary>
    private const int BlockReadings = 500;

    internal static StoreFile Open(string path, long epoch) =>
        StoreFile.Open(
            path,
            epoch,
            (Detections, "k"),
            (Detections, "at"),
            (Aggregates, "k"),
            (Aggregates, "at"),
            (History, "at")
        );

    /// <summary>Applies what the file does not hold yet, in one transaction.</summary>
    internal static void Apply(StoreFile file, PeriodChanges changes, long upTo)
    {
        var applied = file.Applied;
        file.Begin();
        foreach (var (frame, item) in changes.Events)
        {
            if (frame <= applied)
            {
                continue;
            }

            if (item is Detection detection)
            {
                Add(file, detection);
            }
            else if (item is Aggregate aggregate)
            {
                Add(file, aggregate);
            }
        }

        Reading[] readings = [.. changes.Readings.Where(r => r.Frame > applied).Select(r => r.Reading)];
        foreach (var block in readings.Chunk(BlockReadings))
        {
            Add(file, block);
        }

        file.Commit(upTo);
    }

    private static void Add(StoreFile file, Detection detection)
    {
        var collection = file.Collection(Detections);
        if (collection.FindOne("k = @0", detection.Id) is not null)
        {
            return;
        }

        collection.Insert(
            new BsonDocument
            {
                ["_id"] = file.NextId(),
                ["k"] = detection.Id,
                ["at"] = detection.At.Micros,
                ["r"] = detection.Rule,
                ["b"] = EventBytes.Of(detection),
            }
        );
        file.Add($"{DetectionRows}{(byte)detection.Kind}/{detection.Rule}", 1);
    }

    private static void Add(StoreFile file, Aggregate aggregate)
    {
        var collection = file.Collection(Aggregates);
        var there = collection.FindOne("k = @0", aggregate.Id);
        var before = there is null ? null : EventBytes.Event<Aggregate>(there["b"].AsBinary);
        var after = before is null ? aggregate : AggregateMerge.Merge(before, aggregate);
        if (ReferenceEquals(after, before))
        {
            return;
        }

        var document = new BsonDocument
        {
            ["_id"] = there is null ? file.NextId() : there["_id"],
            ["k"] = after.Id,
            ["at"] = after.Start.Micros,
            ["d"] = after.Device,
            ["s"] = after.Sensor,
            ["r"] = after.Rule,
            ["b"] = EventBytes.Of(after),
        };
        if (there is null)
        {
            collection.Insert(document);
            file.Add(AggregateRows, 1);
        }
        else
        {
            collection.Update(document);
        }

        if (after.Device is not null)
        {
            file.Add(AggregatedReadings, after.Count - (before?.Count ?? 0));
        }
    }

    private static void Add(StoreFile file, Reading[] readings)
    {
        var (first, last) = (readings.Min(r => r.At.Micros), readings.Max(r => r.At.Micros));
        file.Collection(History)
            .Insert(
                new BsonDocument
                {
                    ["_id"] = file.NextId(),
                    ["at"] = first,
                    ["to"] = last,
                    ["b"] = EventBytes.Of(readings),
                }
            );
        file.Add(ReadingRows, readings.Length);
        file.Add(LongestBlock, Math.Max(0, last - first - file.Total(LongestBlock)));
    }
}
