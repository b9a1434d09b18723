using LiteDB;
using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>
/// What is so now: the last reading of each sensor, open detections, commands, sources. Kept in memory, where queries
/// read it, and in <c>current.db</c>, where a restart finds it.
/// </summary>
internal sealed class CurrentFile : IDisposable
{
    internal const string Name = "current.db";

    /// <summary>Sensors, and open detections, beyond which no more are kept.</summary>
    internal const int MostRows = 200_000;

    /// <summary>Commands kept; the oldest go first.</summary>
    internal const int MostCommands = 1000;

    private const string LastReadings = "last";
    private const string OpenDetections = "open";
    private const string Sent = "commands";
    private const string Below = "sources";

    private readonly Dictionary<(string Device, string Sensor), Kept<Reading>> _last = [];
    private readonly Dictionary<string, Kept<Detection>> _open = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Kept<CommandRow>> _commands = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Kept<SourceRow>> _sources = new(StringComparer.Ordinal);
    private readonly HashSet<Kept> _changed = [];

    private CurrentFile(StoreFile file) => File = file;

    internal StoreFile File { get; }

    internal IEnumerable<Kept<Reading>> Last => _last.Values;

    internal IEnumerable<Kept<Detection>> Open => _open.Values;

    internal IEnumerable<CommandRow> Commands => _commands.Values.OrderBy(c => c.Id).Select(c => c.Item);

    internal IEnumerable<SourceRow> Sources => _sources.Values.Select(s => s.Item);

