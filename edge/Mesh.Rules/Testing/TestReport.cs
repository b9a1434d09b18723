using System.Globalization;
using System.Text;

namespace Mesh.Rules.Testing;

/// <summary>A result in words, for a terminal.</summary>
public static class TestReport
{
    private const int MaxLines = 60;
    private const int MaxColumn = 72;
    private const int MaxReason = 24;

    /// <summary>A failure: where the test stands, expected and actual side by side, and what stopped.</summary>
    public static string Text(RuleTestResult result)
    {
        var test = result.Test;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{(result.Passed ? "passed" : "FAILED")}  {test.Name}\n");
        text.Append(CultureInfo.InvariantCulture, $"  {test.File}:{test.At.Line}\n");
        if (result.Passed)
        {
            return text.ToString();
        }

        Table(text, result.Lines);
        foreach (var fault in result.Faults)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {fault}\n");
        }

        if (TestReason.Of(result) is { } reason)
        {
            Why(text, ExplanationText.Of(reason));
        }

        return text.ToString();
    }

    private static void Why(StringBuilder text, string reason)
    {
        var lines = reason.Split(Environment.NewLine);
        text.Append("  why:\n");
        foreach (var line in lines.Where(l => l.Length > 0).Take(MaxReason))
        {
            text.Append("    ").Append(line).Append('\n');
        }
    }

    private static void Table(StringBuilder text, IReadOnlyList<ComparedLine> lines)
    {
        var width = Math.Min(MaxColumn, lines.Select(l => l.Expected?.Length ?? 0).DefaultIfEmpty().Max());
        width = Math.Max(width, "expected".Length);
        text.Append("    ").Append("expected".PadRight(width)).Append("    actual\n");
        var shown = Window(lines);
        for (var i = shown.From; i < shown.To; i++)
        {
            var line = lines[i];
            var mark =
                line.Same ? "  "
                : line.Actual is null ? "- "
                : line.Expected is null ? "+ "
                : "! ";
            var left = line.Expected ?? "";
            text.Append("  ").Append(mark).Append(left.PadRight(width));
            text.Append(left.Length > width ? "\n" + new string(' ', width + 4) : "").Append("    ");
            text.Append(line.Actual ?? "(nothing)").Append('\n');
        }

        if (shown.To < lines.Count)
        {
            text.Append(CultureInfo.InvariantCulture, $"    … and {lines.Count - shown.To} more\n");
        }
    }

    // From a few lines before the first difference.
    private static (int From, int To) Window(IReadOnlyList<ComparedLine> lines)
    {
        var first = 0;
        while (first < lines.Count && lines[first].Same)
        {
            first++;
        }

        var from = lines.Count <= MaxLines ? 0 : Math.Max(0, Math.Min(first - 3, lines.Count - MaxLines));
        return (from, Math.Min(lines.Count, from + MaxLines));
    }
}
