using Mesh.Contracts;
using Mesh.Rules;
using Xunit;

namespace Mesh.Tests.Rules;

/// <summary>Rules over recordings of real places, against facts that others computed from the files.</summary>
public class RecordedDataTests
{
    public const string OpenDoor = """
        - id: front-door-open
          inputs:
            door: {latest: door}
            indoor: {latest: motion, where: 'value and location != "Entry"'}
          when: door == "open" and age(indoor) >= 300s
          clear_when: door == "closed"
          severity: warning
        """;

    private static List<Detection> Run(string rules, IEnumerable<Reading> readings, out RuleRunResult result)
    {
        var detections = new List<Detection>();
        result = RuleRun.Run(
            RuleTexts.Compile(rules),
            readings,
            new RuleRunOptions(),
            o => detections.Add((Detection)o.Event)
        );
        Assert.All(result.Rules, r => Assert.Null(r.Fault));
        return detections;
    }

    [Fact]
    public void An_open_door_without_motion_alarms_58_times_at_the_known_instants()
    {
        var detections = Run(OpenDoor, RecordedData.Home(), out var result);
        var expected = RecordedData
            .Facts("casas-alhome/facts.json")
            .EnumerateObject()
            .Single(p => p.Name.StartsWith("R1", StringComparison.Ordinal))
            .Value.GetProperty("alarm_times")
            .EnumerateArray()
            .Select(t => RecordedData.Local(t.GetString()!));
        Assert.Equal(39_768, result.Readings);
        Assert.Equal(expected, detections.Where(d => d.Kind == DetectionKind.Fire).Select(d => d.At));
        Assert.Equal(58, detections.Count(d => d.Kind == DetectionKind.Clear));
    }

    [Fact]
    public void The_office_changes_occupancy_40_times_and_the_first_reading_is_no_change()
    {
        var detections = Run("- {id: a, each: occupancy, where: changed(value)}", RecordedData.Room(), out _);
        var expected = RecordedData
            .Facts("uci-occupancy/facts.json")
            .GetProperty("datatraining.txt")
            .GetProperty("occupancy_transitions")
            .EnumerateArray()
            .Select(t => RecordedData.Local(t[0].GetString()!))
            .ToList();
        Assert.Equal(40, expected.Count);
        Assert.Equal(expected, detections.Select(d => d.At));
    }

    [Fact]
    public void The_office_has_974_rows_above_1000_ppm()
    {
        var detections = Run("- {id: a, each: co2, where: value > 1000}", RecordedData.Room(), out _);
        Assert.Equal(974, detections.Count);
    }

    [Fact]
    public void An_alarm_with_hysteresis_is_raised_and_cleared_at_the_known_instants()
    {
        var detections = Run("- {id: a, when: co2 > 1000, clear_when: co2 < 900}", RecordedData.Room(), out _);
        var expected = new List<(DetectionKind, Timestamp)>();
        foreach (
            var episode in RecordedData
                .Facts("uci-occupancy/facts.json")
                .GetProperty("datatraining.txt")
                .GetProperty("CO2_alarm_hysteresis_1000_900")
                .EnumerateArray()
        )
        {
            expected.Add((DetectionKind.Fire, RecordedData.Local(episode[0].GetString()!)));
            if (episode[1].GetString() is { } cleared)
            {
                expected.Add((DetectionKind.Clear, RecordedData.Local(cleared)));
            }
        }

        Assert.NotEmpty(expected);
        Assert.Equal(expected, detections.Select(d => (d.Kind, d.At)));
    }

    [Theory]
    [InlineData("lateness: 30s\n  max_delay: 1d", 13)]
    [InlineData("lateness: 30s", 15)]
    public void Of_6799_arrivals_133_are_duplicates_and_the_late_ones_are_dropped(string lateness, int late)
    {
        var rules = $"""
            - id: kept
              each: [motion, door, light]
              {lateness}
              let: {"{v: value, s: sensor}"}
            """;
        var detections = Run(rules, RecordedData.Arrivals(), out var result);
        Assert.Equal((6_799, 133), (result.Readings, result.Duplicates));
        Assert.Equal(late, result.Rules[0].Late);
        Assert.Equal(6_666 - late, detections.Count);
        Assert.Equal(detections.Select(d => d.At).Order(), detections.Select(d => d.At));
        if (late == 13)
        {
            var byValue = detections.CountBy(d => d.Values[0].Value.ToString()).ToDictionary();
            Assert.Equal((3_288, 3_293), (byValue["true"], byValue["false"]));
            Assert.Equal((36, 36), (byValue["open"], byValue["closed"]));
        }
    }
}
