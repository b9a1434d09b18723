using Mesh.Contracts;

namespace Mesh.Simulators;

/// <summary>What an office building is like, and which part of it is simulated.</summary>
public sealed record BuildingOptions
{
    /// <summary>Rooms of the whole building, 1 to 5,000; ten to a floor.</summary>
    public int Rooms { get; init; } = 40;

    /// <summary>The same seed and start give the same readings, byte for byte, however the building is cut into parts.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>
    /// The first virtual instant. The building lives in UTC. The default is a Monday at 17:45: people leave, doors stay
    /// open, a long meeting ends, a window is open and a fridge has failed.
    /// </summary>
    public Timestamp Start { get; init; } = Timestamp.Parse("2026-03-02T17:45:00Z");

    /// <summary>The floors of this part, from 1; empty: all.</summary>
    public IReadOnlyList<int> Floors { get; init; } = [];

    /// <summary>The numbering of the readings, 0 to 2^53-1; null: made from seed and start.</summary>
    public long? Boot { get; init; }

    /// <summary>Probability that a lock jams at a command.</summary>
    public double Jams { get; init; } = 0.03;

    /// <summary>Whether readings carry room, floor and kind themselves, beside what <c>devices.yaml</c> says.</summary>
    public bool LabelReadings { get; init; } = true;
}
