using Mesh.Contracts;

namespace Mesh.Edge;

/// <summary>
/// Turns the local times of one log into instants. Twice a year that is a choice: a time that the clocks skipped is read
/// with the offset from before the change (02:30 becomes 03:30); a time that they showed twice is the one nearer to the
/// row before, at the start of a log the earlier one, so that a log running through the change stays in order.
/// </summary>
public sealed class ZonedClock(TimeZoneInfo zone)
{
    private const long HalfHour = 1_800_000_000;
    private Timestamp? _previous;
    private long _slot = long.MinValue;
    private TimeSpan _slotOffset;

    /// <summary>The instant of a local time, given as if it were UTC.</summary>
    public Timestamp ToInstant(Timestamp local)
    {
        var instant = local - Offset(local);
        _previous = instant;
        return instant;
    }

    private TimeSpan Offset(Timestamp local)
    {
        // Changes fall on half hours: where both ends of one have the same plain offset, all of it has.
        var slot = Math.DivRem(local.Micros, HalfHour).Quotient;
        if (slot == _slot)
        {
            return _slotOffset;
        }

        var start = Local(new Timestamp(slot * HalfHour));
        var end = Local(new Timestamp(((slot + 1) * HalfHour) - 1));
        var offset = zone.GetUtcOffset(start);
        if (Plain(start) && Plain(end) && offset == zone.GetUtcOffset(end))
        {
            (_slot, _slotOffset) = (slot, offset);
            return offset;
        }

        return Special(Local(local), local);
    }

    private TimeSpan Special(DateTime text, Timestamp local)
    {
        if (zone.IsInvalidTime(text))
        {
            return zone.GetUtcOffset(text.AddHours(-3));
        }

        if (!zone.IsAmbiguousTime(text))
        {
            return zone.GetUtcOffset(text);
        }

        // The larger offset is the earlier instant.
        var offsets = zone.GetAmbiguousTimeOffsets(text);
        var (earlier, later) = (offsets.Max(), offsets.Min());
        if (_previous is not { } previous)
        {
            return earlier;
        }

        return (local - earlier - previous).Duration() <= (local - later - previous).Duration() ? earlier : later;
    }

    private bool Plain(DateTime text) => !zone.IsInvalidTime(text) && !zone.IsAmbiguousTime(text);

    private static DateTime Local(Timestamp time) =>
        DateTime.SpecifyKind(time.ToDateTimeOffset().DateTime, DateTimeKind.Unspecified);
}
