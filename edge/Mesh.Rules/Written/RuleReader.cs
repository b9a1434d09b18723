using Mesh.Contracts;
using Mesh.Rules.Compiled;
using Mesh.Rules.Yaml;

namespace Mesh.Rules.Written;

/// <summary>Maps one entry of <c>rules:</c> by hand, so that every error has its place.</summary>
internal sealed class RuleReader(YamlNode node, Diagnostics diagnostics)
{
    private static readonly (string Name, Combination Combination)[] Combinations =
    [
        ("latest", Combination.Latest),
        ("any", Combination.Any),
        ("all", Combination.All),
        ("min", Combination.Minimum),
        ("max", Combination.Maximum),
        ("avg", Combination.Average),
        ("sum", Combination.Sum),
        ("count", Combination.Count),
    ];

    private readonly YamlFields _fields = new(node, "a rule", diagnostics);

    /// <summary>Null when the rule has an error.</summary>
    public RuleDefinition? Read()
    {
        if (!_fields.IsMapping)
        {
            return null;
        }

        var before = diagnostics.Errors;
        var id = Id();
        var body = new BodyReader(_fields, diagnostics).Read();
        var lateness = _fields.Duration("lateness");
        var definition = new RuleDefinition
        {
            Node = id!,
            Id = id?.Text ?? "",
            Description = _fields.Text("description"),
            Enabled = _fields.Boolean("enabled") ?? true,
            By = By(),
            Inputs = Inputs(),
            Lookups = LookupReader.Read(_fields, diagnostics),
            Body = body!,
            Let = Let(),
            For = DurationReader.Read(_fields, "for", diagnostics, zero: _fields.Get("absent") is null),
            ClearFor = DurationReader.Read(_fields, "clear_for", diagnostics),
            ClearWhen = ExpressionReader.Read(_fields.Get("clear_when"), "clear_when", diagnostics),
            Lateness =
                lateness ?? (body is WindowDefinition or PatternDefinition ? TimeSpan.FromSeconds(2) : TimeSpan.Zero),
            MaxDelay = _fields.Duration("max_delay") ?? lateness ?? TimeSpan.FromSeconds(2),
            Late = LateReader.Read(_fields, id?.Text ?? "", diagnostics),
            Place = PlaceReader.Read(_fields, diagnostics),
            Throttle = Throttle(),
            Active = ActiveReader.Read(_fields, diagnostics),
            Restart = RestartReader.Read(_fields, diagnostics),
            StartsOnEdge = _fields.Choice("on_start", "hold", "edge") == 1,
            Severity = (Severity)(_fields.Choice("severity", "info", "warning", "critical") ?? 0),
            Labels = Labels(),
            Then = new ActionReader(diagnostics).Read(_fields.List("then")),
            ClearThen = new ActionReader(diagnostics).Read(_fields.List("clear_then")),
        };
        Belongs(body);
        if (node is YamlMapping { } rule && rule.Find("reactive") is not null)
        {
            // Known, so that nothing else is suggested.
            diagnostics.Error(
                _fields.Get("reactive") ?? node,
                "'reactive' belongs to a table: 'lookup: {limits: {file: limits.csv, reactive: true}}'"
            );
        }

        _fields.Close();
        return diagnostics.Errors == before ? definition : null;
    }

    private YamlScalar? Id()
    {
        if (_fields.Required("id") is not { } given)
        {
            return null;
        }

        var valid =
            given is YamlScalar { Text.Length: > 0 and <= Limits.IdLength } text
            && text.Text.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-');
        if (!valid)
        {
            diagnostics.Error(
                given,
                $"'id' is {given.Description}; lower-case letters, digits and '-' are expected, at most {Limits.IdLength}"
            );
        }

        return given as YamlScalar;
    }

    private List<string> By()
    {
        var names = new List<string>();
        foreach (var item in _fields.List("by"))
        {
            if (item is not YamlScalar name || !Limits.IsName(name.Text))
            {
                diagnostics.Error(item, $"'by' has {item.Description}; device, sensor, a label or a field is expected");
            }
            else if (names.Contains(name.Text))
            {
                diagnostics.Error(item, $"'by' names '{name.Text}' twice");
            }
            else
            {
                names.Add(name.Text);
            }
        }

        return names;
    }

