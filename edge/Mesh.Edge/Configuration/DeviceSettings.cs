using System.Device.Gpio;

namespace Mesh.Edge;

/// <summary>What a sensor or actuator is attached to.</summary>
public enum PinDriver : byte
{
    /// <summary>A pin in memory.</summary>
    SimulatedPin,

    /// <summary>A pin of this machine.</summary>
    Gpio,

    /// <summary>A lock in memory.</summary>
    SimulatedLock,
}

/// <summary>An entry of <c>sensors:</c>, checked.</summary>
public sealed record SensorSettings(PinDriver Driver, PinSensorOptions Options, string Place);

/// <summary>An entry of <c>actuators:</c>, checked. <see cref="Pin"/> counts for pins, <see cref="Lock"/> for locks.</summary>
public sealed record ActuatorSettings(
    PinDriver Driver,
    SensorIdentity Identity,
    int Pin,
    bool ActiveLow,
    SimulatedLockOptions? Lock,
    string Place
);

/// <summary>An entry of <c>replay:</c>, checked; paths are as written.</summary>
public sealed record ReplaySettings(
    string File,
    string? Mapping,
    double Speed,
    int Times,
    string? Source,
    string Place
);

/// <summary>What the sections of an agent's <c>mesh.yaml</c> say.</summary>
public sealed record AgentSettings(
    IReadOnlyList<SensorSettings> Sensors,
    IReadOnlyList<ActuatorSettings> Actuators,
    IReadOnlyList<ReplaySettings> Replays
)
{
    internal static PinMode Mode(int? pull) =>
        pull switch
        {
            1 => PinMode.InputPullUp,
            2 => PinMode.InputPullDown,
            _ => PinMode.Input,
        };
}
