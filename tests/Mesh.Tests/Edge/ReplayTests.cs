using Mesh.Contracts;
using Mesh.Edge;
using Mesh.Nodes;
using Xunit;

namespace Mesh.Tests.Edge;

public sealed class ReplayTests : IDisposable
{
    private const string Mapping = """
        format: space
        columns: [date, time, place, value]
        time: {columns: [date, time], zone: UTC}
        device: "{place}"
        sensor: motion
        value: {column: value, map: {ON: true, OFF: false}}
        """;

    private const string Day = """
        2026-01-01 12:00:00 Hall ON
        2026-01-01 12:00:00.2 Bath ON
        2026-01-01 12:00:03.5 Hall OFF
        2026-01-01 12:01:00 Bath OFF
        """;

    private static readonly Timestamp Noon = Timestamp.Parse("2026-01-01T12:00:00Z");

    private readonly Recorded _recorded = new();
    private readonly List<(TimeSpan Wall, ReadingsArrived Input)> _arrived = [];
    private readonly List<SourceChanged> _sources = [];

    public void Dispose() => _recorded.Dispose();

    [Fact]
    public async Task At_recorded_speed_each_reading_comes_when_it_came_and_marks_fill_the_silence()
    {
        await Run(Day, new ReplayOptions { Source = "home", Speed = 1 });

        Assert.Equal(
            [("Hall", 0), ("Bath", 200), ("Hall", 3500), ("Bath", 60_000)],
            _arrived.SelectMany(a => a.Input.Readings.Select(r => (r.Device, (int)a.Wall.TotalMilliseconds)))
        );
        var marks = _arrived.Select(a => a.Input.Mark!.Value).ToList();
        Assert.Equal(marks.Select(m => m.Time).Order(), marks.Select(m => m.Time));
        Assert.Equal([true], marks.Where(m => m.Final).Select(m => m.Final));
        Assert.Equal(new Mark(Noon + TimeSpan.FromMinutes(1), true), marks[^1]);
        Assert.All(
            _arrived.Zip(_arrived.Skip(1)),
            pair => Assert.InRange(pair.Second.Wall - pair.First.Wall, TimeSpan.Zero, Replay.MarkEvery)
        );
        Assert.Equal([new SourceChanged("home", true)], _sources);
    }

    [Fact]
    public async Task Sixty_times_as_fast_a_minute_takes_a_second()
    {
        await Run(Day, new ReplayOptions { Source = "home", Speed = 60 });

        Assert.InRange(_arrived[^1].Wall, TimeSpan.FromMilliseconds(1000), TimeSpan.FromMilliseconds(1002));
        Assert.Equal(4, _arrived.Sum(a => a.Input.Readings.Count));
    }

    [Fact]
    public async Task As_fast_as_possible_waits_for_nothing_and_fills_batches()
    {
        var lines = Enumerable
            .Range(0, 1_201)
            .Select(i => $"2026-01-01 {i / 3600:00}:{i / 60 % 60:00}:{i % 60:00} Hall ON");

        await Run(string.Join('\n', lines), new ReplayOptions { Source = "home" });

        Assert.Equal([500, 500, 201], _arrived.Select(a => a.Input.Readings.Count));
        Assert.All(_arrived, a => Assert.Equal(TimeSpan.Zero, a.Wall));
        Assert.Equal([false, false, true], _arrived.Select(a => a.Input.Mark!.Value.Final));
        Assert.All(_arrived, a => Assert.Equal(a.Input.Readings[^1].At, a.Input.Mark!.Value.Time));
    }

    [Fact]
    public async Task A_second_pass_follows_the_first_and_ends_with_one_final_mark()
    {
        var replay = await Run(Day, new ReplayOptions { Source = "home", Times = 2 });

        Assert.Equal(8, replay.Sent);
        Assert.Equal(new Mark(Noon + TimeSpan.FromDays(1) + TimeSpan.FromMinutes(1), true), _arrived[^1].Input.Mark);
    }

    [Fact]
    public async Task A_replay_that_goes_on_sends_the_rest_with_the_same_identities()
    {
        await Run(Day, new ReplayOptions { Source = "home", Times = 2 });
        var all = _arrived.SelectMany(a => a.Input.Readings).ToList();
        for (var from = 0; from <= all.Count; from++)
        {
            _arrived.Clear();
            var replay = await Run(
                Day,
                new ReplayOptions
                {
                    Source = "home",
                    Times = 2,
                    From = from,
                }
            );

            var rest = _arrived.SelectMany(a => a.Input.Readings).ToList();
            Assert.Equal(all.Skip(from).Select(r => (r.Id, r.At)), rest.Select(r => (r.Id, r.At)));
            Assert.Equal(8, replay.Sent);
            Assert.Equal(all[^1].At, _arrived[^1].Input.Mark!.Value.Time);
        }
    }

    [Fact]
    public async Task The_final_mark_of_late_arrivals_is_the_last_received()
    {
        const string Late = """
            {"device":"a","sensor":"s","value":1,"at":"2026-01-01T12:00:00Z","received":"2026-01-01T12:05:00Z"}
            {"device":"a","sensor":"s","value":2,"at":"2026-01-01T12:01:00Z","received":"2026-01-01T12:01:00Z"}
            """;

        await Run(Late, new ReplayOptions { Source = "home" }, mapping: null);

        Assert.Equal(new Mark(Noon + TimeSpan.FromMinutes(5), true), _arrived[^1].Input.Mark);
    }

    [Fact]
    public async Task An_empty_recording_still_ends_its_source()
    {
        await Run("", new ReplayOptions { Source = "home" });

        var only = Assert.Single(_arrived).Input;
        Assert.Empty(only.Readings);
        Assert.True(only.Mark!.Value.Final);
    }

    private async Task<Replay> Run(string text, ReplayOptions options, string? mapping = Mapping)
    {
        var recording = Recorded.Open(_recorded.Write("recording.txt", text), mapping);
        var time = new JumpingTime();
        var replay = new Replay(recording, options, time);
        var started = time.GetTimestamp();
        ValueTask Accept(NodeInput input, CancellationToken cancellation)
        {
            switch (input)
            {
                case ReadingsArrived arrived:
                    _arrived.Add((time.GetElapsedTime(started), arrived));
                    break;
                case SourceChanged changed:
                    _sources.Add(changed);
                    break;
            }

            return ValueTask.CompletedTask;
        }

        var cancellation = TestContext.Current.CancellationToken;
        await time.RunAsync(replay.RunAsync(Accept, cancellation), cancellation);
        return replay;
    }
}
