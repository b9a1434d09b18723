using System.Text.Json;
using Mesh.Contracts;

namespace Mesh.Rules;

/// <summary>
/// An explanation as JSON: <c>{rule, body, key, at, state, answer, since?, next?, clauses, history, notes}</c>; a clause
/// is <c>{role?, text, value, operands?, parts?}</c>, an operand <c>{name, value, note?, age?, reading?}</c>, a step
/// <c>{at, kind, text, reading?}</c>. Values are true, false, null (unknown), numbers or texts; ages are durations.
/// </summary>
public static class ExplanationJson
{
    /// <summary>On one line.</summary>
    public static string Text(Explanation explanation) => JsonText.Of(explanation, Write);

    public static void Write(Utf8JsonWriter writer, Explanation explanation)
    {
        writer.WriteStartObject();
        writer.WriteString("rule"u8, explanation.Rule);
        writer.WriteString("body"u8, explanation.Body);
        writer.WriteStartObject("key"u8);
        foreach (var (name, text) in explanation.Key)
        {
            writer.WriteString(name, text);
        }

        writer.WriteEndObject();
        ValueJson.Write(writer, "at"u8, explanation.At);
        writer.WriteString("state"u8, explanation.State);
        writer.WriteString("answer"u8, explanation.Answer);
        if (explanation.Since is { } since)
        {
            ValueJson.Write(writer, "since"u8, since);
        }

        if (explanation.Next is { } next)
        {
            ValueJson.Write(writer, "next"u8, next);
        }

        WriteClauses(writer, "clauses"u8, explanation.Clauses);
        writer.WriteStartArray("history"u8);
        foreach (var step in explanation.History)
        {
            Write(writer, step);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("notes"u8);
        foreach (var note in explanation.Notes)
        {
            writer.WriteStringValue(note);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteClauses(
        Utf8JsonWriter writer,
        ReadOnlySpan<byte> name,
        IReadOnlyList<ExplainedClause> clauses
    )
    {
        writer.WriteStartArray(name);
        foreach (var clause in clauses)
        {
            writer.WriteStartObject();
            if (clause.Role.Length > 0)
            {
                writer.WriteString("role"u8, clause.Role);
            }

            writer.WriteString("text"u8, clause.Text);
            writer.WritePropertyName("value"u8);
            ValueJson.Write(writer, clause.Value);
            WriteOperands(writer, clause.Operands);
            if (clause.Parts.Count > 0)
            {
                WriteClauses(writer, "parts"u8, clause.Parts);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteOperands(Utf8JsonWriter writer, IReadOnlyList<ExplainedOperand> operands)
    {
        if (operands.Count == 0)
        {
            return;
        }

        writer.WriteStartArray("operands"u8);
        foreach (var operand in operands)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, operand.Name);
            writer.WritePropertyName("value"u8);
            ValueJson.Write(writer, operand.Value);
            if (operand.Note is { } note)
            {
                writer.WriteString("note"u8, note);
            }

            if (operand.Age is { } age)
            {
                writer.WriteString("age"u8, Durations.Format(age));
            }

            WriteReading(writer, operand.Reading);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, ExplainedStep step)
    {
        writer.WriteStartObject();
        ValueJson.Write(writer, "at"u8, step.At);
        writer.WriteString("kind"u8, step.Kind);
        writer.WriteString("text"u8, step.Text);
        WriteReading(writer, step.Reading);
        writer.WriteEndObject();
    }

    private static void WriteReading(Utf8JsonWriter writer, Reading? reading)
    {
        if (reading is not null)
        {
            writer.WritePropertyName("reading"u8);
            ReadingJson.Write(writer, reading);
        }
    }
}
