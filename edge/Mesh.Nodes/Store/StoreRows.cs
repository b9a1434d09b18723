using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>A device as the store knows it: from the readings it sent.</summary>
/// <param name="Device">Its id.</param>
/// <param name="Labels">Labels of its newest reading.</param>
/// <param name="LastAt">Instant of its newest reading.</param>
/// <param name="Latest">The last reading of each of its sensors, by sensor.</param>
public sealed record DeviceRow(string Device, Labels Labels, Timestamp LastAt, IReadOnlyList<Reading> Latest);

/// <summary>A place in a list that is ordered by time.</summary>
/// <param name="At">Instant of the last row seen.</param>
/// <param name="Row">Its number among those of the same instant.</param>
public readonly record struct RowCursor(Timestamp At, long Row);

/// <summary>A detection, with its place in the list.</summary>
/// <param name="Detection">The detection.</param>
/// <param name="Cursor">Ask for what lies before it with this.</param>
/// <param name="Open">Whether it is a fire that has not been cleared.</param>
public sealed record DetectionRow(Detection Detection, RowCursor Cursor, bool Open);

/// <summary>An aggregate, with its place in the list.</summary>
public sealed record AggregateRow(Aggregate Aggregate, RowCursor Cursor);

/// <summary>An order to a device and what became of it.</summary>
/// <param name="Command">The order.</param>
/// <param name="SentAt">The node's clock when it decided to send it.</param>
/// <param name="Outcome">See <see cref="CommandResult"/>; null while it is not known.</param>
/// <param name="Detail">What the device said.</param>
public sealed record CommandRow(Command Command, Timestamp SentAt, string? Outcome, string? Detail);

/// <summary>A node, agent or other source below this one.</summary>
/// <param name="Name">Its id.</param>
/// <param name="Alive">Whether it is connected; absent if it never said.</param>
/// <param name="SeenAt">This node's clock when something of it came last.</param>
/// <param name="Marks">How far each lane of each of its epochs has come.</param>
public sealed record SourceRow(string Name, bool? Alive, Timestamp SeenAt, IReadOnlyList<SourceMark> Marks);

/// <summary>The highest item held of one lane of one numbering.</summary>
public sealed record SourceMark(long Epoch, Lane Lane, long UpTo);

/// <summary>Sums over everything the store keeps.</summary>
/// <param name="AggregatedReadings">Sum of the counts of the sensors' aggregates, that is of readings, each once.</param>
/// <param name="Aggregates">Rows of aggregates, sensors' and rules'.</param>
/// <param name="Readings">Rows of raw readings; 0 without history.</param>
/// <param name="Detections">Detections by rule and kind.</param>
public sealed record StoreCounts(
    long AggregatedReadings,
    long Aggregates,
    long Readings,
    IReadOnlyList<DetectionCount> Detections
);

/// <summary>How many detections of one kind a rule has made.</summary>
public sealed record DetectionCount(string Rule, DetectionKind Kind, long Count);

/// <summary>Which detections to list, newest first.</summary>
public sealed record DetectionQuery
{
    /// <summary>Earliest instant, included.</summary>
    public Timestamp From { get; init; } = Timestamp.MinValue;

    /// <summary>First instant behind.</summary>
    public Timestamp To { get; init; } = Timestamp.MaxValue;

    public string? Rule { get; init; }

    /// <summary>Only fires that are open (true), only others (false), or all.</summary>
    public bool? Open { get; init; }

    /// <summary>1 to 10,000.</summary>
    public int Limit { get; init; } = 100;

    /// <summary>Goes on behind a row already seen.</summary>
    public RowCursor? Before { get; init; }
}

/// <summary>Which aggregates to list, oldest first by their start.</summary>
public sealed record AggregateQuery
{
    /// <summary>Earliest start, included.</summary>
    public Timestamp From { get; init; } = Timestamp.MinValue;

    /// <summary>First start behind.</summary>
    public Timestamp To { get; init; } = Timestamp.MaxValue;

    public string? Device { get; init; }

    public string? Sensor { get; init; }

    public string? Rule { get; init; }

    /// <summary>1 to 10,000.</summary>
    public int Limit { get; init; } = 1000;

    /// <summary>Goes on behind a row already seen.</summary>
    public RowCursor? After { get; init; }
}

/// <summary>Which readings of the history to list, oldest first.</summary>
public sealed record ReadingQuery
{
    /// <summary>Earliest instant, included.</summary>
    public Timestamp From { get; init; } = Timestamp.MinValue;

    /// <summary>First instant behind.</summary>
    public Timestamp To { get; init; } = Timestamp.MaxValue;

    public string? Device { get; init; }

    public string? Sensor { get; init; }

    /// <summary>1 to 10,000.</summary>
    public int Limit { get; init; } = 1000;

    /// <summary>Goes on behind this reading: the last one of the page before.</summary>
    public Reading? After { get; init; }
}
