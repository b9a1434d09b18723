using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Mesh.Rules.Compiled;

/// <summary>
/// Hashes the stateful part of a definition. Expressions go in by their canonical text, so layout and comments do not
/// matter. What is added to the language must be added here when it bears on state.
/// </summary>
internal static class RuleHash
{
    public static string Of(RuleDefinition rule)
    {
        var text = new StringBuilder("mesh-rule-1\n");
        Line(text, "by", string.Join('\n', rule.By));
        foreach (var input in rule.Inputs)
        {
            Line(text, "input", $"{input.Name.Text} {input.Combination} {input.Sensor} {input.Device}");
            Line(text, "where", input.Where?.Syntax.ToString());
            Line(text, "max_age", Duration(input.MaxAge));
            Line(text, "default", $"{input.Default.Kind} {input.Default}");
        }

        foreach (var lookup in rule.Lookups)
        {
            Line(text, "lookup", $"{lookup.Name.Text} {lookup.Reactive}");
        }

        foreach (var let in rule.Let)
        {
            Line(text, "let", $"{let.Name.Text} = {let.Expression.Syntax}");
        }

        Body(text, rule.Body);
        Line(text, "for", Duration(rule.For));
        Line(text, "clear_for", Duration(rule.ClearFor));
        Line(text, "clear_when", rule.ClearWhen?.Syntax.ToString());
        Line(text, "lateness", Micros(rule.Lateness));
        Line(text, "max_delay", rule.Lateness > TimeSpan.Zero ? Micros(rule.MaxDelay) : null);
        Line(text, "throttle", rule.Throttle is { } t ? $"{Duration(t.Every)} {t.Slots}" : null);
        Line(text, "on_start", rule.StartsOnEdge ? "edge" : "hold");
        if (rule.Late.Choice != LateChoice.Drop)
        {
            Line(text, "late", rule.Late.Choice.ToString());
        }

        foreach (var range in rule.Active)
        {
            Line(
                text,
                "active",
                $"{Micros(range.From)} {Micros(range.To)} {string.Join(' ', range.Days)} {range.Zone.Id}"
            );
        }

        if (rule.Restart != RestartDefinition.Default)
        {
            Line(text, "restart", $"{Micros(rule.Restart.OutageTolerance)} {Micros(rule.Restart.Grace)}");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 8));
    }

    private static void Body(StringBuilder text, BodyDefinition body)
    {
        switch (body)
        {
            case ConditionDefinition condition:
                Line(text, "when", condition.When.Syntax.ToString());
                break;
            case EachDefinition each:
                Sensors(text, "each", each.Sensors);
                Line(text, "where", each.Where?.Syntax.ToString());
                break;
            case AbsentDefinition absent:
                Sensors(text, "absent", absent.Sensors);
                Line(text, "again", $"{absent.FiresAgain} {absent.ExpectsRegistry}");
                break;
            case WindowDefinition window:
                Sensors(text, "of", window.Of);
                Shape(text, window.Shape);
                Line(text, "emit", $"{window.EmitEmpty} {window.EmitEach}");
                Line(text, "when", window.When?.Syntax.ToString());
                break;
            case PatternDefinition pattern:
                Line(text, "pattern", PatternText.Of(pattern));
                break;
            default:
                throw new InvalidOperationException($"No hash for {body.GetType().Name}.");
        }
    }

    private static void Shape(StringBuilder text, WindowShapeDefinition shape)
    {
        switch (shape)
        {
            case TumblingDefinition tumbling:
                Line(text, "tumbling", Micros(tumbling.Size));
                Align(text, tumbling.Align);
                break;
            case SlidingDefinition sliding:
                Line(text, sliding.OnlyReadings ? "sliding at readings" : "sliding", Micros(sliding.Size));
                break;
            case HoppingDefinition hopping:
                Line(text, "hopping", $"{Micros(hopping.Size)} {Micros(hopping.Every)}");
                Align(text, hopping.Align);
                break;
            case SessionDefinition session:
                Line(text, "session", Micros(session.Gap));
                break;
            case CountDefinition count:
                Line(text, "count", $"{count.Count} {count.Every}");
                break;
            case StateDefinition state:
                Line(text, state.Changes ? "changes" : "begin", state.Begin.Syntax.ToString());
                Line(text, "end", state.End?.Syntax.ToString());
                break;
            default:
                throw new InvalidOperationException($"No hash for {shape.GetType().Name}.");
        }
    }

    private static void Align(StringBuilder text, WindowAlign align) =>
        Line(text, "align", $"{align.Kind} {Micros(align.Offset)}");

    private static void Sensors(StringBuilder text, string name, IReadOnlyList<SensorDefinition> sensors)
    {
        foreach (var sensor in sensors)
        {
            Line(text, name, $"{sensor.Sensor}[{sensor.Filter?.Syntax}]");
        }
    }

    // The length goes first, so that no text can look like two lines.
    private static void Line(StringBuilder text, string name, string? value) =>
        text.Append(CultureInfo.InvariantCulture, $"{name} {value?.Length ?? -1} {value}\n");

    /// <summary>The canonical text of a duration; absent is 0 s.</summary>
    public static string Duration(DurationDefinition? duration) =>
        duration?.Expression is { } expression
            ? expression.Syntax.ToString()
            : Micros(duration?.Constant ?? TimeSpan.Zero);

    private static string Micros(TimeSpan duration) =>
        CompiledRule.Micros(duration).ToString(CultureInfo.InvariantCulture);
}
