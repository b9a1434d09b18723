using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>
/// A planned silence of the configuration: once, or every week. See <see cref="Silence"/> for what it does.
/// </summary>
public sealed record MaintenanceWindow
{
    public required string Name { get; init; }

    /// <summary>Ids of rules, or their beginnings and <c>*</c>; empty: every rule.</summary>
    public IReadOnlyList<string> Rules { get; init; } = [];

    /// <summary>Parts of the key that must be equal, as texts; empty: every key.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Key { get; init; } = [];

    /// <summary>Once: since when, inclusively.</summary>
    public Timestamp? From { get; init; }

    /// <summary>Once: until when, exclusively.</summary>
    public Timestamp? Until { get; init; }

    /// <summary>Weekly: a bit per weekday, Sunday the lowest; the day on which it begins.</summary>
    public int Days { get; init; }

    /// <summary>Weekly: the minute of the day at which it begins.</summary>
    public int Start { get; init; }

    /// <summary>Weekly: the minute of the day at which it ends; not after <see cref="Start"/>: on the next day.</summary>
    public int End { get; init; }

    /// <summary>Weekly: the time zone whose clock on the wall counts.</summary>
    public string Zone { get; init; } = "UTC";

    /// <summary>Whether two windows say the same.</summary>
    public static IEqualityComparer<MaintenanceWindow> SameText { get; } =
        EqualityComparer<MaintenanceWindow>.Create(
            static (a, b) => a is null || b is null ? a == b : a.Bytes().AsSpan().SequenceEqual(b.Bytes())
        );

    private byte[] Bytes()
    {
        var writer = new FrameWriter();
        SilenceBytes.Write(writer, [this]);
        return writer.ToArray();
    }

    public bool Covers(string rule, IReadOnlyList<KeyPart> key, Timestamp at) =>
        IsOpen(at) && (Rules.Count == 0 || Rules.Any(r => Scope.Covers(r, rule))) && Scope.Covers("", Key, rule, key);

    public bool IsOpen(Timestamp at)
    {
        if (From is { } from && Until is { } until)
        {
            return from <= at && at < until;
        }

        if (!TimeZoneInfo.TryFindSystemTimeZoneById(Zone, out var zone))
        {
            return false;
        }

        var local = TimeZoneInfo.ConvertTime(at.ToDateTimeOffset(), zone);
        var minute = local.TimeOfDay.TotalMinutes;
        return Start < End
            ? OnDay(local.DayOfWeek) && minute >= Start && minute < End
            : (OnDay(local.DayOfWeek) && minute >= Start)
                || (OnDay((DayOfWeek)(((int)local.DayOfWeek + 6) % 7)) && minute < End);
    }

    private bool OnDay(DayOfWeek day) => (Days & (1 << (int)day)) != 0;
}
