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

    private const int IdsOfQuery = 500;

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
        var events = changes.Events.Where(e => e.Frame > applied).Select(e => e.Event).ToArray();
        Add(file, [.. events.OfType<Detection>().DistinctBy(d => d.Id, StringComparer.Ordinal)]);
        Add(file, [.. events.OfType<Aggregate>()]);
        Reading[] readings = [.. changes.Readings.Where(r => r.Frame > applied).Select(r => r.Reading)];
        foreach (var block in readings.Chunk(BlockReadings))
        {
            Add(file, block);
        }

        file.Commit(upTo);
    }

    private static void Add(StoreFile file, IReadOnlyList<Detection> detections)
    {
        var collection = file.Collection(Detections);
        var there = Find(collection, [.. detections.Select(d => d.Id)]);
        var added = new List<BsonDocument>();
        foreach (var detection in detections)
        {
            if (!there.ContainsKey(detection.Id))
            {
                added.Add(
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
        }

        collection.Insert(added);
    }

    private static void Add(StoreFile file, IReadOnlyList<Aggregate> aggregates)
    {
        var collection = file.Collection(Aggregates);
        string[] ids = [.. aggregates.Select(a => a.Id).Distinct(StringComparer.Ordinal)];
        var there = Find(collection, ids);
        var before = there.ToDictionary(
            d => d.Key,
            d => EventBytes.Event<Aggregate>(d.Value["b"].AsBinary),
            StringComparer.Ordinal
        );
        var after = new Dictionary<string, Aggregate>(before, StringComparer.Ordinal);
        foreach (var aggregate in aggregates)
        {
            after[aggregate.Id] = after.TryGetValue(aggregate.Id, out var one)
                ? AggregateMerge.Merge(one, aggregate)
                : aggregate;
        }

        var (added, changed) = (new List<BsonDocument>(), new List<BsonDocument>());
        foreach (var id in ids)
        {
            var (now, old) = (after[id], before.GetValueOrDefault(id));
            if (ReferenceEquals(now, old))
            {
                continue;
            }

            (old is null ? added : changed).Add(Document(now, old is null ? file.NextId() : there[id]["_id"].AsInt64));
            if (now.Device is not null)
            {
                file.Add(AggregatedReadings, now.Count - (old?.Count ?? 0));
            }
        }

        file.Add(AggregateRows, added.Count);
        collection.Insert(added);
        collection.Update(changed);
    }

    private static BsonDocument Document(Aggregate aggregate, long id) =>
        new()
        {
            ["_id"] = id,
            ["k"] = aggregate.Id,
            ["at"] = aggregate.Start.Micros,
            ["d"] = aggregate.Device,
            ["s"] = aggregate.Sensor,
            ["r"] = aggregate.Rule,
            ["b"] = EventBytes.Of(aggregate),
        };

    /// <summary>The documents of these ids that are there already, found with one query for many.</summary>
    private static Dictionary<string, BsonDocument> Find(ILiteCollection<BsonDocument> collection, string[] ids)
    {
        var found = new Dictionary<string, BsonDocument>(StringComparer.Ordinal);
        foreach (var some in ids.Chunk(IdsOfQuery))
        {
            var wanted = new BsonArray(some.Select(id => new BsonValue(id)));

            // Given as text, the array would be taken for the number of documents to skip.
            foreach (var document in collection.Find(BsonExpression.Create("k IN @0", wanted)))
            {
                found[document["k"].AsString] = document;
            }
        }

        return found;
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
