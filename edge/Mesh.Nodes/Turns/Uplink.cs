namespace Mesh.Nodes;

/// <summary>What a node sends to the tier above.</summary>
/// <param name="Enabled">Whether there is a tier above at all; without one nothing waits for delivery.</param>
/// <param name="Aggregates">Whether a minute's aggregate per sensor goes up (a fog's default).</param>
/// <param name="AllReadings">Whether every accepted reading goes up (an agent's default).</param>
/// <param name="Sensors">Sensors whose readings go up although not all do; ordered by name.</param>
public sealed record UplinkChoice(bool Enabled, bool Aggregates, bool AllReadings, IReadOnlyList<string> Sensors)
{
    public static readonly UplinkChoice None = new(false, false, false, []);

    public bool Forwards(string sensor) => AllReadings || Sensors.Contains(sensor, StringComparer.Ordinal);
}