    private List<InputDefinition> Inputs()
    {
        var inputs = new List<InputDefinition>();
        foreach (var entry in _fields.Entries("inputs"))
        {
            if (Input(entry) is { } input)
            {
                inputs.Add(input);
            }
        }

        return inputs;
    }

    private InputDefinition? Input(YamlEntry entry)
    {
        if (entry.Value is YamlScalar bare)
        {
            CheckSensor(bare);
            return new InputDefinition { Name = entry.Key, Sensor = bare.Text };
        }

        var fields = new YamlFields(entry.Value, "an input", diagnostics);
        if (!fields.IsMapping)
        {
            return null;
        }

        var found = Combinations.Where(c => fields.Get(c.Name) is not null).ToList();
        if (found.Count != 1)
        {
            var names = string.Join(", ", Combinations.Select(c => c.Name));
            diagnostics.Error(entry.Key, $"the input '{entry.Key.Text}' needs exactly one of {names}");
            fields.Get("where");
            return null;
        }

        var sensor = fields.Scalar(found[0].Name);
        CheckSensor(sensor);
        var fallback = fields.Scalar("default");
        var input = new InputDefinition
        {
            Name = entry.Key,
            Sensor = sensor?.Text ?? "",
            Combination = found[0].Combination,
            Where = ExpressionReader.Read(fields.Get("where"), "where", diagnostics),
            Device = fields.Text("device"),
            MaxAge = DurationReader.Read(fields, "max_age", diagnostics, zero: false),
            Default = fallback?.Value ?? Value.Unknown,
        };
        fields.Close();
        return input;
    }

    private void CheckSensor(YamlScalar? sensor)
    {
        if (sensor is not null && !Limits.IsName(sensor.Text))
        {
            diagnostics.Error(sensor, $"{sensor.Description} is no sensor");
        }
    }

    private List<LetDefinition> Let()
    {
        var lets = new List<LetDefinition>();
        foreach (var entry in _fields.Entries("let"))
        {
            if (entry.Key.Text is "suppressed" or "approximate")
            {
                diagnostics.Error(
                    entry.Key,
                    $"'{entry.Key.Text}' is a value that outputs have by themselves; another name is expected"
                );
            }

            if (ExpressionReader.Read(entry.Value, entry.Key.Text, diagnostics) is { } expression)
            {
                lets.Add(new LetDefinition(entry.Key, expression));
            }
        }

        return lets;
    }

    private ThrottleDefinition? Throttle()
    {
        if (_fields.Fields("throttle", "'throttle'") is not { } throttle)
        {
            return null;
        }

        throttle.Required("every");
        var every = DurationReader.Read(throttle, "every", diagnostics, zero: false);
        var slots = throttle.Choice("anchor", "last_emit", "slot") == 1;
        throttle.Close();
        return every is null ? null : new ThrottleDefinition(every, slots);
    }

    private Labels Labels()
    {
        var labels = new List<KeyValuePair<string, string>>();
        foreach (var entry in _fields.Entries("labels"))
        {
            if (entry.Value is YamlScalar text)
            {
                labels.Add(new(entry.Key.Text, text.Text));
            }
            else
            {
                diagnostics.Error(
                    entry.Value,
                    $"the label '{entry.Key.Text}' is {entry.Value.Description}; a text is expected"
                );
            }
        }

        return new Labels(labels);
    }

    // `for` belongs to conditions, `clear_for` and `clear_when` too; on_start as well.
    private void Belongs(BodyDefinition? body)
    {
        if (body is null or ConditionDefinition or WindowDefinition { When: not null, EmitEach: false })
        {
            return;
        }

        var silence = body is AbsentDefinition;
        foreach (
            var name in silence
                ? (string[])["clear_for", "clear_when"]
                : ["for", "clear_for", "clear_when", "clear_then", "on_start"]
        )
        {
            if (_fields.Get(name) is { } found)
            {
                diagnostics.Error(found, $"'{name}' belongs to a condition ('when'); this rule has none that can last");
            }
        }
    }
}
