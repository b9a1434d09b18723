using System.Text.Json;

namespace Mesh.Contracts;

/// <summary>A JSON object of plain values, for messages small and rare enough that a dictionary does no harm.</summary>
internal sealed class FlatObject
{
    private readonly Dictionary<string, Value> _values = new(StringComparer.Ordinal);

    public static FlatObject Read(ref Utf8JsonReader reader)
    {
        WireReader.Expect(ref reader, JsonTokenType.StartObject, "message");
        var result = new FlatObject();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                reader.Skip();
            }
            else if (!result._values.TryAdd(name, WireReader.Value(ref reader, name, out _)))
            {
                throw new WireException($"{name}: the key appears twice");
            }
        }

        return result;
    }

    public Value Any(string name) =>
        _values.TryGetValue(name, out var value) ? value : throw new WireException($"{name}: missing");

    public long Number(string name)
    {
        var value = Any(name);
        return
            value.Kind == ValueKind.Number
            && value.Number >= 0
            && value.Number <= Limits.Number
            && value.Number % 1 == 0
            ? (long)value.Number
            : throw new WireException($"{name}: found {value}, expected a whole number from 0 to 2^53-1");
    }

    public long NumberOr(string name, long otherwise) => _values.ContainsKey(name) ? Number(name) : otherwise;

    public long? NumberOr(string name) => _values.ContainsKey(name) ? Number(name) : null;

    public Timestamp? InstantOr(string name) =>
        TextOr(name) is not { } text ? null
        : Timestamp.TryParse(text, out var time) ? time
        : throw new WireException($"{name}: found '{text}', expected an instant such as 2026-03-02T08:00:00Z");

    public bool? Flag(string name) =>
        !_values.TryGetValue(name, out var value) ? null
        : value.Kind == ValueKind.Boolean ? value.IsTrue
        : throw new WireException($"{name}: found {value}, expected true or false");

    public string? TextOr(string name) =>
        !_values.TryGetValue(name, out var value) || value.IsUnknown ? null
        : value.Kind == ValueKind.Text ? value.Text
        : throw new WireException($"{name}: found {value}, expected a text");

    public string Id(string name)
    {
        var text = TextOr(name) ?? throw new WireException($"{name}: missing");
        return Limits.IsId(text) ? text : throw new WireException($"{name}: '{text}' is not an id");
    }
}
