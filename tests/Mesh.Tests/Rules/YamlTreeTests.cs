using Mesh.Contracts;
using Mesh.Rules.Yaml;
using Xunit;

namespace Mesh.Tests.Rules;

public class YamlTreeTests
{
    private static (YamlNode? Root, IReadOnlyList<string> Found) Parse(string text)
    {
        var diagnostics = new Diagnostics();
        var root = YamlTree.Parse("f.yaml", text, diagnostics);
        return (root, [.. diagnostics.Items.Select(d => d.ToString())]);
    }

    [Theory]
    [InlineData("a: on", "f.yaml:1:4: warning: 'on' is a text here; put it in quotes to say so")]
    [InlineData("a: 22:00", "f.yaml:1:4: warning: '22:00' is a text here; put it in quotes to say so")]
    [InlineData("a: 1\nb: 2\na: 3", "f.yaml:3:1: error: 'a' is given twice; the first is in line 1")]
    [InlineData("a: &x 1\n", "f.yaml:1:4: error: the anchor &x is not supported: write values out")]
    [InlineData("a: *x\n", "f.yaml:1:4: error: the alias *x is not supported: write the value out")]
    [InlineData("a: !!str 1", "f.yaml:1:4: error: the tag tag:yaml.org,2002:str is not supported")]
    [InlineData("a: 1\n---\nb: 1", "f.yaml:2:1: error: a second document was found; one per file is expected")]
    [InlineData("[a]: 1", "f.yaml:1:1: error: a list was found as a key; a text is expected")]
    public void What_a_file_must_not_hold_is_reported_where_it_stands(string text, string expected) =>
        Assert.Equal([expected], Parse(text).Found);

    [Fact]
    public void A_file_that_is_no_yaml_is_one_error_with_its_place()
    {
        var (root, found) = Parse("a: [1, 2\nb: 3\n");
        Assert.Null(root);
        Assert.StartsWith("f.yaml:", Assert.Single(found), StringComparison.Ordinal);
        Assert.Contains("error: this is not YAML: ", found[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_is_bounded()
    {
        var (root, found) = Parse(new string('[', 1000) + new string(']', 1000));
        Assert.Null(root);
        Assert.Contains("nested deeper than 32 levels", Assert.Single(found), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("12", ValueKind.Number)]
    [InlineData("-1.5e3", ValueKind.Number)]
    [InlineData("0x1F", ValueKind.Number)]
    [InlineData("true", ValueKind.Boolean)]
    [InlineData("yes", ValueKind.Text)]
    [InlineData("1_000", ValueKind.Text)]
    [InlineData("12:30:45", ValueKind.Text)]
    [InlineData("null", ValueKind.Unknown)]
    [InlineData("1e400", ValueKind.Unknown)]
    [InlineData("-", ValueKind.Text)]
    public void Scalars_are_what_the_core_schema_of_1_2_says(string text, ValueKind kind) =>
        Assert.Equal(kind, CoreSchema.Resolve(text).Kind);

    [Theory]
    [InlineData("a: x and y", 6, 1, 10)]
    [InlineData("a: 'x and y'", 6, 1, 11)]
    [InlineData("a: |\n  x and\n  y", 6, 3, 3)]
    [InlineData("a: x and\n   y", 6, 2, 4)]
    [InlineData("a: x and y", 7, 1, 11)]
    public void A_place_inside_a_scalar_is_a_place_in_the_file(string text, int offset, int line, int column)
    {
        var scalar = (YamlScalar)((YamlMapping)Parse(text).Root!).Entries[0].Value;
        Assert.Equal(new Position(line, column), scalar.PositionOf(offset));
    }

    [Fact]
    public void A_reader_reports_unknown_missing_and_wrong_entries_at_once()
    {
        var diagnostics = new Diagnostics();
        var root = YamlTree.Parse("m.yaml", "prot: 1883\nname: 7\nwait: soon\nlevel: hihg\nflag: maybe", diagnostics);
        var fields = new YamlFields(root, "the broker", diagnostics);
        fields.Integer("port", 1, 65535);
        fields.Text("name");
        fields.Duration("wait");
        fields.Choice("level", "low", "high");
        fields.Boolean("flag");
        fields.Required("host");
        fields.Close();
        Assert.Equal(
            [
                "m.yaml:1:1: error: the broker has no 'host'",
                "m.yaml:1:1: error: the broker has no entry 'prot' (did you mean 'port'?)",
                "m.yaml:3:7: error: 'wait' is 'soon'; a duration such as 30s or 1h30m is expected",
                "m.yaml:4:8: error: 'level' is 'hihg'; expected is low or high (did you mean 'high'?)",
                "m.yaml:5:7: error: 'flag' is 'maybe'; true or false is expected",
            ],
            diagnostics.Items.Select(d => d.ToString())
        );
    }
}
