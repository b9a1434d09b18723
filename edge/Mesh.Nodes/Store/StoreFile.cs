using LiteDB;
using LiteDB.Engine;

namespace Mesh.Nodes;

/// <summary>
/// One LiteDB file. LiteDB is not durable by itself: so each batch is one transaction that also stores the last applied
/// frame, followed by a checkpoint, over streams that sync where it matters (<see cref="DiskStream"/>) and a seal that
/// tells a torn log from a whole one (<see cref="StoreSeal"/>). A power cut leaves the batch before or this one. Only the
/// holder of the store's write lock writes, and only readers under its read lock read.
/// </summary>
internal sealed class StoreFile : IDisposable
{
    internal const int Format = 1;
    private const string Meta = "meta";

    private readonly LiteDatabase _database;
    private readonly DiskStream _data;
    private readonly DiskStream _log;
    private BsonDocument _meta;

    private StoreFile(string path, LiteDatabase database, DiskStream data, DiskStream log, BsonDocument meta)
    {
        Path = path;
        (_database, _data, _log) = (database, data, log);
        _meta = meta;
    }

    internal string Path { get; }

    internal string Name => System.IO.Path.GetFileName(Path);

    internal long Epoch => _meta["epoch"].AsInt64;

    /// <summary>The last frame whose items are in this file; frames up to it are skipped.</summary>
    internal long Applied => _meta["applied"].AsInt64;

    /// <summary>The last frame that was applied to the whole store, before anything had to be rebuilt.</summary>
    internal long Fed
    {
        get => _meta["fed"].AsInt64;
        set => _meta["fed"] = value;
    }

    /// <summary>Sums kept in step with the content, by name.</summary>
    internal BsonDocument Totals => _meta["totals"].AsDocument;

    /// <summary>
    /// Opens a file, or creates one: under another name until it is whole, so that a crash in between leaves none. Its
    /// name is durable before it is used; were it lost with the power, the files that remain would say that nothing is
    /// missing.
    /// </summary>
    internal static StoreFile Open(
        Disk disk,
        string path,
        long epoch,
        params ReadOnlySpan<(string Collection, string Field)> indexes
    )
    {
        if (!disk.Exists(path))
        {
            var unfinished = path + ".new";
            Delete(disk, unfinished);
            OpenFile(disk, unfinished, epoch, indexes).Dispose();
            disk.Rename(unfinished, path);
            Delete(disk, unfinished);
            disk.SyncFolder(System.IO.Path.GetDirectoryName(path)!);
        }

        return OpenFile(disk, path, epoch, indexes);
    }

    internal static void Delete(Disk disk, string path)
    {
        foreach (var one in FilesOf(path).Where(disk.Exists))
        {
            disk.Delete(one);
        }
    }

    private static StoreFile OpenFile(
        Disk disk,
        string path,
        long epoch,
        ReadOnlySpan<(string Collection, string Field)> indexes
    )
    {
        DiskStream? log = null;
        DiskStream? data = null;
        LiteDatabase? database = null;
        try
        {
            log = OpenLog(disk, path);
            data = new DiskStream(disk.Open(path, DiskAccess.OpenOrCreate), log, seal: null);
            var settings = new EngineSettings
            {
                DataStream = data,
                LogStream = log,
                Collation = Collation.Binary,
            };
            database = new LiteDatabase(new LiteEngine(settings));

            // A checkpoint is made per batch; LiteDB's own would come in the middle of one.
            database.CheckpointSize = 0;
            var meta = database.GetCollection(Meta).FindById(1L);
            if (meta is null)
            {
                meta = new BsonDocument
                {
                    ["_id"] = 1L,
                    ["format"] = Format,
                    ["epoch"] = epoch,
                    ["applied"] = 0L,
                    ["fed"] = 0L,
                    ["next"] = 1L,
                    ["totals"] = new BsonDocument(),
                };
                database.GetCollection(Meta).Insert(meta);
            }

            if (meta["format"].AsInt32 != Format)
            {
                throw new StoreRefusedException(
                    $"{path} has format version {meta["format"].AsInt32}, this program knows version {Format}: "
                        + "use the program that wrote it, or delete the store's folder to have it built anew"
                );
            }

            foreach (var (collection, field) in indexes)
            {
                database.GetCollection(collection).EnsureIndex(field, BsonExpression.Create("$." + field));
            }

            database.Checkpoint();
            return new StoreFile(path, database, data, log, meta);
        }
        catch
        {
            database?.Dispose();
            data?.Dispose();
            log?.Dispose();
            throw;
        }
    }

    private static DiskStream OpenLog(Disk disk, string path)
    {
        var isNew = !disk.Exists(LogOf(path)) || !disk.Exists(SealOf(path));
        var file = disk.Open(LogOf(path), DiskAccess.OpenOrCreate);
        try
        {
            var seal = new StoreSeal(disk.Open(SealOf(path), DiskAccess.OpenOrCreate));
            if (isNew)
            {
                // A log whose name is lost with the power is lost as well, and data may be half overwritten by then.
                disk.SyncFolder(System.IO.Path.GetDirectoryName(path)!);
            }

            seal.Check(file);
            return new DiskStream(file, log: null, seal);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    internal ILiteCollection<BsonDocument> Collection(string name) => _database.GetCollection(name);

    /// <summary>The next document's id: ascending, never used again.</summary>
    internal long NextId()
    {
        var next = _meta["next"].AsInt64;
        _meta["next"] = next + 1;
        return next;
    }

    internal void Add(string total, long more) =>
        Totals[total] = (Totals.TryGetValue(total, out var value) ? value.AsInt64 : 0) + more;

    internal long Total(string name) => Totals.TryGetValue(name, out var value) ? value.AsInt64 : 0;

    internal void Begin() => _database.BeginTrans();

    internal void Commit(long applied)
    {
        _meta["applied"] = Math.Max(Applied, applied);
        _database.GetCollection(Meta).Update(_meta);
        _database.Commit();
        _database.Checkpoint();
    }

    /// <summary>Stores the meta document outside a batch.</summary>
    internal void Save()
    {
        _database.GetCollection(Meta).Update(_meta);
        _database.Checkpoint();
    }

    public void Dispose()
    {
        try
        {
            _database.Dispose();
        }
        finally
        {
            _data.Dispose();
            _log.Dispose();
        }
    }

    /// <summary>All files of one: data, LiteDB's log, its seal.</summary>
    internal static IReadOnlyList<string> FilesOf(string path) => [path, LogOf(path), SealOf(path)];

    private static string LogOf(string path) => System.IO.Path.ChangeExtension(path, ".log");

    private static string SealOf(string path) => System.IO.Path.ChangeExtension(path, ".seal");
}
