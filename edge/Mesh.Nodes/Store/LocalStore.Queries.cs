using LiteDB;
using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>The questions. Each is answered whole, under the read lock.</summary>
public sealed partial class LocalStore
{
    /// <summary>Most rows of one answer.</summary>
    public const int MostRows = 10_000;

    /// <summary>All devices by name, each with the last reading of each of its sensors.</summary>
    public IReadOnlyList<DeviceRow> Devices() =>
        Ask(current =>
            current
                .Last.GroupBy(k => k.Item.Device, StringComparer.Ordinal)
                .OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(DeviceOf)
                .ToArray()
        );

    /// <summary>Last readings, by device and sensor.</summary>
    public IReadOnlyList<Reading> Latest(string? device = null, string? sensor = null) =>
        Ask(current =>
            current
                .Last.Select(k => k.Item)
                .Where(r => (device is null || r.Device == device) && (sensor is null || r.Sensor == sensor))
                .OrderBy(r => r.Device, StringComparer.Ordinal)
                .ThenBy(r => r.Sensor, StringComparer.Ordinal)
                .ToArray()
        );

    /// <summary>The last thousand commands, oldest first.</summary>
    public IReadOnlyList<CommandRow> Commands() => Ask(current => current.Commands.ToArray());

    /// <summary>Everything below this node, by name.</summary>
    public IReadOnlyList<SourceRow> Sources() =>
        Ask(current => current.Sources.OrderBy(s => s.Name, StringComparer.Ordinal).ToArray());

    /// <summary>Detections, newest first.</summary>
    public IReadOnlyList<DetectionRow> Detections(DetectionQuery query) =>
        Ask<IReadOnlyList<DetectionRow>>(current =>
            query.Open == true
                ? OpenDetections(current, query)
                : Page(
                    PeriodFile.Detections,
                    new TimeRange(query.From, query.To, query.Before, Newest: true),
                    query.Limit,
                    d => query.Rule is null || d["r"].AsString == query.Rule,
                    (d, cursor) =>
                    {
                        var detection = EventBytes.Event<Detection>(d["b"].AsBinary);
                        var open = current.IsOpen(detection);
                        return query.Open == false && open ? null : new DetectionRow(detection, cursor, open);
                    }
                )
        );

    /// <summary>Aggregates, oldest first.</summary>
    public IReadOnlyList<AggregateRow> Aggregates(AggregateQuery query) =>
        Ask(_ =>
            Page(
                PeriodFile.Aggregates,
                new TimeRange(query.From, query.To, query.After, Newest: false),
                query.Limit,
                d => Fits(d, "d", query.Device) && Fits(d, "s", query.Sensor) && Fits(d, "r", query.Rule),
                (d, cursor) => new AggregateRow(EventBytes.Event<Aggregate>(d["b"].AsBinary), cursor)
            )
        );

    /// <summary>Readings of the history by instant, then device, boot and number.</summary>
    /// <exception cref="InvalidOperationException">The store keeps no history.</exception>
    public IReadOnlyList<Reading> Readings(ReadingQuery query)
    {
        if (!_options.History)
        {
            throw new InvalidOperationException("this store keeps no history of readings");
        }

        return Ask(_ =>
        {
            var page = new ReadingPage(query);
            foreach (var name in PeriodsIn(query.From, query.To, newest: false))
            {
                if (
                    !ReadAt(
                        name,
                        file => page.Take(file.Collection(PeriodFile.History), file.Total(PeriodFile.LongestBlock))
                    )
                )
                {
                    break;
                }
            }

            return page.Rows();
        });
    }

    /// <summary>Sums over all that is kept.</summary>
    public StoreCounts Counts() =>
        Ask(_ =>
        {
            var (aggregated, aggregates, readings) = (0L, 0L, 0L);
            var detections = new SortedDictionary<string, long>(StringComparer.Ordinal);
            foreach (var name in _files.Names())
            {
                ReadAt(
                    name,
                    file =>
                    {
                        aggregated += file.Total(PeriodFile.AggregatedReadings);
                        aggregates += file.Total(PeriodFile.AggregateRows);
                        readings += file.Total(PeriodFile.ReadingRows);
                        foreach (var (total, count) in file.Totals)
                        {
                            if (total.StartsWith(PeriodFile.DetectionRows, StringComparison.Ordinal))
                            {
                                var key = total[PeriodFile.DetectionRows.Length..];
                                detections[key] = detections.GetValueOrDefault(key) + count.AsInt64;
                            }
                        }

                        return true;
                    }
                );
            }

            return new StoreCounts(
                aggregated,
                aggregates,
                readings,
                [.. detections.Select(d => new DetectionCount(d.Key[2..], (DetectionKind)(d.Key[0] - '0'), d.Value))]
            );
        });

    private static DeviceRow DeviceOf(IGrouping<string, Kept<Reading>> device)
    {
        Reading[] latest = [.. device.Select(k => k.Item).OrderBy(r => r.Sensor, StringComparer.Ordinal)];
        var newest = latest.MaxBy(r => r.At)!;
        return new DeviceRow(device.Key, newest.Labels, newest.At, latest);
    }

    private static DetectionRow[] OpenDetections(CurrentFile current, DetectionQuery query) =>
        [
            .. current
                .Open.Select(k => new DetectionRow(k.Item, new RowCursor(k.Item.At, k.Id), Open: true))
                .Where(r => r.Detection.At >= query.From && r.Detection.At < query.To)
                .Where(r => query.Rule is null || r.Detection.Rule == query.Rule)
                .Where(r => query.Before is not { } b || (r.Cursor.At, r.Cursor.Row).CompareTo((b.At, b.Row)) < 0)
                .OrderByDescending(r => r.Cursor.At)
                .ThenByDescending(r => r.Cursor.Row)
                .Take(Math.Clamp(query.Limit, 1, MostRows)),
        ];

    private static bool Fits(BsonDocument document, string field, string? wanted) =>
        wanted is null || (document[field].IsString && document[field].AsString == wanted);

    /// <summary>A page of rows in the order of their instants, then of their numbers, across the files.</summary>
    private List<T> Page<T>(
        string collection,
        TimeRange range,
        int limit,
        Func<BsonDocument, bool> wanted,
        Func<BsonDocument, RowCursor, T?> row
    )
        where T : class
    {
        var rows = new List<T>();
        limit = Math.Clamp(limit, 1, MostRows);
        foreach (var name in PeriodsIn(range.From, range.To, range.Newest))
        {
            if (!ReadAt(name, file => range.Take(file.Collection(collection), rows, limit, wanted, row)))
            {
                break;
            }
        }

        return rows;
    }

    private IEnumerable<string> PeriodsIn(Timestamp from, Timestamp to, bool newest)
    {
        var names = _files
            .Names()
            .Where(n => StoreOptions.TryEnd(n, out var end) && end > from)
            .Where(n => string.CompareOrdinal(n, _options.FileOf(to)) <= 0);
        return newest ? names.Reverse() : names;
    }

    private bool ReadAt(string name, Func<StoreFile, bool> read)
    {
        try
        {
            return read(_files.Open(name));
        }
        catch (Exception e) when (e is not (StoreRefusedException or OutOfMemoryException))
        {
            Volatile.Write(ref _suspect, name);
            throw new StoreUnavailableException($"{name} cannot be read now: {e.Message}", e);
        }
    }

    private T Ask<T>(Func<CurrentFile, T> question)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _lock.EnterReadLock();
        try
        {
            return _current is { } current
                ? question(current)
                : throw new StoreUnavailableException("the store is being opened");
        }
        finally
        {
            _lock.ExitReadLock();
        }
    }
}
