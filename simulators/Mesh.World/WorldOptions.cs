namespace Mesh.World;

/// <summary>What may go wrong; a run draws from those it is given.</summary>
[Flags]
public enum Faults
{
    None = 0,

    /// <summary>The power of a host goes, in the middle of a write, a sync, a rename.</summary>
    Cut = 1 << 0,

    /// <summary>A process is killed at any instant; what it wrote stays, synced or not.</summary>
    Kill = 1 << 1,

    /// <summary>Messages are lost, come late, twice and in another order.</summary>
    Network = 1 << 2,

    /// <summary>A link carries nothing, in one direction or in both, and nobody is told.</summary>
    Partition = 1 << 3,

    /// <summary>A disk is full for a while.</summary>
    Full = 1 << 4,

    /// <summary>A sync fails: the node ends and is started again.</summary>
    Sync = 1 << 5,

    /// <summary>A disk takes its time.</summary>
    Slow = 1 << 6,

    /// <summary>A wall clock jumps, by up to ten years, forwards or backwards.</summary>
    Clock = 1 << 7,

    /// <summary>A fog gets an empty disk.</summary>
    Replace = 1 << 8,

    /// <summary>An agent goes to another fog.</summary>
    Move = 1 << 9,

    /// <summary>A process stands still for a while.</summary>
    Pause = 1 << 10,

    /// <summary>An agent's sensors send ten times as much for a while.</summary>
    Overload = 1 << 11,

    /// <summary>A node ends in good order, with a snapshot, and is started again.</summary>
    Restart = 1 << 12,

    All = (1 << 13) - 1,
}

/// <summary>A defect that the simulator puts between the nodes and what is around them, to see that the referee finds it.</summary>
public enum Mutant
{
    None,

    /// <summary>A fog answers before its turn is durable.</summary>
    AcknowledgeEarly,

    /// <summary>A fog's disk says it has synced and has not, so that the fog forwards what it may still forget.</summary>
    ForwardEarly,

    /// <summary>Every batch is taken, as if it were new and joined what is held.</summary>
    FogForgetsMarks,

    /// <summary>The cloud takes what leaves a gap.</summary>
    CloudTakesGaps,

    /// <summary>The cloud takes readings again that it has.</summary>
    CloudTakesTwice,

    /// <summary>An agent takes the word of a journal that is gone for that of the present one.</summary>
    StaleAcknowledgement,

    /// <summary>A fog with a new disk goes on under its old epoch.</summary>
    EpochAgain,
}

/// <summary>One run of the world.</summary>
public sealed record WorldOptions
{
    public long Seed { get; init; } = 1;

    /// <summary>How long things go wrong; then everything is mended and has to come to rest.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long the mesh may take to come to rest.</summary>
    public TimeSpan Calm { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>1 to 100.</summary>
    public int Edges { get; init; } = 3;

    /// <summary>1 to 20.</summary>
    public int Fogs { get; init; } = 2;

    public Faults Faults { get; init; } = Faults.All;

    public Mutant Mutant { get; init; }

    /// <summary>Between two readings of a device.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Devices of an agent.</summary>
    public int Devices { get; init; } = 3;

    /// <summary>Mean time between two faults.</summary>
    public TimeSpan Between { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How often a node without news looks at the clock.</summary>
    public TimeSpan Tick { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Bytes of a segment of the journals; small, so that many are begun and deleted.</summary>
    public long SegmentBytes { get; init; } = 32 * 1024;

    /// <summary>Bytes of journal kept although they are delivered.</summary>
    public long KeepBytes { get; init; } = 256 * 1024;

    /// <summary>Where every line of the trace goes as well.</summary>
    public TextWriter? Trace { get; init; }
}
