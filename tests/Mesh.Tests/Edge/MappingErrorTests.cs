using Mesh.Edge;
using Mesh.Rules.Yaml;
using Xunit;

namespace Mesh.Tests.Edge;

public sealed class MappingErrorTests
{
    private const string Good = """
        format: space
        columns: [date, time, place, value]
        time: {columns: [date, time], zone: UTC}
        device: "{place}"
        sensor: motion
        value: {column: value, map: {ON: true, OFF: false}}
        """;

    // What is replaced in the good file, by what, and the one error that follows.
    public static TheoryData<string, string, string> Faults =>
        new()
        {
            {
                "format: space",
                "format: blanks",
                "m.yaml:1:9: error: 'format' is 'blanks'; expected is space, tab, csv or jsonl"
            },
            { "format: space\n", "", "m.yaml:1:1: error: a mapping file has no 'format'" },
            {
                "columns: [date, time, place, value]\n",
                "",
                "m.yaml:1:1: error: nothing names the columns; give 'columns: […]' or 'header: names'"
            },
            {
                "format: space\n",
                "format: space\nheader: names\n",
                "m.yaml:3:10: error: 'columns' and 'header: names' say the same twice; keep one"
            },
            { "value]", "value, date]", "m.yaml:2:37: error: the column 'date' is named twice" },
            { "time: {columns: [date, time], zone: UTC}\n", "", "m.yaml:1:1: error: a mapping file has no 'time'" },
            {
                "[date, time], zone",
                "[date, tiem], zone",
                "m.yaml:3:24: error: 'tiem' is none of the columns date, time, place, value (did you mean 'time'?)"
            },
            {
                "zone: UTC",
                "zone: Europe/Brussel",
                "m.yaml:3:37: error: 'Europe/Brussel' is no time zone known here; a name such as Europe/Brussels is expected (did you mean 'Europe/Brussels'?)"
            },
            { "zone: UTC", "zon: UTC", "m.yaml:3:31: error: 'time' has no entry 'zon' (did you mean 'zone'?)" },
            {
                "zone: UTC",
                "pattern: dd/MM/yyyy",
                "m.yaml:3:7: error: 'time' has a pattern but no 'zone', such as Europe/Brussels or UTC"
            },
            { "columns: [date, time], ", "", "m.yaml:3:7: error: 'time' names no column; give 'column' or 'columns'" },
            {
                "\"{place}\"",
                "\"x-{palce}\"",
                "m.yaml:4:13: error: 'palce' is none of the columns date, time, place, value (did you mean 'place'?)"
            },
            { "\"{place}\"", "\"x-{place\"", "m.yaml:4:12: error: '{' is not closed; {column} is expected" },
            {
                "\"{place}\"",
                "living room",
                "m.yaml:4:9: error: 'living room' is no device; letters, digits, '_', '-' and '.' are expected"
            },
            { "device: \"{place}\"\n", "", "m.yaml:1:1: error: nothing says the 'device' of the reading" },
            {
                "{column: value, map",
                "{map",
                "m.yaml:6:8: error: 'value' takes its value from a 'column' or is a 'constant': one of the two"
            },
            {
                "sensor: motion",
                "sensors: motion",
                "m.yaml:5:1: error: a mapping file has no entry 'sensors' (did you mean 'sensor'?)"
            },
            {
                "sensor: motion",
                "labels: {a b: c}\nsensor: motion",
                "m.yaml:5:10: error: 'a b' is no label name; letters, digits, '_', '-' and '.' are expected"
            },
            { "OFF: false", "OFF: [1]", "m.yaml:6:45: error: 'OFF' maps to a list; a value is expected" },
            {
                "sensor: motion",
                "sensor: motion\nwhere: {plce: a}",
                "m.yaml:6:9: error: 'plce' is none of the columns date, time, place, value (did you mean 'place'?)"
            },
        };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_fault_of_a_mapping_is_told_with_its_place_and_remedy(string part, string by, string error)
    {
        Assert.Contains(part, Good.ReplaceLineEndings("\n"));
        var diagnostics = new Diagnostics();

        var mapping = MappingFile.Parse("m.yaml", Good.ReplaceLineEndings("\n").Replace(part, by), diagnostics);

        Assert.Null(mapping);
        Assert.Contains(error, diagnostics.Items.Select(d => d.ToString()));
    }

    [Fact]
    public void All_faults_are_told_at_once()
    {
        var diagnostics = new Diagnostics();

        MappingFile.Parse("m.yaml", "format: x\ncolumns: [a]\ntime: {column: b, zone: Mars}\nvalue: c", diagnostics);

        Assert.Equal([1, 1, 1, 3, 3, 4], diagnostics.Items.Select(d => d.Line));
    }

    [Fact]
    public void A_column_that_the_header_does_not_have_is_told_where_the_mapping_names_it()
    {
        using var recorded = new Recorded();
        var mapping =
            "format: csv\nheader: names\ntime: {column: at, zone: UTC}\ndevice: d\nsensor: s\nvalue: Temprature";
        var diagnostics = new Diagnostics();
        var path = recorded.Write("r.csv", "at,Temperature\n2026-01-01 00:00:00,1\n");

        var recording = Recording.Open(path, MappingFile.Parse("m.yaml", mapping, diagnostics)!, diagnostics);

        Assert.Null(recording);
        Assert.Equal(
            [
                "m.yaml:6:8: error: the recording has no column 'Temprature'; it has at, Temperature (did you mean 'Temperature'?)",
            ],
            diagnostics.Items.Select(d => d.ToString())
        );
    }

    [Fact]
    public void A_foreign_file_without_a_mapping_is_refused_in_one_sentence()
    {
        using var recorded = new Recorded();
        var path = recorded.Write("events.txt", "\n2011-06-15 01:03:39.14962 Bedroom Bedroom ON Sleep\n");
        var diagnostics = new Diagnostics();

        Assert.Null(Recording.Open(path, null, diagnostics));
        Assert.Equal(
            $"{path}:2:1: error: the line is no JSON object; a recording in another format needs a mapping file",
            diagnostics.Items.Single().ToString()
        );
    }
}
