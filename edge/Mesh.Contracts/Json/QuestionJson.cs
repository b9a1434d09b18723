using System.Buffers;
using System.Text.Json;

namespace Mesh.Contracts;

/// <summary>
/// Questions as JSON: <c>{"asks":[{"id":"a1","rule":"too-warm","key":{"room":"101"},"at":"…","before":86400,"json":false}]}</c>,
/// and their answers: <c>{"found":true,"text":"…"}</c>.
/// </summary>
public static class QuestionJson
{
    /// <summary>Bytes of an answer at most.</summary>
    public const int MaxAnswerBytes = 1024 * 1024;

    /// <summary>Questions handed over at once.</summary>
    public const int MaxQuestions = 16;

    public static void Write(Utf8JsonWriter writer, IReadOnlyList<Question> questions)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("asks"u8);
        foreach (var question in questions)
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, question.Id);
            writer.WriteString("rule"u8, question.Rule);
            writer.WriteStartObject("key"u8);
            foreach (var (name, value) in question.Key)
            {
                writer.WriteString(name, value);
            }

            writer.WriteEndObject();
            if (question.At is { } at)
            {
                writer.WriteString("at"u8, at.ToString());
            }

            writer.WriteNumber("before"u8, (long)question.Before.TotalSeconds);
            writer.WriteBoolean("json"u8, question.Json);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <exception cref="WireException">The text holds no questions.</exception>
    public static IReadOnlyList<Question> Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8);
            return
            [
                .. document.RootElement.GetProperty("asks"u8).EnumerateArray().Take(MaxQuestions).Select(ReadQuestion),
            ];
        }
        catch (Exception e) when (IsMalformed(e))
        {
            throw new WireException($"no questions: {e.Message}", e);
        }
    }

    public static byte[] Write(QuestionAnswer answer)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteBoolean("found"u8, answer.Found);
            writer.WriteString("text"u8, answer.Text);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="WireException">The text is no answer.</exception>
    public static QuestionAnswer ParseAnswer(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8);
            var root = document.RootElement;
            return new QuestionAnswer(
                root.GetProperty("found"u8).GetBoolean(),
                root.GetProperty("text"u8).GetString() ?? ""
            );
        }
        catch (Exception e) when (IsMalformed(e))
        {
            throw new WireException($"no answer: {e.Message}", e);
        }
    }

    private static Question ReadQuestion(JsonElement one) =>
        new(
            one.GetProperty("id"u8).GetString() ?? "",
            one.GetProperty("rule"u8).GetString() ?? "",
            [
                .. one.GetProperty("key"u8)
                    .EnumerateObject()
                    .Select(p => KeyValuePair.Create(p.Name, p.Value.GetString() ?? "")),
            ],
            one.TryGetProperty("at"u8, out var at) && Timestamp.TryParse(at.GetString() ?? "", out var instant)
                ? instant
                : null,
            TimeSpan.FromSeconds(Math.Clamp(one.GetProperty("before"u8).GetInt64(), 0, 366L * 86400)),
            one.GetProperty("json"u8).GetBoolean()
        );

    private static bool IsMalformed(Exception e) =>
        e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException;
}
