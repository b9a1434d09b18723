namespace Mesh.World;

/// <summary>What happened in a run, in numbers.</summary>
public sealed class WorldReport
{
    public long Readings { get; internal set; }

    /// <summary>Readings that devices could not keep until their agent took them; nobody promised anything for them.</summary>
    public long DroppedByDevices { get; internal set; }

    /// <summary>Readings and detections that took effect at the cloud.</summary>
    public long Applied { get; internal set; }

    /// <summary>Readings and detections that were declared missing, or were said only on a disk that is gone.</summary>
    public long Declared { get; internal set; }

    /// <summary>Detections that came to the cloud again; where they are stored their ids are unique.</summary>
    public long Twice { get; internal set; }

    public long Skipped { get; internal set; }

    /// <summary>Ranges that the cloud refused because something before them was missing.</summary>
    public long Gaps { get; internal set; }

    /// <summary>Inputs refused because the disk was full.</summary>
    public long Refused { get; internal set; }

    public long Cuts { get; internal set; }

    public long Kills { get; internal set; }

    /// <summary>Processes that ended because of their disk.</summary>
    public long Failures { get; internal set; }

    public long Moves { get; internal set; }

    public long Faults { get; internal set; }

    public long Sent { get; internal set; }

    public long Lost { get; internal set; }

    public long Doubled { get; internal set; }

    public long Steps { get; internal set; }

    /// <summary>From the end of the faults until every agent was answered by a fog.</summary>
    public TimeSpan Reconnected { get; internal set; }

    /// <summary>From the end of the faults until nothing waited anywhere.</summary>
    public TimeSpan Settled { get; internal set; }

    /// <summary>Null when every promise was kept.</summary>
    public string? Violation { get; internal set; }

    /// <summary>The name of the promise that was broken.</summary>
    public string? Promise { get; internal set; }

    /// <summary>The end of the trace.</summary>
    public IReadOnlyList<string> Trace { get; internal set; } = [];

    /// <summary>Equal in two runs that were the same.</summary>
    public string TraceHash { get; internal set; } = "";
}
