using Mesh.Contracts;
using Mesh.Nodes;
using Mesh.Rules;
using Mesh.World;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Mesh.Tests.Nodes;

/// <summary>What waits in a node survives its end, whatever end that is, and its clock being set.</summary>
public sealed class RestartTests
{
    private const string Rules = """
        version: 1
        rules:
        - {id: hot, by: device, when: temperature > 30, for: 2m}
        - {id: quiet, by: device, absent: motion, for: 2m}
        - {id: left, by: device, pattern: [{open: "door[value == 1]"}, {not: "motion[value == 1]", for: 2m}], lateness: 0s}
        - {id: sum, by: device, window: {of: power, tumbling: 2m}, lateness: 0s}
        - {id: brief, by: device, when: temperature > 30, for: 2m, restart: {outage_tolerance: 10s}}
        - {id: later, by: device, when: temperature > 30, for: 2m, restart: {grace: 100s}}
        """;

    private readonly SetTime _time = new(Some.Start.ToDateTimeOffset());
    private readonly MemoryDisk _disk = new();
    private readonly List<string> _said = [];
    private double _passed;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Waits_keep_what_they_have_left_however_the_node_ended(bool killed)
    {
        var node = Open();
        Begin(node);
        Pass(node, 40);
        Take(node.Turn([new ReadingsArrived("a", [Some.Reading("d", 5, 40, 50, "humidity")], null)], []));
        End(node, killed);
        _time.Pass(20);
        _passed += 20;
        node = Open();
        Pass(node, 200);
        Assert.Equal(
            ["sum 120", "hot 140", "left 140", "quiet 140", "later 160", "brief 180"],
            _said.Order(ByTime.Instance)
        );
        node.Dispose();
    }

    [Fact]
    public void A_node_that_was_silent_for_long_loses_a_minute_of_its_waits_at_most_when_it_is_killed()
    {
        var node = Open();
        Begin(node);
        Pass(node, 115);
        End(node, killed: true);
        node = Open();
        Pass(node, 200);
        var hot = _said.Single(s => s.StartsWith("hot", StringComparison.Ordinal));
        Assert.InRange(double.Parse(hot[4..], System.Globalization.CultureInfo.InvariantCulture), 120, 181);
        node.Dispose();
    }

    [Theory]
    [InlineData(3600)]
    [InlineData(10 * 365 * 86400)]
    public void A_clock_put_forward_is_no_time_that_waits(double by)
    {
        var node = Open();
        Begin(node);
        Pass(node, 40);
        _time.Set(TimeSpan.FromSeconds(by));
        Pass(node, 200);
        Assert.Equal(
            ["sum 41", "brief 120", "hot 120", "later 120", "left 120", "quiet 120"],
            _said.Order(ByTime.Instance)
        );
        Assert.Equal(0, Reopened(node).ReplayDifferences);
    }

    [Theory]
    [InlineData(-30, 150)]
    [InlineData(-3600, 200)]
    [InlineData(-10 * 365 * 86400, 200)]
    public void A_clock_put_back_makes_a_wait_twice_as_long_at_most(double by, double until)
    {
        var node = Open();
        Begin(node);
        Pass(node, 40);
        _time.Set(TimeSpan.FromSeconds(by));
        Pass(node, 200);
        Assert.All(_said, s => Assert.InRange(Second(s), 120, until));
        Assert.Equal(6, _said.Count);
        Assert.Equal(0, Reopened(node).ReplayDifferences);
    }

    [Fact]
    public void A_clock_that_stays_ten_years_back_is_believed_after_an_hour()
    {
        var node = Open();
        Begin(node);
        _time.Set(TimeSpan.FromDays(-3650));
        Pass(node, 4000);
        Assert.Equal(TimeSpan.Zero, node.ClockAhead);
        Assert.Contains("hot 3721", _said);
        Assert.Equal(0, Reopened(node).ReplayDifferences);
    }

    private TurnMachine Open()
    {
        var settings = Some.Settings(ClockKind.Live) with { Rules = [new NamedText("r.yaml", Rules)] };
        var node = TurnMachine.Open(settings, _disk, _time, () => 1, NullLogger.Instance);
        Take(node.Begin(Some.Everything, "t"));
        return node;
    }

    private void Begin(TurnMachine node)
    {
        _said.Clear();
        Reading[] first =
        [
            Some.Reading("d", 1, 0, 31),
            Some.Reading("d", 2, 0, 1, "motion"),
            Some.Reading("d", 3, 0, 1, "door"),
            Some.Reading("d", 4, 0, 7, "power"),
        ];
        Take(node.Turn([new ReadingsArrived("a", first, null)], []));
    }

    private void Pass(TurnMachine node, double seconds)
    {
        for (var second = 0; second < seconds; second++)
        {
            _time.Pass(1);
            _passed++;
            Take(node.Turn([], []));
        }
    }

    private static void End(TurnMachine node, bool killed)
    {
        if (!killed)
        {
            node.End();
        }

        node.Dispose();
    }

    private TurnMachine Reopened(TurnMachine node)
    {
        node.Dispose();
        node = Open();
        node.Dispose();
        return node;
    }

    private void Take(Frame? frame)
    {
        foreach (var output in frame?.Outputs ?? [])
        {
            if (output is LaneItem { Event: Detection { Kind: not DetectionKind.Clear } detection })
            {
                _said.Add($"{detection.Rule} {_passed}");
            }
            else if (output is LaneItem { Event: Aggregate { Rule: { } rule } })
            {
                _said.Add($"{rule} {_passed}");
            }
        }
    }

    private static double Second(string said) =>
        double.Parse(said.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);

    private sealed class ByTime : IComparer<string>
    {
        public static readonly ByTime Instance = new();

        public int Compare(string? x, string? y) =>
            Second(x!).CompareTo(Second(y!)) is var time and not 0 ? time : string.CompareOrdinal(x, y);
    }
}
