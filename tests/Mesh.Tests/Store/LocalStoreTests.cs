using Mesh.Contracts;
using Mesh.Nodes;
using Xunit;

namespace Mesh.Tests.Stores;

public sealed class LocalStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-store-").FullName;
    private readonly List<StoreTrouble> _troubles = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Last_values_are_those_with_the_newest_instant_and_survive_a_restart()
    {
        using (var store = Open())
        {
            store.Apply([
                Frames.Of(1, Frames.Reading("dev-A", "temperature", 20, 10), Frames.Reading("dev-a", "co2", 500, 5)),
                Frames.Of(2, Frames.Reading("dev-A", "temperature", 19, 3), Frames.Reading("dev-A", "co2", 600, 20)),
            ]);
        }

        using var again = Open();
        Assert.Equal(2, again.AppliedFrame);
        Assert.Equal(
            ["dev-A co2 600 1", "dev-A temperature 20 1", "dev-a co2 500 1"],
            again.Latest().Select(Frames.Text)
        );
        Assert.Equal(["dev-a co2 500 1"], again.Latest(device: "dev-a").Select(Frames.Text));
        Assert.Equal(2, again.Latest(sensor: "co2").Count);
        Assert.Equal(["dev-A", "dev-a"], again.Devices().Select(d => d.Device));
        Assert.Equal(Frames.At(20), again.Devices()[0].LastAt);
        Assert.Empty(_troubles);
    }

    [Fact]
    public void A_detection_is_open_until_its_rule_clears_the_same_key()
    {
        using var store = Open();
        store.Apply([
            Frames.Of(1, Frames.Detection("hot", "101", DetectionKind.Fire, 1)),
            Frames.Of(2, Frames.Detection("hot", "102", DetectionKind.Fire, 2)),
            Frames.Of(3, Frames.Detection("hot", "101", DetectionKind.Clear, 3)),
            Frames.Of(4, Frames.Detection("seen", "101", DetectionKind.Match, 4)),
        ]);
        var open = Assert.Single(store.Detections(new() { Open = true }));
        Assert.Equal("hot Fire", $"{open.Detection.Rule} {open.Detection.Kind}");
        Assert.Equal([4, 3, 2, 1], store.Detections(new()).Select(Second));
        Assert.Equal([4, 3, 1], store.Detections(new() { Open = false }).Select(Second));
        Assert.Equal([3, 2, 1], store.Detections(new() { Rule = "hot" }).Select(Second));
        Assert.Equal([3, 2], store.Detections(new() { From = Frames.At(2), To = Frames.At(4) }).Select(Second));
        var counts = store.Counts().Detections;
        Assert.Equal(
            [
                new("hot", DetectionKind.Fire, 2),
                new("hot", DetectionKind.Clear, 1),
                new("seen", DetectionKind.Match, 1),
            ],
            counts
        );
    }

    [Fact]
    public void Pages_of_detections_join_without_gap_or_repetition_across_periods_and_equal_instants()
    {
        using var store = Open();
        var month = 30 * 86400.0;
        store.Apply([
            .. Range(1, 300)
                .Select(i => Frames.Of(i, Frames.Detection($"rule-{i}", "1", DetectionKind.Match, i / 7 * month / 6))),
        ]);
        var all = store.Detections(new() { Limit = 1000 });
        Assert.Equal(300, all.Count);
        Assert.Equal(
            all.OrderByDescending(r => r.Detection.At).Select(r => r.Detection.At),
            all.Select(r => r.Detection.At)
        );
        var pages = new List<string>();
        for (RowCursor? before = null; ; )
        {
            var page = store.Detections(new() { Limit = 13, Before = before });
            if (page.Count == 0)
            {
                break;
            }

            pages.AddRange(page.Select(r => r.Detection.Id));
            before = page[^1].Cursor;
        }

        Assert.Equal(all.Select(r => r.Detection.Id), pages);
        Assert.True(Directory.GetFiles(_folder, "20*.db").Length > 5);
    }

    [Fact]
    public void Aggregates_of_one_id_merge_and_the_count_is_that_of_readings()
    {
        using var store = Open();
        store.Apply([Frames.Of(1, Frames.Minute("d", 0, (1, 10)), Frames.Minute("d", 1, (11, 20)))]);
        store.Apply([Frames.Of(2, Frames.Minute("d", 0, (21, 21)), Frames.Minute("e", 0, (1, 5)))]);
        store.Apply([Frames.Of(3, Frames.Minute("d", 0, (1, 10)))]);
        Assert.Equal((26, 3), (store.Counts().AggregatedReadings, store.Counts().Aggregates));
        var rows = store.Aggregates(new() { Device = "d" });
        Assert.Equal([11L, 10L], rows.Select(r => r.Aggregate.Count));
        Assert.Equal(21, rows[0].Aggregate.Max);
        Assert.Single(store.Aggregates(new() { Device = "d", After = rows[0].Cursor }));
        Assert.Equal(3, store.Aggregates(new() { Sensor = "temperature" }).Count);
        Assert.Empty(store.Aggregates(new() { Sensor = "co2" }));
        Assert.Single(store.Aggregates(new() { From = Frames.At(60), To = Frames.At(120) }));
    }

    [Fact]
    public void What_came_from_below_counts_and_what_is_passed_on_counts_once()
    {
        using var store = Open(history: true);
        var minute = Frames.Minute("d", 0, (1, 10));
        var fire = Frames.Detection("hot", "101", DetectionKind.Fire, 1);
        LaneRange range = new(
            "fog-1",
            7,
            Lane.Readings,
            5,
            [Frames.Reading("d", "temperature", 1, 1), minute, fire],
            [],
            null
        );
        store.Apply([Frames.Of(1, [new RangeArrived(range), new SourceChanged("fog-1", true)], minute, fire)]);
        Assert.Equal(
            (10, 1, 1),
            (store.Counts().AggregatedReadings, store.Counts().Aggregates, store.Counts().Readings)
        );
        Assert.Single(store.Detections(new()));
        var source = Assert.Single(store.Sources());
        Assert.Equal(("fog-1", true), (source.Name, source.Alive));
        Assert.Equal([new SourceMark(7, Lane.Readings, 7)], source.Marks);
    }

    [Fact]
    public void Commands_keep_what_became_of_them_and_the_oldest_go()
    {
        using (var store = Open())
        {
            var frames = Range(1, 1100).Select(i => Frames.Of(i, [new CommandOrdered(Lock($"c{i}"))]));
            store.Apply([.. frames, Frames.Of(1101, [new ActionFinished("c1100", "done", "locked")])]);
        }

        using var again = Open();
        var commands = again.Commands();
        Assert.Equal((1000, "c101"), (commands.Count, commands[0].Command.Id));
        Assert.Equal(("done", "locked"), (commands[^1].Outcome, commands[^1].Detail));
        Assert.Equal(Lock("c1100"), commands[^1].Command);
    }

    [Fact]
    public void History_gives_readings_by_time_device_and_page()
    {
        using var store = Open(history: true);
        var readings = Range(1, 3000)
            .Select(i => Frames.Reading($"d{i % 3}", i % 2 == 0 ? "a" : "b", i, ((i * 7919) % 3000) / 2.0, i))
            .ToArray();
        var number = 0;
        store.Apply([.. readings.Chunk(170).Select(c => Frames.Of(++number, c))]);
        var expected = readings
            .OrderBy(r => r.At)
            .ThenBy(r => r.Device, StringComparer.Ordinal)
            .ThenBy(r => r.Seq)
            .ToArray();
        Assert.Equal(expected.Select(r => r.Seq), store.Readings(new() { Limit = 10_000 }).Select(r => r.Seq));
        Assert.Equal(3000, store.Counts().Readings);

        var query = new ReadingQuery
        {
            Device = "d1",
            Sensor = "a",
            From = Frames.At(100),
            To = Frames.At(900),
            Limit = 37,
        };
        var wanted = expected.Where(r => r.Device == "d1" && r.Sensor == "a" && r.At >= query.From && r.At < query.To);
        var pages = new List<long>();
        while (store.Readings(query) is { Count: > 0 } page)
        {
            pages.AddRange(page.Select(r => r.Seq));
            query = query with { After = page[^1] };
        }

        Assert.Equal(wanted.Select(r => r.Seq), pages);
    }

    [Fact]
    public void Frames_applied_already_change_nothing()
    {
        using var store = Open(history: true);
        Frame[] frames =
        [
            .. Range(1, 20).Select(i => Frames.Of(i, Frames.Reading("d", "a", i, i, i), Frames.Minute("d", i, (i, i)))),
        ];
        store.Apply(frames);
        var counts = store.Counts();
        store.Apply(frames);
        Assert.Equal(counts with { Detections = [] }, store.Counts() with { Detections = [] });
        Assert.Equal(20, store.Readings(new()).Count);
    }

    [Fact]
    public void Another_epochs_store_is_set_aside_and_begun_anew()
    {
        using (var store = Open())
        {
            store.Apply([Frames.Of(1, Frames.Reading("d", "a", 1, 1), Frames.Minute("d", 1, (1, 1)))]);
        }

        using var again = Open(epoch: 8);
        Assert.Equal(0, again.AppliedFrame);
        Assert.Empty(again.Devices());
        Assert.Equal(2, _troubles.Count(t => t.SetAsideAs is not null));
        again.Apply([Frames.Of(1, Frames.Minute("d", 1, (1, 2)))]);
        Assert.Equal(2, again.Counts().AggregatedReadings);
    }

    [Fact]
    public void Periods_older_than_what_is_kept_are_deleted_whole()
    {
        var day = 86400.0;
        using var store = Open(keep: TimeSpan.FromDays(40));
        store.Apply([Frames.Of(1, Frames.Detection("a", "1", DetectionKind.Match, 0))]);
        store.Apply([Frames.Of(2, Frames.Detection("a", "1", DetectionKind.Match, 31 * day))]);
        Assert.Equal(2, store.Detections(new()).Count);
        var later = Frames.Of(3, Frames.Detection("a", "1", DetectionKind.Match, 80 * day));
        store.Apply([later with { Clock = Frames.At(80 * day) }]);
        Assert.Equal(2, store.Detections(new()).Count);
        Assert.False(File.Exists(Path.Combine(_folder, "2026-03.db")));
    }

    private static int Second(DetectionRow row) => (int)(row.Detection.At - Frames.Start).TotalSeconds;

    private static Command Lock(string id) => new(id, "door-1", "lock", Value.True, 30_000, "cause");

    private static IEnumerable<int> Range(int from, int to) => Enumerable.Range(from, to - from + 1);

    private LocalStore Open(bool history = false, long epoch = 7, TimeSpan? keep = null) =>
        LocalStore.Open(
            new PosixDisk(),
            new StoreOptions(_folder, epoch, history, Keep: keep),
            TimeProvider.System,
            _troubles.Add
        );
}
