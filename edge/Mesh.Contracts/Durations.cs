using System.Globalization;
using System.Text;

namespace Mesh.Contracts;

/// <summary>Durations as rule and configuration files write them: <c>250ms</c>, <c>5.5s</c>, <c>1h30m</c>, <c>7d</c>.</summary>
public static class Durations
{
    private static readonly (string Unit, long Micros)[] Units =
    [
        ("d", 86_400_000_000L),
        ("h", 3_600_000_000L),
        ("m", 60_000_000L),
        ("s", 1_000_000L),
        ("ms", 1_000L),
        ("us", 1L),
    ];

    /// <summary>
    /// Reads one or more numbers with a unit (d, h, m, s, ms, us), largest unit first, without a sign. At most 10,000 days.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan value)
    {
        value = default;
        double micros = 0;
        var next = 0;
        if (text.IsEmpty)
        {
            return false;
        }

        while (!text.IsEmpty)
        {
            var digits = text.IndexOfAnyExcept("0123456789.");
            if (
                digits <= 0
                || !double.TryParse(
                    text[..digits],
                    NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture,
                    out var number
                )
            )
            {
                return false;
            }

            text = text[digits..];
            var letters = text.IndexOfAnyExcept("dhmsu");
            var unit = letters < 0 ? text : text[..letters];
            var found = -1;
            for (var i = next; i < Units.Length; i++)
            {
                if (unit.SequenceEqual(Units[i].Unit))
                {
                    found = i;
                    break;
                }
            }

            if (found < 0)
            {
                return false;
            }

            micros += number * Units[found].Micros;
            next = found + 1;
            text = text[unit.Length..];
        }

        if (micros > 864_000_000_000_000d)
        {
            return false;
        }

        value = new TimeSpan((long)Math.Round(micros) * TimeSpan.TicksPerMicrosecond);
        return true;
    }

    /// <summary>The shortest exact form: <c>1h30m</c>, <c>5.5s</c> as <c>5s500ms</c>, <c>0s</c>.</summary>
    public static string Format(TimeSpan value)
    {
        var micros = value.Ticks / TimeSpan.TicksPerMicrosecond;
        if (micros == 0)
        {
            return "0s";
        }

        var text = new StringBuilder();
        if (micros < 0)
        {
            text.Append('-');
            micros = -micros;
        }

        foreach (var (unit, size) in Units)
        {
            if (micros >= size)
            {
                text.Append(CultureInfo.InvariantCulture, $"{micros / size}").Append(unit);
                micros %= size;
            }
        }

        return text.ToString();
    }
}
