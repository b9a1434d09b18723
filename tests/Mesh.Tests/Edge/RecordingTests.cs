using Mesh.Contracts;
using Mesh.Edge;
using Xunit;

namespace Mesh.Tests.Edge;

public sealed class RecordingTests : IDisposable
{
    private const string Home = """
        format: space
        columns: [date, time, place, value]
        comment: "#"
        time: {columns: [date, time], zone: UTC}
        device: "{place}"
        sensor: motion
        value: {column: value, map: {ON: true, OFF: false}}
        """;

    private readonly Recorded _recorded = new();

    public void Dispose() => _recorded.Dispose();

    [Theory]
    [InlineData("2011-06-15 01:03:39", 0)]
    [InlineData("2011-06-15 01:03:39.5", 500_000)]
    [InlineData("2011-06-15 01:03:39.14962", 149_620)]
    [InlineData("2011-06-15 01:03:39.284526", 284_526)]
    [InlineData("2011-06-15 01:03:39.123456789", 123_456)]
    public void A_fraction_counts_from_its_left(string time, long micros)
    {
        var reading = Assert.Single(_recorded.Read($"{time} Hall ON\n", Home, out _));

        Assert.Equal(Timestamp.Parse("2011-06-15T01:03:39Z").Micros + micros, reading.At.Micros);
    }

    [Fact]
    public void Bad_rows_are_counted_and_told_with_file_line_and_column_and_the_others_go_on()
    {
        const string Text = """
            # written by hand
            2011-06-15 01:00:00 Hall ON

            2011-06-15 01:00:01 Hall ONN
            2011-06-15 01:00:02 Hall
            2011-06-15 01:00:03 Hall ON again
            2011-06-15 25:00:04 Hall ON
            2011-06-15 01:00:05 Hall+1 ON
            1911-06-15 01:00:06 Hall ON
            2011-06-15 01:00:07 Hall OFF
            """;

        var readings = _recorded.Read(Text, Home, out var report);

        Assert.Equal([Value.True, Value.False], readings.Select(r => r.Value));
        Assert.Equal((8, 6, 2), (report.Rows, report.Bad, report.Readings));
        Assert.Equal(
            [
                "4:26: 'ONN' is none of ON, OFF (did you mean 'ON'?)",
                "5:24: 3 fields were found; 4 are expected",
                "6:29: 5 fields were found; 4 are expected",
                "7:1: '2011-06-15 25:00:04' is no time: a time such as 2026-03-01 08:00:00.5 is expected",
                "8:21: 'Hall+1' is no device id: letters, digits and . _ - : are expected; a 'map' can say what it stands for",
                "9:1: 1911-06-15T01:00:06.000000Z lies outside the years 1970 to 2199",
            ],
            report.Problems.Select(p => p[(p.IndexOf("recording.txt:", StringComparison.Ordinal) + 14)..])
        );
    }

    [Fact]
    public void Of_many_bad_rows_the_first_are_told_and_all_are_counted()
    {
        _recorded.Read(string.Concat(Enumerable.Repeat("what\n", 500)), Home, out var report);

        Assert.Equal((500, RecordingReport.Shown), (report.Bad, report.Problems.Count));
    }

    [Fact]
    public void A_line_without_an_end_does_not_fill_the_memory_but_is_a_bad_row()
    {
        var text = "2011-06-15 01:00:00 Hall ON\n" + new string('x', 200_000) + "\n2011-06-15 01:00:01 Hall OFF";

        var readings = _recorded.Read(text, Home, out var report);

        Assert.Equal((2, 1), (readings.Count, report.Bad));
        Assert.EndsWith(":2:1: the line is longer than 65536 characters", report.Problems[0]);
    }

    [Fact]
    public void Numbers_run_per_device_and_a_repeated_line_keeps_those_of_its_first()
    {
        const string Text = """
            2011-06-15 01:00:00 Hall ON
            2011-06-15 01:00:00 Bath ON
            2011-06-15 01:00:01 Hall OFF
            2011-06-15 01:00:00 Hall ON
            2011-06-15 01:00:02 Hall ON
            """;

        var readings = _recorded.Read(Text, Home, out var report);

        Assert.Equal(
            [("Hall", 1L), ("Bath", 1L), ("Hall", 2L), ("Hall", 1L), ("Hall", 3L)],
            readings.Select(r => (r.Device, r.Seq))
        );
        Assert.Equal(1, report.Repeated);
    }

