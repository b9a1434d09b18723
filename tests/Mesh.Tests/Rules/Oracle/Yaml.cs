using System.Text;

namespace Mesh.Tests.Rules.Oracle;

/// <summary>Prints a generated rule as its author would write it.</summary>
internal static class RuleYaml
{
    public static string Of(Rule rule)
    {
        var text = new StringBuilder().Append($"- id: {rule.Id}\n");
        void Line(string name, string? value)
        {
            if (value is not null)
            {
                text.Append($"  {name}: {value}\n");
            }
        }

        Line("by", rule.By);
        Line("lateness", Times.Text(rule.Lateness));
        Line("max_delay", rule.MaxDelay is { } delay ? Times.Text(delay) : null);
        if (rule.Throttle is { } throttle)
        {
            Line(
                "throttle",
                $"{{every: {Times.Text(throttle.Every)}, anchor: {(throttle.Slot ? "slot" : "last_emit")}}}"
            );
        }

        if (rule.Inputs.Count > 0)
        {
            text.Append("  inputs:\n").AppendJoin("", rule.Inputs.Select(i => $"    {i.Name}: {InputText(i)}\n"));
        }

        if (rule.Let.Count > 0)
        {
            text.Append("  let:\n").AppendJoin("", rule.Let.Select(l => $"    {l.Name}: {Quoted(l.Term)}\n"));
        }

        text.Append(BodyText(rule.Body));
        return text.ToString();
    }

    public static string Quoted(Term term) => $"'{term.Text}'";

    private static string InputText(Input input)
    {
        var parts = new List<string> { $"{input.Kind}: {input.Sensor}" };
        parts.AddRange(input.Where is null ? [] : [$"where: {Quoted(input.Where)}"]);
        parts.AddRange(input.Device is null ? [] : [$"device: {input.Device}"]);
        parts.AddRange(input.MaxAge is { } age ? [$"max_age: {Times.Text(age)}"] : []);
        parts.AddRange(input.Default.IsUnknown ? [] : [$"default: {new Constant(input.Default).Text}"]);
        return $"{{{string.Join(", ", parts)}}}";
    }

    private static string BodyText(Body body) =>
        body switch
        {
            When level => $"  when: {Quoted(level.Condition)}\n{LevelText(level.Level)}",
            Each each => $"  each: [{string.Join(", ", each.Sensors)}]\n"
                + (each.Where is null ? "" : $"  where: {Quoted(each.Where)}\n"),
            Absent absent => $"  absent: '{absent.Of.Text}'\n  for: {Times.Text(absent.For)}\n"
                + (absent.Always ? "  rearm: always\n" : ""),
            Window window => WindowText(window),
            Pattern pattern => PatternYaml.Of(pattern),
            _ => throw new NotSupportedException(body.ToString()),
        };

    private static string LevelText(Level level) =>
        (level.For > 0 ? $"  for: {Times.Text(level.For)}\n" : "")
        + (level.ClearFor > 0 ? $"  clear_for: {Times.Text(level.ClearFor)}\n" : "")
        + (level.ClearWhen is null ? "" : $"  clear_when: {Quoted(level.ClearWhen)}\n")
        + (level.Edge ? "  on_start: edge\n" : "");

    private static string WindowText(Window window)
    {
        var size = Times.Text(window.Size);
        var kind = window.Kind switch
        {
            WindowKind.Tumbling => $"tumbling: {size}",
            WindowKind.Sliding => $"sliding: {size}",
            WindowKind.SlidingAtReadings => $"sliding: {size}, every: reading",
            WindowKind.Hopping => $"sliding: {size}, every: {Times.Text(window.Every)}",
            WindowKind.Session => $"session: {size}",
            WindowKind.Count => $"count: {window.Count}" + (window.EveryCount is { } m ? $", every: {m}" : ""),
            WindowKind.State when window.End is null => $"state: {{begin: {Quoted(window.Begin!)}}}",
            WindowKind.State => $"state: {{begin: {Quoted(window.Begin!)}, end: {Quoted(window.End)}}}",
            _ => "state: changed(value)",
        };
        var align = window.Align switch
        {
            null => "",
            -1 => ", align: first",
            { } offset => $", align: {Times.Text(offset)}",
        };
        return $"  window: {{of: '{window.Of.Text}', {kind}{align}{(window.EmitEmpty ? ", emit_empty: true" : "")}}}\n"
            + (window.Condition is null ? "" : $"  when: {Quoted(window.Condition)}\n")
            + (window.EmitEach ? "  emit: each\n" : "")
            + (window.Level is null ? "" : LevelText(window.Level));
    }
}
