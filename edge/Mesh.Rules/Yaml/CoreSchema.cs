using System.Globalization;
using Mesh.Contracts;

namespace Mesh.Rules.Yaml;

/// <summary>The core schema of YAML 1.2: <c>on</c>, <c>no</c> and <c>22:00</c> are texts, unlike in 1.1.</summary>
public static class CoreSchema
{
    public static Value Resolve(string text)
    {
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return Value.Unknown;
            case "true" or "True" or "TRUE":
                return Value.True;
            case "false" or "False" or "FALSE":
                return Value.False;
            case ".nan" or ".NaN" or ".NAN" or ".inf" or ".Inf" or ".INF" or "-.inf" or "-.Inf" or "-.INF":
                return Value.Unknown;
        }

        if (text.StartsWith("0x", StringComparison.Ordinal) && Radix(text.AsSpan(2), 16, out var hex))
        {
            return Value.Of(hex);
        }

        if (text.StartsWith("0o", StringComparison.Ordinal) && Radix(text.AsSpan(2), 8, out var octal))
        {
            return Value.Of(octal);
        }

        return TryNumber(text, out var number) ? Value.Of(number) : Value.Of(text);
    }

    /// <summary>What a reader of YAML 1.1 would have taken for a boolean or a number in base 60.</summary>
    internal static bool IsTreacherous(string text)
    {
        if (text.ToLowerInvariant() is "on" or "off" or "yes" or "no" or "y" or "n")
        {
            return true;
        }

        var colons = 0;
        foreach (var c in text)
        {
            if (c == ':')
            {
                colons++;
            }
            else if (!char.IsAsciiDigit(c))
            {
                return false;
            }
        }

        return colons is 1 or 2 && char.IsAsciiDigit(text[0]) && char.IsAsciiDigit(text[^1]);
    }

    private static bool Radix(ReadOnlySpan<char> digits, int radix, out double value)
    {
        value = 0;
        foreach (var c in digits)
        {
            var digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : radix;
            if (digit >= radix)
            {
                return false;
            }

            value = (value * radix) + digit;
        }

        return !digits.IsEmpty;
    }

    // [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
    private static bool TryNumber(string text, out double value)
    {
        value = 0;
        var rest = text.AsSpan();
        if (rest[0] is '-' or '+')
        {
            rest = rest[1..];
        }

        if (rest.IsEmpty || !(char.IsAsciiDigit(rest[0]) || rest[0] == '.'))
        {
            return false;
        }

        foreach (var c in rest)
        {
            if (!char.IsAsciiDigit(c) && c is not ('.' or 'e' or 'E' or '-' or '+'))
            {
                return false;
            }
        }

        const NumberStyles Style =
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(text, Style, CultureInfo.InvariantCulture, out value);
    }
}
