using Mesh.Contracts;

namespace Mesh.Edge;

/// <summary>A reading again, under another number or at another time.</summary>
internal static class Copies
{
    public static Reading Of(Reading reading, long boot, long seq, TimeSpan shift) =>
        new()
        {
            Device = reading.Device,
            Sensor = reading.Sensor,
            Value = reading.Value,
            At = reading.At + shift,
            Received = reading.Received is { } received ? received + shift : null,
            Seq = seq,
            Boot = boot,
            Quality = reading.Quality,
            Unit = reading.Unit,
            Fields = reading.Fields,
            Labels = reading.Labels,
        };
}
