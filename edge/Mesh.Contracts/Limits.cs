namespace Mesh.Contracts;

/// <summary>
/// The bounds that every rim checks before anything else looks at what arrived. What exceeds one is refused with a
/// sentence that names the bound; nothing is cut to fit.
/// </summary>
public static class Limits
{
    /// <summary>Characters of an id (device, node, site, agent, rule).</summary>
    public const int IdLength = 128;

    /// <summary>Characters of a sensor, label, field or unit name.</summary>
    public const int NameLength = 64;

    /// <summary>Characters of a text value or a label's value.</summary>
    public const int TextLength = 1024;

    /// <summary>Labels, or fields, of one reading.</summary>
    public const int NamedValues = 32;

    /// <summary>Values in one list, in the values of an output.</summary>
    public const int ListItems = 1000;

    /// <summary>Readings in one batch.</summary>
    public const int BatchReadings = 500;

    /// <summary>Bytes of one batch on MQTT.</summary>
    public const int BatchBytes = 64 * 1024;

    /// <summary>Bytes of one range on MQTT; several items are packed into <see cref="BatchBytes"/>, one alone may need more.</summary>
    public const int LaneBytes = 1024 * 1024;

    /// <summary>Items in one range on HTTP.</summary>
    public const int RangeItems = 4096;

    /// <summary>Bytes of one HTTP body, after decompression.</summary>
    public const int BodyBytes = 4 * 1024 * 1024;

    /// <summary>Nesting of JSON from outside.</summary>
    public const int JsonDepth = 8;

    /// <summary>Largest boot, seq, epoch or item number: what a JSON number holds exactly.</summary>
    public const long Number = (1L << 53) - 1;

    /// <summary>Earliest instant a reading may carry.</summary>
    public static readonly Timestamp Earliest = Timestamp.Parse("1970-01-01T00:00:00Z");

    /// <summary>Latest instant a reading may carry.</summary>
    public static readonly Timestamp Latest = Timestamp.Parse("2200-01-01T00:00:00Z");

    /// <summary>Letters, digits, <c>. _ - : ~ @ $</c> after a letter or digit or underscore; never <c>/ + #</c> or blanks.</summary>
    public static bool IsId(ReadOnlySpan<char> text) => IsWord(text, IdLength);

    /// <summary>As <see cref="IsId"/>, at most <see cref="NameLength"/> characters.</summary>
    public static bool IsName(ReadOnlySpan<char> text) => IsWord(text, NameLength);

    private static bool IsWord(ReadOnlySpan<char> text, int length)
    {
        if (text.IsEmpty || text.Length > length || !(char.IsLetterOrDigit(text[0]) || text[0] == '_'))
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsLetterOrDigit(c) && c is not ('.' or '_' or '-' or ':' or '~' or '@' or '$'))
            {
                return false;
            }
        }

        return true;
    }
}
