using Mesh.Contracts;

namespace Mesh.Rules.Compiled;

/// <summary>
/// When a rule is active: any of some ranges of the day, in a named zone. A range begins, on each of its days, at the first
/// instant at which the zone's clock shows its beginning or has jumped over it, and ends likewise; so where clocks are
/// put back it neither begins nor ends twice.
/// </summary>
internal sealed class ActivePlan(IReadOnlyList<ActiveRange> ranges)
{
    private const long Day = 86_400_000_000L;

    // The answer for a stretch of time; replaced as a whole, so that engines that share the rule can use it.
    private Stretch _last = new(0, 0, Active: false);

    /// <summary>Whether the instant, in microseconds, lies in a range.</summary>
    public bool At(long micros) => Find(micros).Active;

    /// <summary>The next instant, in microseconds, at which that may change.</summary>
    public long NextChange(long micros) => Find(micros).To;

    private Stretch Find(long micros)
    {
        var last = _last;
        if (micros >= last.From && micros < last.To)
        {
            return last;
        }

        return _last = Compute(micros);
    }

    // Ranges that begin on the day before, the day itself and the day after can change it within a day; without a change
    // in that time, it looks again a day later.
    private Stretch Compute(long micros)
    {
        var (active, next) = (false, micros + Day);
        var at = new Timestamp(micros);
        if (at < Limits.Earliest || at > Limits.Latest)
        {
            return new Stretch(micros, next, Active: false);
        }

        foreach (var range in ranges)
        {
            var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at.ToDateTimeOffset(), range.Zone).DateTime);
            for (var day = today.AddDays(-1); day <= today.AddDays(1); day = day.AddDays(1))
            {
                if (!range.Days[((int)day.DayOfWeek + 6) % 7])
                {
                    continue;
                }

                var from = First(day, range.From, range.Zone);
                var to = First(range.To > range.From ? day : day.AddDays(1), range.To, range.Zone);
                active |= from <= micros && micros < to;
                next = from > micros ? Math.Min(next, from) : next;
                next = to > micros ? Math.Min(next, to) : next;
            }
        }

        return new Stretch(micros, next, active);
    }

    // The first instant of the day at which the clock shows the time, or a later one when it jumps over it.
    private static long First(DateOnly day, TimeSpan time, TimeZoneInfo zone)
    {
        var local = day.ToDateTime(TimeOnly.MinValue) + time;
        if (zone.IsInvalidTime(local))
        {
            // Clocks jump between whole minutes: the first that is shown again is where they jumped to.
            local = local.AddTicks(-(local.Ticks % TimeSpan.TicksPerMinute));
            while (zone.IsInvalidTime(local))
            {
                local = local.AddMinutes(1);
            }
        }

        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return Micros(new DateTimeOffset(local, offset));
    }

    private static long Micros(DateTimeOffset at) =>
        (at - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private sealed record Stretch(long From, long To, bool Active);
}

/// <summary>A range <c>[From, To)</c> of the day; when To is not later, it ends on the next day.</summary>
/// <param name="From">Since midnight, below 24 h.</param>
/// <param name="To">Since midnight, at most 24 h.</param>
/// <param name="Days">On which it begins; Monday first.</param>
/// <param name="Zone">Whose clock.</param>
public sealed record ActiveRange(TimeSpan From, TimeSpan To, IReadOnlyList<bool> Days, TimeZoneInfo Zone);
