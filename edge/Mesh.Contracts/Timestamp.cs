using System.Diagnostics;
using System.Globalization;

namespace Mesh.Contracts;

/// <summary>
/// An instant, in whole microseconds since 1970-01-01T00:00:00 UTC. The range is that of RFC 3339: years 1 to 9999.
/// </summary>
/// <param name="Micros">Microseconds since the Unix epoch; negative before it.</param>
[DebuggerDisplay("{ToString(),nq}")]
public readonly record struct Timestamp(long Micros) : IComparable<Timestamp>
{
    private const long TicksPerMicro = TimeSpan.TicksPerMicrosecond;
    private static readonly long EpochTicks = DateTime.UnixEpoch.Ticks;

    /// <summary>0001-01-01T00:00:00Z.</summary>
    public static readonly Timestamp MinValue = new(-EpochTicks / TicksPerMicro);

    /// <summary>9999-12-31T23:59:59.999999Z.</summary>
    public static readonly Timestamp MaxValue = new((DateTime.MaxValue.Ticks - EpochTicks) / TicksPerMicro);

    public static Timestamp From(DateTimeOffset instant) => new((instant.UtcTicks - EpochTicks) / TicksPerMicro);

    /// <exception cref="ArgumentOutOfRangeException">The instant lies outside the years 1 to 9999.</exception>
    public DateTimeOffset ToDateTimeOffset() => new(EpochTicks + (Micros * TicksPerMicro), TimeSpan.Zero);

    /// <summary>
    /// Reads an RFC 3339 instant: a date, <c>T</c> or a blank, a time with any number of fraction digits (those beyond
    /// the sixth are cut off), and <c>Z</c> or an offset.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Timestamp value)
    {
        value = default;
        if (!LocalTime.TryParse(text, out var local, out var rest))
        {
            return false;
        }

        if (rest is "Z" or "z")
        {
            value = local;
            return true;
        }

        if (
            rest.Length != 6
            || rest[0] is not ('+' or '-')
            || rest[3] != ':'
            || !int.TryParse(rest[1..3], NumberStyles.None, CultureInfo.InvariantCulture, out var hours)
            || !int.TryParse(rest[4..6], NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)
            || hours > 23
            || minutes > 59
        )
        {
            return false;
        }

        var offset = ((hours * 60L) + minutes) * 60_000_000L;
        value = new Timestamp(local.Micros - (rest[0] == '+' ? offset : -offset));
        return value >= MinValue && value <= MaxValue;
    }

    /// <exception cref="FormatException">The text is not an RFC 3339 instant.</exception>
    public static Timestamp Parse(string text) =>
        TryParse(text, out var value) ? value : throw new FormatException($"'{text}' is not an RFC 3339 instant");

    /// <summary>RFC 3339 in UTC with six fraction digits: <c>2026-03-01T08:00:00.000000Z</c> (27 characters).</summary>
    public override string ToString() => string.Create(27, this, static (span, value) => value.TryFormat(span, out _));

    /// <summary>Writes the 27 characters of <see cref="ToString"/>.</summary>
    public bool TryFormat(Span<char> destination, out int written) =>
        new DateTime(EpochTicks + (Math.Clamp(Micros, MinValue.Micros, MaxValue.Micros) * TicksPerMicro)).TryFormat(
            destination,
            out written,
            "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'",
            CultureInfo.InvariantCulture
        );

    public int CompareTo(Timestamp other) => Micros.CompareTo(other.Micros);

    public static bool operator <(Timestamp a, Timestamp b) => a.Micros < b.Micros;

    public static bool operator >(Timestamp a, Timestamp b) => a.Micros > b.Micros;

    public static bool operator <=(Timestamp a, Timestamp b) => a.Micros <= b.Micros;

    public static bool operator >=(Timestamp a, Timestamp b) => a.Micros >= b.Micros;

    public static Timestamp operator +(Timestamp a, TimeSpan d) => new(a.Micros + (d.Ticks / TicksPerMicro));

    public static Timestamp operator -(Timestamp a, TimeSpan d) => new(a.Micros - (d.Ticks / TicksPerMicro));

    public static TimeSpan operator -(Timestamp a, Timestamp b) => new((a.Micros - b.Micros) * TicksPerMicro);

    public static Timestamp Max(Timestamp a, Timestamp b) => a > b ? a : b;

    public static Timestamp Min(Timestamp a, Timestamp b) => a < b ? a : b;
}
