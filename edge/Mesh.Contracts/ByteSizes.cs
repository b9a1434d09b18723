using System.Globalization;

namespace Mesh.Contracts;

/// <summary>Sizes as people write them: <c>512KiB</c>, <c>16MiB</c>, <c>1.5 GiB</c>, or a number of bytes.</summary>
public static class ByteSizes
{
    private static readonly (string Name, long Bytes)[] Units =
    [
        ("TiB", 1L << 40),
        ("GiB", 1L << 30),
        ("MiB", 1L << 20),
        ("KiB", 1L << 10),
        ("B", 1),
    ];

    /// <summary>0 to 2^53 bytes; false where it is no size.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        var number = text.AsSpan().Trim();
        double factor = 1;
        foreach (var (name, unit) in Units)
        {
            if (number.EndsWith(name, StringComparison.Ordinal))
            {
                number = number[..^name.Length].TrimEnd();
                factor = unit;
                break;
            }
        }

        if (
            !double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            || value * factor > Limits.Number
        )
        {
            return false;
        }

        bytes = (long)(value * factor);
        return true;
    }

    /// <summary>In the largest unit of which it is at least one: <c>1.5 GiB</c>.</summary>
    public static string Format(long bytes)
    {
        foreach (var (name, unit) in Units)
        {
            if (bytes >= unit)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{(double)bytes / unit:0.##} {name}");
            }
        }

        return "0 B";
    }
}
