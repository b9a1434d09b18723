namespace Mesh.Rules;

/// <summary>On which tier a rule runs.</summary>
public enum PlaceTier : byte
{
    Auto,
    Edge,
    Fog,
    Cloud,
}

/// <summary>Who goes on with a rule while the network is cut between those who could.</summary>
public enum PartitionPolicy : byte
{
    /// <summary>The side of its sensors and actuators.</summary>
    Local,
    Cloud,

    /// <summary>Both; the ids of outputs are the same.</summary>
    Both,

    /// <summary>Nobody.</summary>
    Stop,
}

/// <summary><c>place:</c> — what must hold of the node that runs the rule. It never changes what the rule says.</summary>
public sealed record PlaceDefinition
{
    public static readonly PlaceDefinition Anywhere = new();

    public PlaceTier Tier { get; init; }

    /// <summary>The id of the one node it may run on.</summary>
    public string? Pin { get; init; }

    /// <summary>The id of a device or node to be near to.</summary>
    public string? Near { get; init; }

    /// <summary>Whether it must go on while the site is cut off.</summary>
    public bool Offline { get; init; }

    /// <summary>From the reading to the output, at most.</summary>
    public TimeSpan? Latency { get; init; }

    /// <summary><c>keep: site</c>: its readings never leave the site.</summary>
    public bool KeepsSite { get; init; }

    /// <summary>Capabilities that the node must have.</summary>
    public IReadOnlyList<string> Needs { get; init; } = [];

    /// <summary>How many nodes hold its state; 1 unless given, at most 5.</summary>
    public int Replicas { get; init; } = 1;

    public PartitionPolicy Partition { get; init; }
}
