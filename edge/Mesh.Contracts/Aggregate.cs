namespace Mesh.Contracts;

/// <summary>A run of sequence numbers of one device that an aggregate has counted, both ends included.</summary>
public readonly record struct Covered(long Boot, long From, long To);

/// <summary>
/// Readings summed up over a window <c>[Start, End)</c>: either a sensor's minute that a node sends up by itself
/// (<see cref="Device"/> and <see cref="Sensor"/> set) or a rule's window (<see cref="Rule"/> set).
/// </summary>
/// <remarks>
/// Two aggregates of one <see cref="Id"/> merge when what they cover is disjoint; a superset replaces its subset. So a
/// late reading makes a further aggregate of its window, and a resent one changes nothing.
/// </remarks>
public sealed class Aggregate : MeshEvent
{
    private string? _id;

    /// <summary>
    /// 32 lower-case hexadecimal digits: a hash of what is summed up and the window. That of a rule's new one is worked
    /// out when it is first read; all others are given.
    /// </summary>
    public string Id
    {
        get => _id ??= OutputId.Of(this);
        init => _id = value;
    }

    /// <summary>How many that are equal in all that makes the id the rule has said before at the instant.</summary>
    public int Ordinal { get; init; }

    public string? Device { get; init; }

    public string? Sensor { get; init; }

    public string? Rule { get; init; }

    public string? RuleHash { get; init; }

    public IReadOnlyList<KeyPart> Key { get; init; } = [];

    public Timestamp Start { get; init; }

    public Timestamp End { get; init; }

    /// <summary>The clock when it was emitted.</summary>
    public Timestamp Emitted { get; init; }

    /// <summary>Readings counted, of whatever kind of value.</summary>
    public long Count { get; init; }

    /// <summary>Readings among them whose value is a number; sum, min and max are over these.</summary>
    public long Numbers { get; init; }

    public double Sum { get; init; }

    public double Min { get; init; }

    public double Max { get; init; }

    /// <summary>The value of the newest reading of the window.</summary>
    public Value Last { get; init; }

    /// <summary>Instant of <see cref="Last"/>.</summary>
    public Timestamp LastAt { get; init; }

    /// <summary>What a rule's <c>let</c> names and aggregates came to.</summary>
    public IReadOnlyList<KeyValuePair<string, Value>> Values { get; init; } = [];

    public IReadOnlyList<Covered> Covers { get; init; } = [];

    public Labels Labels { get; init; } = Labels.Empty;

    public string? Node { get; init; }
}
