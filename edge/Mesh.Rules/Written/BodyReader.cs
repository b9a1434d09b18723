using Mesh.Rules.Yaml;

namespace Mesh.Rules.Written;

/// <summary>Reads the one body of a rule.</summary>
internal sealed class BodyReader(YamlFields fields, Diagnostics diagnostics)
{
    private static readonly string[] OfAbsence = ["rearm", "expect"];

    /// <summary>Null, and an error, when there is none, more than one, or it is wrong.</summary>
    public BodyDefinition? Read()
    {
        var each = fields.Get("each");
        var window = fields.Get("window");
        var when = fields.Get("when");
        var where = fields.Get("where");
        var emit = fields.Get("emit");
        var pattern = fields.Get("pattern");
        var absent = fields.Get("absent");
        if (Count(each, pattern, absent, window, window is null ? when : null) != 1)
        {
            diagnostics.Error(
                fields.Node!,
                "a rule has exactly one body: when, each, pattern, absent or window (a window may have a when)"
            );

            // One error is enough: whose options these are is not known.
            foreach (var option in (string[])[.. PatternReader.Options, .. OfAbsence])
            {
                fields.Get(option);
            }

            return null;
        }

        if (where is not null && each is null)
        {
            diagnostics.Error(where, "'where' belongs to 'each'; a window has its filter in 'of: sensor[condition]'");
        }

        if (emit is not null && (window is null || when is null))
        {
            diagnostics.Error(emit, "'emit' belongs to a window with a 'when'");
        }

        if (pattern is not null)
        {
            return new PatternReader(fields, diagnostics).Read(pattern);
        }

        foreach (var option in PatternReader.Options)
        {
            if (fields.Get(option) is { } found)
            {
                diagnostics.Error(found, $"'{option}' belongs to a pattern");
            }
        }

        if (absent is not null)
        {
            return Absent(absent);
        }

        foreach (var option in OfAbsence)
        {
            if (fields.Get(option) is { } found)
            {
                diagnostics.Error(found, $"'{option}' belongs to 'absent'");
            }
        }

        return each is not null ? Each(each, where)
            : window is not null ? Window(window, when)
            : When(when!);
    }

    private static int Count(params ReadOnlySpan<YamlNode?> nodes)
    {
        var count = 0;
        foreach (var node in nodes)
        {
            count += node is null ? 0 : 1;
        }

        return count;
    }

    private ConditionDefinition? When(YamlNode when) =>
        ExpressionReader.Read(when, "when", diagnostics) is { } expression
            ? new ConditionDefinition { When = expression }
            : null;

    private EachDefinition? Each(YamlNode each, YamlNode? where)
    {
        var sensors = Sensors(each, "each");
        var condition = ExpressionReader.Read(where, "where", diagnostics);
        return sensors.Count == 0 ? null : new EachDefinition { Sensors = sensors, Where = condition };
    }

    private AbsentDefinition? Absent(YamlNode node)
    {
        var sensors = Sensors(node, "absent");
        var again = fields.Choice("rearm", "on_event", "always") == 1;
        var registry = fields.Choice("expect", "registry") is not null;
        if (fields.Get("for") is null)
        {
            diagnostics.Error(node, "'absent' has no 'for': how long the silence must last");
        }

        return sensors.Count == 0
            ? null
            : new AbsentDefinition
            {
                Sensors = sensors,
                FiresAgain = again,
                ExpectsRegistry = registry,
            };
    }

    private List<SensorDefinition> Sensors(YamlNode? node, string name)
    {
        var sensors = new List<SensorDefinition>();
        IReadOnlyList<YamlNode> items = node switch
        {
            null => [],
            YamlSequence list => list.Items,
            _ => [node],
        };
        foreach (var item in items)
        {
            if (ExpressionReader.ReadSensor(item, name, diagnostics) is not { } sensor)
            {
                continue;
            }

            if (sensors.Exists(s => s.Sensor == sensor.Sensor))
            {
                diagnostics.Error(item, $"'{name}' names '{sensor.Sensor}' twice");
            }

            sensors.Add(sensor);
        }

        if (items.Count == 0 && node is not null)
        {
            diagnostics.Error(node, $"'{name}' names no sensor");
        }

        return sensors;
    }

    private WindowDefinition? Window(YamlNode node, YamlNode? when)
    {
        var window = new YamlFields(node, "a window", diagnostics);
        var of = Sensors(window.Required("of"), "of");
        var shape = new WindowReader(window, diagnostics).Read(out var empty);
        window.Close();
        var condition = ExpressionReader.Read(when, "when", diagnostics);
        var emitEach = fields.Choice("emit", "each") is not null;
        return shape is null || of.Count == 0
            ? null
            : new WindowDefinition
            {
                Of = of,
                Shape = shape,
                EmitEmpty = empty,
                When = condition,
                EmitEach = emitEach,
            };
    }
}
