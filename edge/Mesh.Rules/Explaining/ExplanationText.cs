using System.Text;
using Mesh.Rules.Explaining;

namespace Mesh.Rules;

/// <summary>An explanation for a terminal: the answer first, then what it rests on.</summary>
public static class ExplanationText
{
    public static string Of(Explanation explanation)
    {
        var text = new StringBuilder();
        var key = string.Join(", ", explanation.Key.Select(k => $"{k.Key}={k.Value}"));
        text.Append(explanation.Rule).Append(key.Length > 0 ? $" ({key})" : "");
        text.Append(" at ").Append(Teller.Clock(explanation.At)).Append(": ").AppendLine(explanation.State);
        text.Append("  ").AppendLine(explanation.Answer);
        foreach (var clause in explanation.Clauses)
        {
            text.AppendLine();
            Write(text, clause, 1);
        }

        if (explanation.History.Count > 0)
        {
            text.AppendLine().AppendLine("  What happened:");
        }

        foreach (var step in explanation.History)
        {
            var by = step.Reading is { } r ? $"  [{r.Sensor}={Teller.Said(r.Value)} from {r.Device}]" : "";
            text.AppendLine($"    {Teller.Clock(step.At)}  {step.Text}{by}");
        }

        if (explanation.Notes.Count > 0)
        {
            text.AppendLine().AppendLine("  Also:");
        }

        foreach (var note in explanation.Notes)
        {
            text.Append("    ").AppendLine(note);
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, ExplainedClause clause, int depth)
    {
        var role = clause.Role.Length > 0 ? $"{clause.Role}: " : "";
        text.Append(' ', depth * 2).AppendLine($"{Teller.Said(clause.Value), -7} {role}{clause.Text}");
        foreach (var operand in clause.Operands)
        {
            text.Append(' ', (depth * 2) + 10).AppendLine(Teller.Words(operand));
        }

        foreach (var part in clause.Parts)
        {
            Write(text, part, depth + 1);
        }
    }
}
