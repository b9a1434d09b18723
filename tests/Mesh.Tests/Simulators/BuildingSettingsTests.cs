using Mesh.Rules.Yaml;
using Mesh.Simulators;
using Xunit;

namespace Mesh.Tests.Simulators;

public sealed class BuildingSettingsTests
{
    [Fact]
    public void The_section_is_read_and_what_is_absent_is_usual()
    {
        var settings = Read(
            "simulate: {building: {rooms: 20, seed: 7, speed: max, floors: [2], days: 0.5}}",
            out var errors
        );

        Assert.Empty(errors);
        Assert.Equal(
            (20, 7L, new BuildingOptions().Start),
            (settings!.Options.Rooms, settings.Options.Seed, settings.Options.Start)
        );
        Assert.Equal([2], settings.Options.Floors);
        Assert.Equal((double.PositiveInfinity, TimeSpan.FromHours(12)), (settings.Speed, settings.Length));
        Assert.Null(Read("", out errors));
        Assert.Empty(errors);
    }

    [Fact]
    public void All_faults_are_told_at_once()
    {
        Assert.Null(Read("simulate: {building: {romms: 20, rooms: 0, speed: -1, floors: [9]}}", out var errors));

        Assert.Equal(
            [
                "m:1:23: error: 'building' has no entry 'romms' (did you mean 'rooms'?)",
                "m:1:41: error: 'rooms' is '0'; a whole number from 1 to 5000 is expected",
                "m:1:51: error: 'speed' is '-1'; a number above 0, or max, is expected",
                "m:1:64: error: '9' was found; a floor from 1 to 4 is expected",
            ],
            errors
        );
    }

    private static BuildingSettings? Read(string text, out IReadOnlyList<string> errors)
    {
        var diagnostics = new Diagnostics();
        var root = new YamlFields(YamlTree.Parse("m", text, diagnostics), "a node", diagnostics);
        var settings = BuildingSettings.Read(root, diagnostics);
        root.Close();
        errors = [.. diagnostics.Items.Select(d => d.ToString())];
        return settings;
    }
}
