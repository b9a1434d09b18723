using Mesh.Contracts;
using Mesh.Rules.Yaml;

namespace Mesh.Simulators;

/// <summary>The section <c>simulate: {building: {rooms: 40, seed: 1, speed: 60}}</c> of a node's configuration, checked.</summary>
/// <param name="Options">The building and which floors of it.</param>
/// <param name="Speed">How much faster than the wall; <see cref="double.PositiveInfinity"/> for <c>max</c>.</param>
/// <param name="Length">How long it runs in virtual time; null: until it is stopped.</param>
public sealed record BuildingSettings(BuildingOptions Options, double Speed, TimeSpan? Length)
{
    /// <summary>Asks <paramref name="root"/> for <c>simulate</c>; null when it is absent or wrong.</summary>
    public static BuildingSettings? Read(YamlFields root, Diagnostics diagnostics)
    {
        var before = diagnostics.Errors;
        var simulate = root.Fields("simulate", "'simulate'");
        var building = simulate?.Fields("building", "'building'");
        if (simulate is null || building is null)
        {
            simulate?.Close();
            return null;
        }

        var usual = new BuildingOptions();
        var rooms = (int)(building.Integer("rooms", 1, 5_000) ?? usual.Rooms);
        var options = usual with
        {
            Rooms = rooms,
            Seed = building.Integer("seed", 0, Limits.Number) ?? usual.Seed,
            Start = building.Instant("start") ?? usual.Start,
            Jams = building.Number("jams", 0, 1) ?? usual.Jams,
            Floors = ReadFloors(building, Room.Layout(rooms)[^1].Floor, diagnostics),
        };
        var speed = ReadSpeed(building, diagnostics);
        var days = building.Number("days", 0.001, 36_525);
        building.Close();
        simulate.Close();
        return diagnostics.Errors > before
            ? null
            : new BuildingSettings(options, speed, days is { } d ? TimeSpan.FromDays(d) : null);
    }

    private static List<int> ReadFloors(YamlFields building, int highest, Diagnostics diagnostics)
    {
        var floors = new List<int>();
        foreach (var node in building.List("floors"))
        {
            var number = node is YamlScalar { Value: { Kind: ValueKind.Number } value } ? value.Number : 0;
            if (number < 1 || number > highest || number != Math.Floor(number))
            {
                diagnostics.Error(node, $"{node.Description} was found; a floor from 1 to {highest} is expected");
                continue;
            }

            floors.Add((int)number);
        }

        return floors;
    }

    private static double ReadSpeed(YamlFields building, Diagnostics diagnostics)
    {
        switch (building.Scalar("speed"))
        {
            case null:
                return 60;
            case { Text: "max" }:
                return double.PositiveInfinity;
            case { Value: { Kind: ValueKind.Number, Number: > 0 and <= 1e6 } value }:
                return value.Number;
            case var other:
                diagnostics.Error(other, $"'speed' is {other.Description}; a number above 0, or max, is expected");
                return 60;
        }
    }
}
