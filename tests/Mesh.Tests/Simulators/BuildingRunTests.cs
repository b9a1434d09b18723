using Mesh.Contracts;
using Mesh.Edge;
using Mesh.Nodes;
using Mesh.Simulators;
using Mesh.Tests.Edge;
using Xunit;

namespace Mesh.Tests.Simulators;

public sealed class BuildingRunTests
{
    private readonly BuildingOptions _options = new() { Rooms = 10 };
    private readonly JumpingTime _time = new();
    private readonly List<(TimeSpan Wall, ReadingsArrived Input)> _arrived = [];
    private readonly long _started;

    public BuildingRunTests() => _started = _time.GetTimestamp();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sixty_times_as_fast_half_an_hour_takes_thirty_seconds_and_ends_with_a_final_mark()
    {
        var until = _options.Start + TimeSpan.FromMinutes(30);
        var run = Start(60, until);

        await _time.RunAsync(run.RunAsync(Accept, CancellationToken.None, Cancellation), Cancellation);

        Assert.InRange(_arrived[^1].Wall, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30.01));
        Assert.Equal(new Mark(until, true), _arrived[^1].Input.Mark);
        Assert.All(
            _arrived.SelectMany(a => a.Input.Readings.Select(r => (a.Wall, r.At))),
            pair => Assert.True(pair.At <= _options.Start + (pair.Wall * 60))
        );
        Assert.Equal(run.Produced, run.Accepted);
        Assert.Equal(run.Produced, _arrived.Sum(a => a.Input.Readings.Count));
        Assert.Equal(run.Produced, run.ProducedByDevice().Values.Sum());
    }

    [Fact]
    public async Task No_reading_comes_behind_a_mark_that_is_later()
    {
        var run = Start(double.PositiveInfinity, _options.Start + TimeSpan.FromHours(2));

        await run.RunAsync(Accept, CancellationToken.None, Cancellation);

        var mark = default(Timestamp);
        foreach (var (_, input) in _arrived)
        {
            Assert.All(input.Readings, r => Assert.True(r.At >= mark));
            Assert.True(input.Mark is null || input.Mark.Value.Time >= mark);
            mark = input.Mark?.Time ?? mark;
        }
    }

    [Fact]
    public async Task Asked_to_stop_it_sends_what_it_made_and_a_final_mark()
    {
        using var stop = new CancellationTokenSource();
        var run = Start(60, until: null);
        ValueTask StopAfterTen(NodeInput input, CancellationToken cancellation)
        {
            if (_arrived.Count == 10)
            {
                stop.Cancel();
            }

            return Accept(input, cancellation);
        }

        await _time.RunAsync(run.RunAsync(StopAfterTen, stop.Token, Cancellation), Cancellation);

        Assert.True(_arrived[^1].Input.Mark is { Final: true });
        Assert.Equal(run.Produced, run.Accepted);
        Assert.Equal(_arrived[^2].Input.Mark!.Value.Time, _arrived[^1].Input.Mark!.Value.Time);
    }

    [Fact]
    public async Task A_command_to_the_agent_reaches_the_lock_once()
    {
        var run = Start(60, until: null);
        var actuators = new Actuators(_time);
        run.AttachTo(actuators);
        var order = new Command("1", "lock-103", "lock", Value.Of("ajar"), 1000, null);

        Assert.Equal("failed", (await actuators.ExecuteAsync(order, Cancellation)).Outcome);
        Assert.True(actuators.Drives("lock-110"));
        Assert.False(actuators.Drives("lock-201"));
    }

    private BuildingRun Start(double speed, Timestamp? until) =>
        new(
            new Building(_options),
            new BuildingRunOptions
            {
                Source = "building",
                Speed = speed,
                Until = until,
            },
            _time
        );

    private ValueTask Accept(NodeInput input, CancellationToken cancellation)
    {
        if (input is ReadingsArrived arrived)
        {
            _arrived.Add((_time.GetElapsedTime(_started), arrived));
        }

        return ValueTask.CompletedTask;
    }
}
