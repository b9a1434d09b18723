using System.Globalization;
using System.Text;

namespace Mesh.Simulators;

/// <summary>The registry of a building: what <c>devices.yaml</c> says about its devices.</summary>
public static class BuildingDevices
{
    /// <summary>The content of <c>devices.yaml</c> for all rooms of a building.</summary>
    public static string Yaml(int rooms)
    {
        var text = new StringBuilder("# The devices of a simulated office building.\ndevices:\n");
        foreach (var room in Room.Layout(rooms))
        {
            var labels = string.Join(", ", room.Labels.Select(l => $"{l.Key}: \"{l.Value}\""));
            foreach (var device in RoomSensor.Of(room).GroupBy(s => s.Device, StringComparer.Ordinal))
            {
                var sensors = string.Join(", ", device.Select(Sensor));
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"  {device.Key}: {{labels: {{{labels}}}, sensors: {{{sensors}}}}}\n"
                );
            }
        }

        return text.ToString();
    }

    private static string Sensor(RoomSensor sensor)
    {
        var unit = sensor.Unit is null ? "" : $"unit: {sensor.Unit}, ";
        return $"{sensor.Sensor}: {{{unit}every: {(int)sensor.Period.TotalSeconds}s}}";
    }
}
