namespace Mesh.Contracts;

/// <summary>What flows through the mesh: a <see cref="Reading"/>, a <see cref="Detection"/> or an <see cref="Aggregate"/>.</summary>
public abstract class MeshEvent
{
    private protected MeshEvent() { }
}

/// <summary>Whether a reading's value can be trusted. Anything but <see cref="Good"/> makes the value unknown to rules.</summary>
public enum Quality : byte
{
    Good,

    /// <summary>The device or the rim could not vouch for the value (sensor fault, number out of range).</summary>
    Bad,
}

/// <summary>
/// One value that one sensor of one device reported. Identified by (<see cref="Device"/>, <see cref="Boot"/>,
/// <see cref="Seq"/>); the same identity twice is the same reading.
/// </summary>
public sealed class Reading : MeshEvent
{
    /// <summary>The device, an id of 1 to 128 characters (see <see cref="Limits"/>).</summary>
    public required string Device { get; init; }

    /// <summary>The kind of thing measured: <c>temperature</c>, <c>occupancy</c>, <c>door</c>.</summary>
    public required string Sensor { get; init; }

    /// <summary>A number, a boolean, a text, or unknown (null).</summary>
    public Value Value { get; init; }

    /// <summary>The device's instant of the measurement.</summary>
    public Timestamp At { get; init; }

    /// <summary>
    /// When the mesh received it; absent it equals <see cref="At"/> in a recording. The first node with a live clock
    /// stamps it, nobody else.
    /// </summary>
    public Timestamp? Received { get; set; }

    /// <summary>Number within <see cref="Boot"/>, from 1, counted per device.</summary>
    public long Seq { get; init; }

    /// <summary>Identifies one run of the device's numbering, 0 to 2^53-1; compared for equality only.</summary>
    public long Boot { get; init; }

    public Quality Quality { get; init; }

    public string? Unit { get; init; }

    public Fields Fields { get; init; } = Fields.Empty;

    /// <summary>
    /// The device's own labels, below those of the registry once the node has admitted the reading: the node that owns
    /// the reading sets them, nobody else.
    /// </summary>
    public Labels Labels { get; set; } = Labels.Empty;

    /// <summary>What a rule sees: the value, or unknown when the quality is not good.</summary>
    public Value Trusted => Quality == Quality.Good ? Value : Value.Unknown;

    /// <summary>The instant by which a recording's clock applies it.</summary>
    public Timestamp ReceivedOrAt => Received ?? At;

    /// <summary>The same reading under another number, for a device that does not number its readings itself.</summary>
    public Reading Numbered(long boot, long seq) => Copy(At, boot, seq);

    /// <summary>The same reading, as if taken at another instant.</summary>
    public Reading MovedTo(Timestamp at) => Copy(at, Boot, Seq);

    private Reading Copy(Timestamp at, long boot, long seq) =>
        new()
        {
            Device = Device,
            Sensor = Sensor,
            Value = Value,
            At = at,
            Received = Received,
            Seq = seq,
            Boot = boot,
            Quality = Quality,
            Unit = Unit,
            Fields = Fields,
            Labels = Labels,
        };

    public ReadingId Id => new(Device, Boot, Seq);

    public override string ToString() => $"{Device} {Sensor}={Value} at {At} (boot {Boot} seq {Seq})";
}

/// <summary>The identity of a reading.</summary>
public readonly record struct ReadingId(string Device, long Boot, long Seq);
