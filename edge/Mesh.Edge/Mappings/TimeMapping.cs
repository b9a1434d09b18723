namespace Mesh.Edge;

/// <summary>How an instant is written.</summary>
public enum TimeForm : byte
{
    /// <summary><c>2011-06-15 01:03:39.14962</c>, 1 to 12 fraction digits; with <c>Z</c> or an offset behind it no zone is needed.</summary>
    Iso,

    /// <summary>Seconds since 1970, with or without a fraction.</summary>
    Unix,

    /// <summary>Milliseconds since 1970.</summary>
    UnixMilliseconds,

    /// <summary>A pattern of .NET's custom date formats: <c>dd/MM/yyyy HH:mm:ss</c>.</summary>
    Pattern,
}

/// <summary>An instant from one column, or from several joined by a blank.</summary>
/// <param name="Columns">One or more.</param>
/// <param name="Zone">The zone of a local time; null: every text must carry its own offset.</param>
/// <param name="Form">How it is written.</param>
/// <param name="Pattern">The pattern of <see cref="TimeForm.Pattern"/>.</param>
public sealed record TimeMapping(
    IReadOnlyList<ColumnReference> Columns,
    TimeZoneInfo? Zone,
    TimeForm Form,
    string? Pattern
);