    internal static CurrentFile Load(string path, long epoch)
    {
        var file = StoreFile.Open(path, epoch);
        try
        {
            var current = new CurrentFile(file);
            current.Load();
            return current;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    internal bool IsOpen(Detection detection) =>
        detection.Kind == DetectionKind.Fire
        && _open.TryGetValue(EpisodeOf(detection), out var open)
        && open.Item.Id == detection.Id;

    /// <summary>Applies the frames that the file does not hold yet, in one transaction.</summary>
    internal void Apply(IReadOnlyList<Frame> frames)
    {
        foreach (var frame in frames)
        {
            if (frame.Number > File.Applied)
            {
                Apply(frame);
            }
        }

        File.Begin();
        foreach (var kept in _changed)
        {
            Write(kept);
        }

        _changed.Clear();
        File.Fed = frames[^1].Number;
        File.Commit(frames[^1].Number);
    }

    public void Dispose() => File.Dispose();

    private void Apply(Frame frame)
    {
        foreach (var reading in StoreChanges.Readings(frame))
        {
            var key = (reading.Device, reading.Sensor);
            if (!_last.TryGetValue(key, out var kept))
            {
                if (_last.Count < MostRows)
                {
                    Changed(_last[key] = new Kept<Reading>(LastReadings, File.NextId(), reading));
                }
            }
            else if (reading.At >= kept.Item.At)
            {
                kept.Item = reading;
                Changed(kept);
            }
        }

        foreach (var item in StoreChanges.Events(frame))
        {
            if (item is Detection detection)
            {
                Apply(detection);
            }
            else if (item is Aggregate { Device: not null, Sensor: not null } minute)
            {
                Apply(minute);
            }
        }

        foreach (var input in frame.Inputs)
        {
            Apply(input, frame.Time);
        }

        foreach (var output in frame.Outputs)
        {
            if (output is CommandSent sent)
            {
                Keep(sent.Command, frame.Time);
            }
        }
    }

    private void Apply(Detection detection)
    {
        var key = EpisodeOf(detection);
        if (detection.Kind == DetectionKind.Clear && _open.Remove(key, out var closed))
        {
            closed.Gone = true;
            Changed(closed);
        }
        else if (detection.Kind == DetectionKind.Fire && (_open.ContainsKey(key) || _open.Count < MostRows))
        {
            var id = _open.TryGetValue(key, out var before) ? before.Id : File.NextId();
            Changed(_open[key] = new Kept<Detection>(OpenDetections, id, detection));
        }
    }

    /// <summary>
    /// Where readings stay below and only their minutes come up, a minute's newest value is the newest there is. It never
    /// replaces a reading of the same instant, which knows more (unit, number, fields).
    /// </summary>
    private void Apply(Aggregate minute)
    {
        var key = (minute.Device!, minute.Sensor!);
        var reading = new Reading
        {
            Device = minute.Device!,
            Sensor = minute.Sensor!,
            Value = minute.Last,
            At = minute.LastAt,
            Labels = minute.Labels,
        };
        if (!_last.TryGetValue(key, out var kept))
        {
            if (_last.Count < MostRows)
            {
                Changed(_last[key] = new Kept<Reading>(LastReadings, File.NextId(), reading));
            }
        }
        else if (reading.At > kept.Item.At)
        {
            kept.Item = reading;
            Changed(kept);
        }
    }

    private void Apply(NodeInput input, Timestamp time)
    {
        switch (input)
        {
            case CommandOrdered ordered:
                Keep(ordered.Command, time);
                break;
            case ActionFinished finished when _commands.TryGetValue(finished.Id, out var kept):
                kept.Item = kept.Item with { Outcome = finished.Outcome, Detail = finished.Detail };
                Changed(kept);
                break;
            case SourceChanged changed:
                var source = Source(changed.Source);
                source.Item = source.Item with { Alive = changed.Alive, SeenAt = time };
                Changed(source);
                break;
            case RangeArrived { Range: var range }:
                var sender = Source(range.Sender);
                sender.Item = sender.Item with { SeenAt = time, Marks = SourceMarks.With(sender.Item.Marks, range) };
                Changed(sender);
                break;
            case ReadingsArrived arrived:
                var own = Source(arrived.Source);
                own.Item = own.Item with { SeenAt = time };
                Changed(own);
                break;
            default:
                break;
        }
    }

    private Kept<SourceRow> Source(string name)
    {
        if (!_sources.TryGetValue(name, out var kept))
        {
            kept = new Kept<SourceRow>(Below, File.NextId(), new SourceRow(name, null, Timestamp.MinValue, []));
            if (_sources.Count < MostRows)
            {
                _sources.Add(name, kept);
            }
        }

        return kept;
    }

    private void Keep(Command command, Timestamp time)
    {
        if (_commands.ContainsKey(command.Id))
        {
            return;
        }

        if (_commands.Count >= MostCommands)
        {
            var oldest = _commands.MinBy(c => c.Value.Id);
            _commands.Remove(oldest.Key);
            oldest.Value.Gone = true;
            Changed(oldest.Value);
        }

        var row = new CommandRow(command, time, null, null);
        Changed(_commands[command.Id] = new Kept<CommandRow>(Sent, File.NextId(), row));
    }

    private void Changed(Kept kept) => _changed.Add(kept);

    private void Write(Kept kept)
    {
        var collection = File.Collection(kept.Collection);
        if (kept.Gone)
        {
            collection.Delete(kept.Id);
            return;
        }

        var document = kept switch
        {
            Kept<Reading> reading => new BsonDocument { ["b"] = EventBytes.Of([reading.Item]) },
            Kept<Detection> detection => new BsonDocument { ["b"] = EventBytes.Of(detection.Item) },
            Kept<CommandRow> command => RowDocuments.Of(command.Item),
            Kept<SourceRow> source => RowDocuments.Of(source.Item),
            _ => throw new InvalidOperationException($"{kept} is nothing this file keeps"),
        };
        document["_id"] = kept.Id;
        collection.Upsert(document);
    }

    private void Load()
    {
        foreach (var document in File.Collection(LastReadings).FindAll())
        {
            var reading = EventBytes.Readings(document["b"].AsBinary)[0];
            var key = (reading.Device, reading.Sensor);
            _last[key] = new Kept<Reading>(LastReadings, document["_id"].AsInt64, reading);
        }

        foreach (var document in File.Collection(OpenDetections).FindAll())
        {
            var detection = EventBytes.Event<Detection>(document["b"].AsBinary);
            var kept = new Kept<Detection>(OpenDetections, document["_id"].AsInt64, detection);
            _open[EpisodeOf(detection)] = kept;
        }

        foreach (var document in File.Collection(Sent).FindAll())
        {
            var row = RowDocuments.Command(document);
            _commands[row.Command.Id] = new Kept<CommandRow>(Sent, document["_id"].AsInt64, row);
        }

        foreach (var document in File.Collection(Below).FindAll())
        {
            var row = RowDocuments.Source(document);
            _sources[row.Name] = new Kept<SourceRow>(Below, document["_id"].AsInt64, row);
        }
    }

    /// <summary>A rule has at most one open episode per key.</summary>
    private static string EpisodeOf(Detection detection) =>
        string.Join(
            '\u001f',
            detection.Key.Select(p => $"{p.Name}\u001e{(byte)p.Value.Kind}{p.Value}").Prepend(detection.Rule)
        );
}

/// <summary>Something kept in memory and as a document.</summary>
internal abstract class Kept(string collection, long id)
{
    internal string Collection { get; } = collection;

    internal long Id { get; } = id;

    internal bool Gone { get; set; }
}

internal sealed class Kept<T>(string collection, long id, T item) : Kept(collection, id)
{
    internal T Item { get; set; } = item;
}
