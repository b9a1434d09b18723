using System.Text.Json;
using Mesh.Contracts;
using Mesh.Edge;
using Xunit;

namespace Mesh.Tests.Edge;

public sealed class RealRecordingTests
{
    [Fact]
    public void The_casas_home_gives_one_reading_per_line_with_area_and_location()
    {
        using var facts = Facts("casas-alhome/facts.json");
        var (readings, report) = Read("casas-alhome/events_2011-06-15_2011-07-04.txt", "casas/casas.mapping.yaml");

        Assert.Equal(39_768, readings.Count);
        Assert.Equal((39_768, 0, 0), (report.Rows, report.Bad, report.Repeated));
        var expected = facts
            .RootElement.GetProperty("area_location_value_counts")
            .EnumerateObject()
            .ToDictionary(p => p.Name, p => p.Value.GetInt32());
        Assert.Equal(expected, readings.CountBy(Written).ToDictionary());
        Assert.Equal(Local("2011-06-15 01:03:39.149620", 7), readings[0].At);
        Assert.Equal(Local("2011-07-04 23:30:18.377339", 7), readings[^1].At);
        Assert.Equal(296, readings.Count(r => r.Sensor == "door"));
        Assert.Equal(122, readings.Count(r => r.Sensor == "light"));
    }

    [Fact]
    public void The_numbers_of_every_device_run_from_one_without_a_hole()
    {
        var (readings, _) = Read("casas-alhome/events_2011-06-15_2011-07-04.txt", "casas/casas.mapping.yaml");

        foreach (var device in readings.GroupBy(r => r.Device))
        {
            Assert.Equal(Enumerable.Range(1, device.Count()).Select(i => (long)i), device.Select(r => r.Seq));
        }

        Assert.Single(readings.Select(r => r.Boot).Distinct());
    }

    [Fact]
    public void A_repeated_line_of_the_arrivals_keeps_the_identity_of_its_first()
    {
        var (readings, report) = Read("casas-alhome/arrivals_2011-06-22_24.tsv", "casas/casas-arrivals.mapping.yaml");

        Assert.Equal(6_799, readings.Count);
        Assert.Equal(133, report.Repeated);
        Assert.Equal(6_666, readings.Select(r => r.Id).Distinct().Count());
        Assert.Equal(Local("2011-06-22 02:40:16.614026", 7), readings[0].Received);
        Assert.Equal(Local("2011-06-22 02:40:16.255438", 7), readings[0].At);
        Assert.All(readings.GroupBy(r => r.Id), same => Assert.Single(same.Select(r => (r.At, r.Value)).Distinct()));
    }

    [Fact]
    public void The_uci_office_gives_six_readings_per_row_and_its_occupied_intervals()
    {
        using var facts = Facts("uci-occupancy/facts.json");
        var (readings, report) = Read("uci-occupancy/datatraining.txt", "uci-occupancy/uci.mapping.yaml");

        Assert.Equal(8_143, report.Rows);
        Assert.Equal(6 * 8_143, readings.Count);
        Assert.Equal(0, report.Bad);
        Assert.Equal(974, readings.Count(r => r.Sensor == "co2" && r.Value.Number > 1000));
        var expected = facts
            .RootElement.GetProperty("datatraining.txt")
            .GetProperty("occupied_intervals")
            .EnumerateArray()
            .Select(i => (Local(i[0].GetString()!, -1), Local(i[1].GetString()!, -1), i[2].GetInt32()));
        Assert.Equal(expected, Occupied(readings.Where(r => r.Sensor == "occupancy")));
    }

    [Fact]
    public void The_uci_header_that_is_one_name_short_is_understood_without_being_told()
    {
        var mapping = Recorded.Example("uci-occupancy/uci.mapping.yaml").Replace("row_number: true\n", "");
        var recording = Recorded.Open(Recorded.Real("uci-occupancy/datatest.txt"), mapping);
        var report = new RecordingReport();

        var first = recording.Read(report).First(r => r.Sensor == "temperature");

        Assert.Equal(Value.Of(23.7), first.Value);
    }

    private static IEnumerable<(Timestamp, Timestamp, int)> Occupied(IEnumerable<Reading> readings)
    {
        (Timestamp From, Timestamp To, int Rows)? run = null;
        foreach (var reading in readings)
        {
            if (reading.Value.IsTrue)
            {
                run = run is { } open ? (open.From, reading.At, open.Rows + 1) : (reading.At, reading.At, 1);
            }
            else if (run is { } over)
            {
                yield return over;
                run = null;
            }
        }

        if (run is { } last)
        {
            yield return last;
        }
    }

    private static string Written(Reading reading)
    {
        Assert.True(reading.Labels.TryGet("area", out var area) && reading.Labels.TryGet("location", out var location));
        reading.Labels.TryGet("location", out location);
        var value = reading.Value.ToString() switch
        {
            "true" => "ON",
            "false" => "OFF",
            "open" => "OPEN",
            _ => "CLOSE",
        };
        return $"{area}/{location} {value}";
    }

    // Plain arithmetic: no clock changes in either recording.
    private static Timestamp Local(string text, int hours) =>
        Timestamp.Parse(text.Replace(' ', 'T') + "Z") + TimeSpan.FromHours(hours);

    private static (List<Reading>, RecordingReport) Read(string data, string mapping)
    {
        var report = new RecordingReport();
        return ([.. Recorded.Open(Recorded.Real(data), Recorded.Example(mapping)).Read(report)], report);
    }

    private static JsonDocument Facts(string name) => JsonDocument.Parse(File.ReadAllText(Recorded.Real(name)));
}