    [Fact]
    public void The_boot_is_that_of_the_content_and_of_the_pass()
    {
        var one = Recorded.Open(_recorded.Write("a", "2011-06-15 01:00:00 Hall ON\n"), Home);
        var same = Recorded.Open(_recorded.Write("b", "2011-06-15 01:00:00 Hall ON\n"), Home);
        var other = Recorded.Open(_recorded.Write("c", "2011-06-15 01:00:00 Hall OFF\n"), Home);

        Assert.Equal(one.Boot(), same.Boot());
        Assert.NotEqual(one.Boot(), other.Boot());
        Assert.NotEqual(one.Boot(1), one.Boot(2));
        Assert.All([one.Boot(1), one.Boot(2), other.Boot()], b => Assert.InRange(b, 0, Limits.Number));
    }

    [Fact]
    public void A_later_pass_is_later_by_whole_days()
    {
        const string Text = "2011-06-15 01:00:00 Hall ON\n2011-06-16 12:00:00 Hall OFF\n";
        var recording = Recorded.Open(_recorded.Write("a", Text), Home);

        var readings = recording.ReadTimes(3, new RecordingReport()).ToList();

        Assert.Equal(
            ["2011-06-15", "2011-06-16", "2011-06-17", "2011-06-18", "2011-06-19", "2011-06-20"],
            readings.Select(r => r.At.ToString()[..10])
        );
        Assert.Equal(6, readings.Select(r => r.Id).Distinct().Count());
        Assert.Equal([1L, 2, 1, 2, 1, 2], readings.Select(r => r.Seq));
    }

    [Fact]
    public void Rows_are_chosen_by_where_and_skip_with_stars_and_counted()
    {
        const string Text = """
            2011-06-15 01:00:00 Hall ON
            2011-06-15 01:00:01 HallLight ON
            2011-06-15 01:00:02 Bath ON
            2011-06-15 01:00:03 Attic ON
            """;

        var readings = _recorded.Read(
            Text,
            Home + "\nwhere: {place: [\"Hall*\", Bath]}\nskip: {place: \"*Light\"}",
            out var report
        );

        Assert.Equal(["Hall", "Bath"], readings.Select(r => r.Device));
        Assert.Equal((4, 2, 0), (report.Rows, report.Skipped, report.Bad));
    }

    [Fact]
    public void Csv_keeps_commas_and_quotes_inside_quotes_and_its_header_may_be_one_name_short()
    {
        const string Text = "\"at\",\"who\",\"T\"\r\n\"1\",\"2026-01-01 00:00:00\",\"a \"\"b\"\", c\", 21.5\r\n";
        const string Mapping = """
            format: csv
            header: names
            time: {column: at, zone: UTC}
            device: d
            sensor: temperature
            value: T
            labels: {who: "{who}", kind: "x-{who}"}
            """;

        var reading = Assert.Single(_recorded.Read(Text, Mapping, out _));

        Assert.Equal(Value.Of(21.5), reading.Value);
        Assert.Equal(new Labels([new("who", "a \"b\", c"), new("kind", "x-a \"b\", c")]), reading.Labels);
    }

    [Theory]
    [InlineData("2026-01-01 00:00:00,\"open", "2:21: a quoted field has no closing '\"' on its line")]
    [InlineData("2026-01-01 00:00:00,\"1\"2", "2:24: '2' was found behind a quoted field; ',' is expected")]
    [InlineData(
        "2026-01-01 00:00:00,warm",
        "2:21: 'warm' is no number; say what it means with 'map', 'missing' or 'type'"
    )]
    [InlineData(
        "2026-01-01 00:00:00,NaN",
        "2:21: 'NaN' is no number; say what it means with 'map', 'missing' or 'type'"
    )]
    [InlineData(
        "2026-01-01 00:00:00,1e400",
        "2:21: '1e400' is no number; say what it means with 'map', 'missing' or 'type'"
    )]
    public void A_bad_csv_row_says_what_is_wrong(string row, string problem)
    {
        const string Mapping =
            "format: csv\nheader: skip\ncolumns: [at, T]\ntime: {column: at, zone: UTC}\ndevice: d\nsensor: s\nvalue: T";

        Assert.Empty(_recorded.Read("x,y\n" + row, Mapping, out var report));
        Assert.EndsWith("recording.txt:" + problem, report.Problems.Single());
    }

