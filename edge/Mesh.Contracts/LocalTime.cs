namespace Mesh.Contracts;

/// <summary>Reads a calendar date and time of day that has no zone, as logs and the front part of RFC 3339 have it.</summary>
public static class LocalTime
{
    /// <summary>
    /// Reads <c>2026-03-01T08:00:00.5</c> (or a blank for the T; the fraction may have 1 to 12 digits) and leaves what
    /// follows in <paramref name="rest"/>. The result counts microseconds as if the text were UTC.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Timestamp value, out ReadOnlySpan<char> rest)
    {
        value = default;
        rest = default;
        if (text.Length < 19 || text[4] != '-' || text[7] != '-' || text[10] is not ('T' or 't' or ' '))
        {
            return false;
        }

        if (text[13] != ':' || text[16] != ':')
        {
            return false;
        }

        if (
            !Digits(text[..4], out var year)
            || !Digits(text[5..7], out var month)
            || !Digits(text[8..10], out var day)
            || !Digits(text[11..13], out var hour)
            || !Digits(text[14..16], out var minute)
            || !Digits(text[17..19], out var second)
        )
        {
            return false;
        }

        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        // A leap second (60) is taken as the last second of its minute: the clock repeats it.
        if (hour > 23 || minute > 59 || second > 60)
        {
            return false;
        }

        if (!Fraction(text[19..], out var micros, out rest))
        {
            return false;
        }

        var whole = new DateTime(year, month, day, hour, minute, Math.Min(second, 59), DateTimeKind.Utc);
        value = new Timestamp(((whole.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond) + micros);
        return true;
    }

    private static bool Fraction(ReadOnlySpan<char> text, out long micros, out ReadOnlySpan<char> rest)
    {
        micros = 0;
        rest = text;
        if (text.IsEmpty || text[0] != '.')
        {
            return true;
        }

        var count = 0;
        long unit = 100_000;
        while (1 + count < text.Length && char.IsAsciiDigit(text[1 + count]))
        {
            micros += (text[1 + count] - '0') * unit;
            unit /= 10;
            count++;
        }

        rest = text[(1 + count)..];
        return count is > 0 and <= 12;
    }

    private static bool Digits(ReadOnlySpan<char> text, out int value)
    {
        value = 0;
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c))
            {
                return false;
            }

            value = (value * 10) + (c - '0');
        }

        return true;
    }
}
