using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Mesh.Contracts;

/// <summary>What arrived breaks the contract; the message says which part, what was found and what was expected.</summary>
public sealed class WireException : FormatException
{
    public WireException(string message)
        : base(message) { }

    public WireException(string message, Exception inner)
        : base(message, inner) { }

    public WireException() { }
}

/// <summary>
/// The small steps all JSON decoders share: objects without duplicate keys, bounded texts, exact whole numbers, RFC
/// 3339 instants. Every step throws <see cref="WireException"/> with the name of the property.
/// </summary>
internal static class WireReader
{
    public static readonly JsonReaderOptions Strict = new()
    {
        MaxDepth = Limits.JsonDepth,
        CommentHandling = JsonCommentHandling.Disallow,
        AllowTrailingCommas = false,
    };

    /// <summary>Runs a decoder over a whole document and turns every kind of malformed input into one exception.</summary>
    public static T Whole<T>(ReadOnlySpan<byte> utf8, Decoder<T> decode)
    {
        if (utf8.IsEmpty)
        {
            throw new WireException("found nothing, expected a JSON object");
        }

        try
        {
            var reader = new Utf8JsonReader(utf8, Strict);
            reader.Read();

            var result = decode(ref reader);
            if (reader.Read())
            {
                throw new WireException("found more text behind the JSON value");
            }

            return result;
        }
        catch (JsonException e)
        {
            throw new WireException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"not valid JSON at line {e.LineNumber + 1} byte {e.BytePositionInLine + 1}: {FirstSentence(e.Message)}"
                ),
                e
            );
        }
        catch (InvalidOperationException e)
        {
            // Text with invalid UTF-8 or unpaired surrogates surfaces here when it is decoded.
            throw new WireException("a text is not valid UTF-8", e);
        }
    }

    public delegate T Decoder<T>(ref Utf8JsonReader reader);

    public static void Expect(ref Utf8JsonReader reader, JsonTokenType type, string name)
    {
        if (reader.TokenType != type)
        {
            throw new WireException($"{name}: found {Describe(ref reader)}, expected {Describe(type)}");
        }
    }

    /// <summary>Notes that a property was seen; the second time is an error.</summary>
    public static void Once(ref uint seen, int bit, string name)
    {
        if ((seen & (1u << bit)) != 0)
        {
            throw new WireException($"{name}: the key appears twice");
        }

        seen |= 1u << bit;
    }

    public static long Whole(ref Utf8JsonReader reader, string name)
    {
        if (
            reader.TokenType != JsonTokenType.Number
            || !reader.TryGetInt64(out var value)
            || value < 0
            || value > Limits.Number
        )
        {
            throw new WireException($"{name}: found {Describe(ref reader)}, expected a whole number from 0 to 2^53-1");
        }

        return value;
    }

    public static Timestamp Instant(ref Utf8JsonReader reader, string name)
    {
        Span<char> text = stackalloc char[64];
        if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length > 40 || reader.HasValueSequence)
        {
            throw new WireException($"{name}: found {Describe(ref reader)}, expected an RFC 3339 instant");
        }

        var length = reader.CopyString(text);
        if (!Timestamp.TryParse(text[..length], out var value))
        {
            throw new WireException($"{name}: found {Describe(ref reader)}, expected an RFC 3339 instant");
        }

        if (value < Limits.Earliest || value > Limits.Latest)
        {
            throw new WireException($"{name}: {value} lies outside 1970 to 2200");
        }

        return value;
    }

    public static string Id(ref Utf8JsonReader reader, string name, NameTable? names)
    {
        var text = Name(ref reader, name, names);
        return Limits.IsId(text)
            ? text
            : throw new WireException(
                $"{name}: '{Shorten(text)}' is not an id (1 to {Limits.IdLength} letters, digits or . _ - : ~ @ $)"
            );
    }

    public static string Word(ref Utf8JsonReader reader, string name, NameTable? names)
    {
        var text = Name(ref reader, name, names);
        return Limits.IsName(text)
            ? text
            : throw new WireException(
                $"{name}: '{Shorten(text)}' is not a name (1 to {Limits.NameLength} letters, digits or . _ - : ~ @ $)"
            );
    }

    public static string Text(ref Utf8JsonReader reader, string name, int longest = Limits.TextLength)
    {
        Expect(ref reader, JsonTokenType.String, name);
        var text = reader.GetString()!;
        return text.Length <= longest
            ? text
            : throw new WireException($"{name}: {text.Length} characters, at most {longest} are allowed");
    }

    public static bool Boolean(ref Utf8JsonReader reader, string name) =>
        reader.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            _ => throw new WireException($"{name}: found {Describe(ref reader)}, expected true or false"),
        };

    /// <summary>A number, boolean, text or null. A number that overflows a double is unknown and sets <paramref name="bad"/>.</summary>
    public static Value Value(ref Utf8JsonReader reader, string name, out bool bad)
    {
        bad = false;
        switch (reader.TokenType)
        {
            case JsonTokenType.True:
                return Contracts.Value.True;
            case JsonTokenType.False:
                return Contracts.Value.False;
            case JsonTokenType.Null:
                return default;
            case JsonTokenType.String:
                return Contracts.Value.Of(Text(ref reader, name));
            case JsonTokenType.Number:
                var number = reader.GetDouble();
                bad = !double.IsFinite(number);
                return Contracts.Value.Of(number);
            default:
                throw new WireException(
                    $"{name}: found {Describe(ref reader)}, expected a number, text, true, false or null"
                );
        }
    }

    private static string Name(ref Utf8JsonReader reader, string name, NameTable? names)
    {
        Expect(ref reader, JsonTokenType.String, name);
        return names is null || reader.ValueIsEscaped || reader.HasValueSequence
            ? reader.GetString()!
            : names.Get(reader.ValueSpan);
    }

    public static string Describe(ref Utf8JsonReader reader) =>
        reader.TokenType switch
        {
            JsonTokenType.String => $"'{Shorten(Encoding.UTF8.GetString(reader.ValueSpan))}'",
            JsonTokenType.Number => Shorten(Encoding.UTF8.GetString(reader.ValueSpan)),
            var type => Describe(type),
        };

    private static string Describe(JsonTokenType type) =>
        type switch
        {
            JsonTokenType.StartObject => "an object",
            JsonTokenType.StartArray => "a list",
            JsonTokenType.String => "a text",
            JsonTokenType.Number => "a number",
            JsonTokenType.True => "true",
            JsonTokenType.False => "false",
            JsonTokenType.Null => "null",
            _ => "the end",
        };

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "…";

    private static string FirstSentence(string text)
    {
        var end = text.IndexOf(". ", StringComparison.Ordinal);
        return end < 0 ? text : text[..end];
    }
}