    [Fact]
    public void A_missing_value_costs_only_its_own_reading_and_a_bad_one_too()
    {
        const string Mapping = """
            format: tab
            columns: [at, T, H]
            time: {column: at, pattern: unix}
            device: d
            readings:
            - {sensor: temperature, value: {column: T, missing: ["", NA]}}
            - {sensor: humidity, value: H, unit: "%RH"}
            """;

        var readings = _recorded.Read("100.5\tNA\t40\n101\t\tforty\n102\t20\t41\n", Mapping, out var report);

        Assert.Equal(
            [("humidity", 40.0, 100_500_000L), ("temperature", 20.0, 102_000_000L), ("humidity", 41.0, 102_000_000L)],
            readings.Select(r => (r.Sensor, r.Value.Number, r.At.Micros))
        );
        Assert.Equal((2, 1, 3), (report.Missing, report.Bad, report.Rows));
        Assert.Equal([1L, 2, 3], readings.Select(r => r.Seq));
    }

    [Fact]
    public void Json_lines_of_others_are_mapped_by_paths()
    {
        const string Mapping = """
            format: jsonl
            time: {column: ts, pattern: unix_ms}
            device: "{meta.id}"
            sensor: temperature
            value: data.t
            fields: {battery: data.battery, door: {column: door, type: boolean}}
            """;
        const string Text = """
            {"ts":1500,"meta":{"id":"t1"},"data":{"t":20.25,"battery":3.1},"door":true}
            {"ts":2500,"meta":{"id":"t1"},"data":{"battery":3.0}}
            {"ts":3500,"meta":{"id":"t1"},"data":{"t":[1]}}
            {"ts":3500,"ts":1,"meta":{"id":"t1"},"data":{"t":1}}
            nothing
            """;

        var reading = Assert.Single(_recorded.Read(Text, Mapping, out var report));

        Assert.Equal(("t1", 1_500_000L, Value.Of(20.25)), (reading.Device, reading.At.Micros, reading.Value));
        Assert.Equal(new Fields([new("battery", Value.Of(3.1)), new("door", Value.True)]), reading.Fields);
        Assert.Equal((1, 3), (report.Missing, report.Bad));
    }

    [Fact]
    public void A_time_may_carry_its_own_offset_or_be_written_in_any_pattern()
    {
        const string Rest = "\ndevice: d\nsensor: s\nvalue: v";
        var offset = _recorded.Read(
            "2026-03-01T08:00:00+01:00\t1",
            "format: tab\ncolumns: [t, v]\ntime: {column: t}" + Rest,
            out _
        );
        var custom = _recorded.Read(
            "01/03/2026 08:00\t1",
            "format: tab\ncolumns: [t, v]\ntime: {column: t, pattern: dd/MM/yyyy HH:mm, zone: Europe/Brussels}" + Rest,
            out _
        );

        Assert.Equal(Timestamp.Parse("2026-03-01T07:00:00Z"), offset.Single().At);
        Assert.Equal(Timestamp.Parse("2026-03-01T07:00:00Z"), custom.Single().At);
    }

    [Fact]
    public void The_products_own_lines_keep_their_numbers_and_others_get_some()
    {
        const string Text = """
            {"device":"a","sensor":"s","value":1,"at":"2026-03-01T08:00:00Z","seq":17,"boot":3}
            {"device":"b","sensor":"s","value":true,"at":"2026-03-01T08:00:01Z"}
            {"device":"b","sensor":"s","value":true,"at":"2026-03-01T08:00:01Z"}
            {"device":"b","sensor":"s","value":null,"at":"2026-03-01T08:00:02Z","labels":{"room":"1"}}
            {"device":"b","sensor":"s","value":1}
            """;
        var recording = Recorded.Open(_recorded.Write("x.jsonl", Text), null);
        var report = new RecordingReport();

        var readings = recording.Read(report).ToList();

        Assert.Equal([("a", 3L, 17L)], readings.Take(1).Select(r => (r.Device, r.Boot, r.Seq)));
        Assert.Equal([1L, 1, 2], readings.Skip(1).Select(r => r.Seq));
        Assert.All(readings.Skip(1), r => Assert.Equal(recording.Boot(), r.Boot));
        Assert.Equal((1, 1), (report.Repeated, report.Bad));
        Assert.EndsWith("x.jsonl:5:1: at: missing", report.Problems.Single());
        Assert.NotEqual(3L, recording.Read(new RecordingReport(), pass: 2).First().Boot);
    }
}
