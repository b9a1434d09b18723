using Mesh.Contracts;

namespace Mesh.Rules.Running;

/// <summary>
/// One agent's stream, as the rules see it: how far its event time has come, and which rules wait for it to go on. A
/// rule's derived readings are a source too, whose time is that of the rule.
/// </summary>
internal sealed class Source(string name, RunningRule? producer = null)
{
    public string Name { get; } = name;

    public RunningRule? Producer { get; } = producer;

    public bool Alive { get; set; } = true;

    /// <summary>A final mark has taken effect.</summary>
    public bool Ended { get; set; }

    /// <summary>Micros of the final mark.</summary>
    public long EndedAt { get; set; }

    /// <summary>Highest instant among the readings applied.</summary>
    public long Highest { get; set; } = Timestamp.MinValue.Micros;

    /// <summary>Recorded clock: the highest received or marked instant, also of readings that still wait.</summary>
    public long Clock { get; set; } = Timestamp.MinValue.Micros;

    /// <summary>Recorded clock: a final mark has been received, perhaps behind readings that still wait.</summary>
    public bool Final { get; set; }

    /// <summary>Rules that have seen a derived reading of this one.</summary>
    public List<RunningRule> Consumers { get; } = [];

    /// <summary>Rules that cannot go on before <see cref="Highest"/> has reached an instant. Entries may be outdated.</summary>
    public PriorityQueue<RunningRule, long> Waiters { get; } = new();
}
