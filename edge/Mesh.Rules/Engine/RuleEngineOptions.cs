using Mesh.Contracts;

namespace Mesh.Rules;

/// <summary>What moves the node's clock.</summary>
public enum ClockKind
{
    /// <summary><see cref="RuleEngine.Tick"/>; readings apply as they arrive.</summary>
    Live,

    /// <summary>The sources: readings and marks. A reading waits until the clock has reached its arrival time.</summary>
    Recorded,
}

/// <summary>How a <see cref="RuleEngine"/> works; every bound says what happens there.</summary>
public sealed class RuleEngineOptions
{
    public ClockKind Clock { get; init; } = ClockKind.Live;

    /// <summary>Recorded: the clock does not start before all of these have been heard.</summary>
    public IReadOnlyList<string> ExpectedSources { get; init; } = [];

    /// <summary>Live: a reading older than this gets its arrival time instead, flagged. Default 7 days.</summary>
    public TimeSpan Back { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Live: a reading further ahead of the clock than this gets its arrival time, flagged. Default 5 s.</summary>
    public TimeSpan Ahead { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Readings waiting for the watermark, per rule (default 100,000): beyond, the first is applied early, counted.
    /// </summary>
    public int MaxWaiting { get; init; } = 100_000;

    /// <summary>Keys per rule (default 100,000): beyond, those idle longest are forgotten, counted.</summary>
    public int MaxKeys { get; init; } = 100_000;

    /// <summary>Devices (default 1,000,000): readings of further ones are admitted, but duplicates not recognised.</summary>
    public int MaxDevices { get; init; } = 1_000_000;

    /// <summary>Devices in one key of a combined input (default 10,000): further ones are left out, counted.</summary>
    public int MaxDevicesPerInput { get; init; } = 10_000;

    /// <summary>
    /// Rules are brought every reading of their sensors, also those that cannot matter to them: slower, with the same
    /// outputs, for those who ask why nothing came of a reading.
    /// </summary>
    public bool BringsAll { get; init; }

    /// <summary>Readings in a sliding window of one key (default 100,000): beyond, the oldest leaves early, counted.</summary>
    public int MaxWindowReadings { get; init; } = 100_000;
}

/// <summary>What became of a reading that was offered.</summary>
public enum Admission
{
    Accepted,

    /// <summary>Seen before by (device, boot, seq), or too far behind what has been seen to tell.</summary>
    Duplicate,
}

/// <summary>A rule that was kept, started or removed by <see cref="RuleEngine.Load"/>, and why.</summary>
public sealed record RuleChange(string Rule, string Reason);

/// <summary>What a load of rules changed.</summary>
public sealed record RuleChanges(
    IReadOnlyList<RuleChange> Kept,
    IReadOnlyList<RuleChange> Started,
    IReadOnlyList<RuleChange> Removed
);

/// <summary>How a rule is doing.</summary>
public sealed record RuleStatus
{
    public required string Rule { get; init; }

    public required string Hash { get; init; }

    /// <summary>The rule's time: the clock, or its watermark.</summary>
    public Timestamp Time { get; init; }

    /// <summary>
    /// Readings brought to it that had its key. Readings that cannot matter to a rule are not brought to it where an
    /// index over constants in its filter can tell: the device, labels, fields, and limits of a number.
    /// </summary>
    public long Seen { get; init; }

    /// <summary>Readings that came strictly below its watermark and were dropped.</summary>
    public long Late { get; init; }

    /// <summary>Readings brought to it without a part of its key.</summary>
    public long Unkeyed { get; init; }

    /// <summary>State readings older than their device's current one.</summary>
    public long IgnoredOlder { get; init; }

    public long Outputs { get; init; }

    /// <summary>Outputs that the throttle kept back.</summary>
    public long Suppressed { get; init; }

    /// <summary>Keys (or devices of a combined input) forgotten or not taken because of a bound.</summary>
    public long KeysPurged { get; init; }

    /// <summary>Readings applied before the watermark allowed, because too many waited.</summary>
    public long Forced { get; init; }

    /// <summary>Readings that left a sliding window early because it held too many.</summary>
    public long WindowDropped { get; init; }

    /// <summary>Partial matches of patterns that a bound has ended: too many in a key, or too long.</summary>
    public long PartialsDropped { get; init; }

    public int Keys { get; init; }

    public int Waiting { get; init; }

    /// <summary>Episodes that have fired and not cleared.</summary>
    public int Open { get; init; }

    /// <summary>Of the open episodes, those that go on only because what could end them is unknown.</summary>
    public int Stale { get; init; }

    /// <summary>The clock when the rule began, fresh; null while it has not.</summary>
    public Timestamp? Started { get; init; }

    /// <summary>Why the rule has stopped; null while it runs.</summary>
    public string? Fault { get; init; }
}
