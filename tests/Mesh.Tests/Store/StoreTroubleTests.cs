using Mesh.Contracts;
using Mesh.Nodes;
using Mesh.World;
using Xunit;

namespace Mesh.Tests.Stores;

/// <summary>A damaged store is set aside and built anew from the frames, to the same content.</summary>
public sealed class StoreTroubleTests : IDisposable
{
    private const int Count = 120;
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-store-").FullName;
    private readonly List<StoreTrouble> _troubles = [];

    private readonly Frame[] _frames =
    [
        .. Enumerable
            .Range(1, Count)
            .Select(i =>
                Frames.Of(
                    i,
                    Frames.Reading($"d{i % 5}", "a", i, i, i),
                    Frames.Minute($"d{i % 5}", i * 600, (i, i)),
                    Frames.Detection(
                        "hot",
                        $"{i % 3}",
                        i % 2 == 0 ? DetectionKind.Fire : DetectionKind.Clear,
                        i * 36_000
                    )
                )
            ),
    ];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("current.db", "garbage")]
    [InlineData("current.db", "zeros")]
    [InlineData("current.db", "short")]
    [InlineData("2026-03.db", "garbage")]
    [InlineData("2026-03.db", "zeros")]
    [InlineData("2026-03.db", "short")]
    [InlineData("2026-04.db", "middle")]
    public void A_damaged_file_is_rebuilt_and_nothing_is_counted_twice(string file, string damage)
    {
        string before;
        using (var store = Open())
        {
            Feed(store);
            before = Content(store);
        }

        Damage(Path.Combine(_folder, file), damage);
        using var again = Open();
        Feed(again);
        var after = TryContent(again);
        for (var i = 0; i < 4 && after is null; i++)
        {
            // A query met damage that opening did not show: the next batches reopen, then rebuild.
            again.Apply([_frames[^1]]);
            Feed(again);
            after = TryContent(again);
        }

        Assert.Equal(before, after);
        Assert.Contains(_troubles, t => t.File == file);
    }

    [Fact]
    public void A_crash_between_two_files_applies_nothing_twice()
    {
        string before;
        using (var store = Open())
        {
            store.Apply(_frames[..60]);
            File.Copy(Path.Combine(_folder, "current.db"), Path.Combine(_folder, "older"));
            store.Apply(_frames[60..]);
            before = Content(store);
        }

        File.Move(Path.Combine(_folder, "older"), Path.Combine(_folder, "current.db"), overwrite: true);
        using var again = Open();
        Assert.Equal(60, again.AppliedFrame);
        Feed(again);
        Assert.Equal(before, Content(again));
        Assert.Empty(_troubles);
    }

    [Fact]
    public void An_unknown_format_is_refused()
    {
        Open().Dispose();
        using (
            var database = new LiteDB.LiteDatabase(
                new LiteDB.ConnectionString { Filename = Path.Combine(_folder, "current.db") }
            )
        )
        {
            var meta = database.GetCollection("meta").FindById(1L);
            meta["format"] = 2;
            database.GetCollection("meta").Update(meta);
            database.Checkpoint();
        }

        Assert.Contains("version 2", Assert.Throws<StoreRefusedException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_enqueued_becomes_visible_and_can_be_waited_for()
    {
        using var store = LocalStore.Open(
            new PosixDisk(),
            new StoreOptions(_folder, 7, BatchItems: 50, QueueFrames: 8) { Linger = TimeSpan.FromMinutes(5) },
            TimeProvider.System,
            _troubles.Add
        );
        store.Start();
        Assert.False(store.Enqueue(_frames[0]), "fed without asking where to begin");
        Assert.Equal(1, store.StartFeed());
        Assert.All(_frames, f => Assert.True(store.Enqueue(f)));
        Assert.True(await store.WaitFor(Count, TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Equal(Count, store.AppliedFrame);
        Assert.Equal(Count, store.Counts().AggregatedReadings);
        Assert.False(
            await store.WaitFor(Count + 1, TimeSpan.FromMilliseconds(1), TestContext.Current.CancellationToken)
        );
    }

    [Fact]
    public async Task Readers_on_other_threads_get_whole_answers_while_frames_are_applied()
    {
        using var store = Open();
        var stop = false;
        var readers = Enumerable
            .Range(0, 3)
            .Select(_ =>
                Task.Run(
                    () =>
                    {
                        var seen = 0;
                        while (!Volatile.Read(ref stop))
                        {
                            var count = store.Detections(new() { Limit = 1000 }).Count;
                            Assert.True(count >= seen, $"{count} after {seen}");
                            seen = count;
                            Assert.True(store.Latest().Count <= 10);
                        }
                    },
                    TestContext.Current.CancellationToken
                )
            )
            .ToArray();
        foreach (var frames in _frames.Chunk(6))
        {
            Assert.True(store.Apply(frames));
        }

        Volatile.Write(ref stop, true);
        await Task.WhenAll(readers);
        Assert.Empty(_troubles);
    }

    [Fact]
    public void A_failed_sync_or_a_power_cut_at_any_operation_leaves_a_store_that_comes_to_the_same_content()
    {
        string wanted;
        using (var store = Open(new MemoryDisk()))
        {
            Feed(store);
            wanted = Content(store);
        }

        for (var seed = 1; seed <= 100; seed++)
        {
            var random = new Random(seed);
            var disk = new MemoryDisk();
            if (seed % 3 == 0)
            {
                disk.SyncsUntilFailure = random.Next(60);
            }
            else
            {
                disk.OperationsUntilCut = random.Next(600);
            }

            Live(disk);
            _troubles.Clear();
            using var again = Open(disk.Cut(random));
            Feed(again);
            Assert.True(wanted == Content(again), $"seed {seed}: another content");
            Assert.True(_troubles.Count == 0, $"seed {seed}: {string.Join("; ", _troubles)}");
        }
    }

    private void Live(MemoryDisk disk)
    {
        try
        {
            using var store = Open(disk);
            store.StartFeed();
            foreach (var batch in _frames.Chunk(25))
            {
                if (!store.Apply(batch))
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is PowerCutException or DiskException or LiteDB.LiteException or AggregateException)
        {
            // Opening was as far as it got.
        }
    }

    private static void Damage(string path, string how)
    {
        var bytes = File.ReadAllBytes(path);
        var random = new Random(1);
        switch (how)
        {
            case "garbage":
                random.NextBytes(bytes);
                break;
            case "zeros":
                bytes.AsSpan(0, 8192).Clear();
                break;
            case "short":
                bytes = bytes[..(bytes.Length / 2)];
                break;
            default:
                random.NextBytes(bytes.AsSpan(8192));
                break;
        }

        File.WriteAllBytes(path, bytes);
    }

    /// <summary>What a node does: begins where the store says and obeys when it is sent back.</summary>
    private void Feed(LocalStore store)
    {
        for (var attempt = 0; attempt < 10; attempt++)
        {
            var from = (int)store.StartFeed();
            if (_frames[(from - 1)..].Chunk(25).All(store.Apply) && store.AppliedFrame == Count)
            {
                return;
            }
        }

        Assert.Fail($"the store does not come to rest: {string.Join("; ", _troubles)}");
    }

    private static string? TryContent(LocalStore store)
    {
        try
        {
            return Content(store);
        }
        catch (StoreUnavailableException)
        {
            return null;
        }
    }

    private static string Content(LocalStore store) =>
        Blocks.Exactly.Text(
            new
            {
                Latest = store.Latest(),
                Detections = store.Detections(new() { Limit = 1000 }).Select(r => new { r.Detection, r.Open }),
                Open = store.Detections(new() { Open = true }).Select(r => r.Detection),
                Aggregates = store.Aggregates(new() { Limit = 1000 }).Select(r => r.Aggregate),
                Counts = store.Counts(),
            }
        );

    private LocalStore Open(MemoryDisk disk) =>
        LocalStore.Open(disk, new StoreOptions("/store", 7), TimeProvider.System, _troubles.Add);

    private LocalStore Open() =>
        LocalStore.Open(new PosixDisk(), new StoreOptions(_folder, 7), TimeProvider.System, _troubles.Add);
}
