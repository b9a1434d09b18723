using System.Globalization;
using Mesh.Contracts;

namespace Mesh.Edge;

/// <summary>A time mapping whose columns are resolved; it follows one log, see <see cref="ZonedClock"/>.</summary>
internal sealed class BoundTime(TimeMapping mapping, Func<ColumnReference, int> place)
{
    private readonly ZonedClock? _clock = mapping.Zone is { } zone ? new ZonedClock(zone) : null;
    private readonly char[] _text = new char[96];

    public int[] Places { get; } = [.. mapping.Columns.Select(place)];

    public bool TryGet(Row row, out Timestamp time)
    {
        time = default;
        var length = 0;
        foreach (var at in Places)
        {
            if (!row.Has(at))
            {
                return row.Fail(1, "the row has no time");
            }

            var part = row[at];
            if (length + part.Length + 1 > _text.Length)
            {
                return row.Fail(row.ColumnOf(at), "a time is longer than any instant is written");
            }

            if (length > 0)
            {
                _text[length++] = ' ';
            }

            part.CopyTo(_text.AsSpan(length));
            length += part.Length;
        }

        if (!Parse(row, _text.AsSpan(0, length), out time))
        {
            return false;
        }

        return (time >= Limits.Earliest && time <= Limits.Latest)
            || row.Fail(row.ColumnOf(Places[0]), $"{time} lies outside the years 1970 to 2199");
    }

    private bool Parse(Row row, ReadOnlySpan<char> text, out Timestamp time)
    {
        switch (mapping.Form)
        {
            case TimeForm.Iso:
                return Iso(row, text, out time);
            case TimeForm.Pattern:
                return Custom(row, text, out time);
            default:
                return Count(row, text, mapping.Form == TimeForm.Unix ? 1_000_000 : 1_000, out time);
        }
    }

    private bool Iso(Row row, ReadOnlySpan<char> text, out Timestamp time)
    {
        if (!LocalTime.TryParse(text, out time, out var rest))
        {
            return Fail(row, text, "a time such as 2026-03-01 08:00:00.5 is expected");
        }

        if (!rest.IsEmpty)
        {
            return Timestamp.TryParse(text, out time) || Fail(row, text, "Z or an offset such as +01:00 may end it");
        }

        if (_clock is null)
        {
            return Fail(row, text, "it has no offset and the mapping names no 'zone'");
        }

        time = _clock.ToInstant(time);
        return true;
    }

    private bool Custom(Row row, ReadOnlySpan<char> text, out Timestamp time)
    {
        time = default;
        const DateTimeStyles Style = DateTimeStyles.AllowWhiteSpaces;
        if (!DateTime.TryParseExact(text, mapping.Pattern, CultureInfo.InvariantCulture, Style, out var local))
        {
            return Fail(row, text, $"a time written as {mapping.Pattern} is expected");
        }

        var ticks = local.Ticks - DateTime.UnixEpoch.Ticks;
        time = _clock!.ToInstant(new Timestamp(ticks / TimeSpan.TicksPerMicrosecond));
        return true;
    }

    private bool Count(Row row, ReadOnlySpan<char> text, long micros, out Timestamp time)
    {
        time = default;
        const NumberStyles Style = NumberStyles.AllowDecimalPoint;
        if (!decimal.TryParse(text, Style, CultureInfo.InvariantCulture, out var count) || count > 1e14m)
        {
            return Fail(row, text, "a count since 1970 is expected");
        }

        time = new Timestamp((long)(count * micros));
        return true;
    }

    private bool Fail(Row row, ReadOnlySpan<char> text, string expected) =>
        row.Fail(row.ColumnOf(Places[0]), $"'{text}' is no time: {expected}");
}
