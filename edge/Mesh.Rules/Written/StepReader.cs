using Mesh.Rules.Yaml;

namespace Mesh.Rules.Written;

/// <summary>Reads one step of a pattern: <c>name: sensor[condition]</c>, not, quiet, wait, any or all, with its options.</summary>
internal sealed class StepReader(YamlNode node, Diagnostics diagnostics)
{
    /// <summary>The most that <c>times</c> can ask for, and the readings that a partial match may bind.</summary>
    public const int MaxTimes = 10_000;

    private static readonly string[] Kinds = ["not", "quiet", "wait", "any", "all"];

    private static readonly string[] Options =
    [
        "for",
        "times",
        "greedy",
        "every_prefix",
        "until",
        "within",
        "contiguity",
    ];

    private readonly YamlFields _fields = new(node, "a step", diagnostics);

    /// <summary>Null, and errors, when it is wrong.</summary>
    public StepDefinition? Read()
    {
        if (!_fields.IsMapping)
        {
            return null;
        }

        var before = diagnostics.Errors;
        var isGroup = _fields.Get("any") is not null || _fields.Get("all") is not null;
        var parts =
            isGroup ? Group()
            : Part(_fields, node) is { } part ? [part]
            : [];
        var until = Until();
        var (times, times2) = Times(_fields, until is null ? new(1, 1) : new(1, null));
        var step = new StepDefinition
        {
            Node = node,
            Parts = parts,
            All = _fields.Get("all") is not null,
            Times = times,
            Greedy = _fields.Boolean("greedy") ?? times2?.Boolean("greedy") ?? true,
            EveryPrefix = _fields.Boolean("every_prefix") ?? times2?.Boolean("every_prefix") ?? false,
            Contiguity = ReadContiguity(_fields),
            Between = times2 is null ? null : ReadContiguity(times2),
            Within = DurationReader.Read(_fields, "within", diagnostics, zero: false),
            Until = until,
        };
        times2?.Close();
        if (diagnostics.Errors != before)
        {
            return null;
        }

        Belongs(step);
        _fields.Close();
        return diagnostics.Errors == before ? step : null;
    }

    public static Contiguity? ReadContiguity(YamlFields fields) =>
        (Contiguity?)fields.Choice("contiguity", "skip_till_next", "strict", "skip_till_any");

    private List<StepPartDefinition> Group()
    {
        var name = _fields.Get("all") is not null ? "all" : "any";
        var parts = new List<StepPartDefinition>();
        if (_fields.Get(name) is not YamlSequence { Items.Count: > 0 } list)
        {
            diagnostics.Error(
                _fields.Get(name)!,
                $"'{name}' is {_fields.Get(name)!.Description}; a list of steps is expected"
            );
            return parts;
        }

        foreach (
            var kind in Named(_fields)
                .Select(e => e.Key.Text)
                .Concat(Kinds.Where(k => k != name && _fields.Get(k) is not null))
        )
        {
            diagnostics.Error(node, $"a step is one thing: this one has '{name}' and '{kind}'");
        }

        foreach (var item in list.Items)
        {
            var fields = new YamlFields(item, "a step", diagnostics);
            if (!fields.IsMapping || Part(fields, item) is not { } part)
            {
                continue;
            }

            if (part is { Kind: StepPartKind.Not, For: null })
            {
                diagnostics.Error(item, $"a 'not' inside '{name}' needs 'for'");
            }

            var (times, more) = Times(fields, new(1, 1));
            more?.Close();
            fields.Close();
            parts.Add(part with { Times = times });
        }

        return parts;
    }

    // name: sensor[…], not, quiet or wait.
    private StepPartDefinition? Part(YamlFields fields, YamlNode at)
    {
        var found = Kinds.Where(k => fields.Get(k) is not null).Concat(Named(fields).Select(e => e.Key.Text)).ToList();
        foreach (var option in Options)
        {
            fields.Get(option);
        }

        if (found.Count != 1)
        {
            var given = found.Count == 0 ? "nothing" : string.Join(", ", found.Select(f => $"'{f}'"));
            diagnostics.Error(
                at,
                $"a step has {given}; exactly one of name: sensor, not, quiet, wait, any or all is expected"
            );
            return null;
        }

        switch (found[0])
        {
            case "wait":
                var wait = DurationReader.Read(fields, "wait", diagnostics, zero: false);
                return new StepPartDefinition
                {
                    Node = at,
                    Kind = StepPartKind.Wait,
                    For = wait,
                };
            case "not" or "quiet":
                var kind = found[0] == "not" ? StepPartKind.Not : StepPartKind.Quiet;
                var sensor = ExpressionReader.ReadSensor(fields.Get(found[0]), found[0], diagnostics);
                var silence = DurationReader.Read(fields, "for", diagnostics, zero: false);
                if (kind == StepPartKind.Quiet && fields.Get("for") is null)
                {
                    diagnostics.Error(at, "'quiet' needs 'for'");
                }

                return new StepPartDefinition
                {
                    Node = at,
                    Kind = kind,
                    Sensor = sensor,
                    For = silence,
                };
            case "any" or "all":
                diagnostics.Error(at, $"'{found[0]}' cannot stand inside 'any' or 'all'");
                return null;
            default:
                return Reading(fields, found[0], at);
        }
    }

    private StepPartDefinition? Reading(YamlFields fields, string name, YamlNode at)
    {
        var key = Named(fields).First().Key;
        if (!IsStepName(name))
        {
            diagnostics.Error(
                key,
                $"{key.Description} is no name for a step: letters, digits and '_' are expected, no part of a reading, no word of expressions"
            );
        }

        var sensor = ExpressionReader.ReadSensor(fields.Get(name), name, diagnostics);
        return new StepPartDefinition
        {
            Node = at,
            Name = key,
            Sensor = sensor,
        };
    }

    private static bool IsStepName(string name) =>
        name.Length is > 0 and <= 64
        && (char.IsAsciiLetter(name[0]) || name[0] == '_')
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
        && name is not ("value" or "at" or "device" or "sensor" or "unit" or "fields" or "labels" or "since")
        && name is not ("and" or "or" or "in" or "if" or "true" or "false" or "null");

    private StepPartDefinition? Until()
    {
        switch (_fields.Get("until"))
        {
            case null:
                return null;
            case YamlScalar scalar:
                return ExpressionReader.ReadSensor(scalar, "until", diagnostics) is { } sensor
                    ? new StepPartDefinition { Node = scalar, Sensor = sensor }
                    : null;
            case var given:
                var fields = new YamlFields(given, "'until'", diagnostics);
                if (!fields.IsMapping || Part(fields, given) is not { } part)
                {
                    return null;
                }

                foreach (
                    var option in Options.Where(o =>
                        fields.Get(o) is not null && (o != "for" || part.Kind == StepPartKind.Reading)
                    )
                )
                {
                    diagnostics.Error(fields.Get(option)!, $"'{option}' does not belong to 'until'");
                }

                if (part.Kind == StepPartKind.Not)
                {
                    diagnostics.Error(
                        given,
                        "'until' is a sensor, {name: sensor}, {wait: d} or {quiet: sensor, for: d}; 'not' was found"
                    );
                    return null;
                }

                fields.Close();
                return part;
        }
    }

    private (TimesDefinition Times, YamlFields? Options) Times(YamlFields fields, TimesDefinition otherwise)
    {
        if (fields.Get("times") is not YamlMapping mapping)
        {
            return fields.Integer("times", 1, MaxTimes) is { } exactly
                ? (new TimesDefinition((int)exactly, (int)exactly), null)
                : (otherwise, null);
        }

        var times = new YamlFields(mapping, "'times'", diagnostics);
        var min = (int)(times.Integer("min", 0, MaxTimes) ?? 1);
        var max = (int?)times.Integer("max", 1, MaxTimes);
        foreach (var name in (string[])["greedy", "contiguity", "every_prefix"])
        {
            times.Get(name);
        }

        if (max < min)
        {
            diagnostics.Error(mapping, $"'times' is at least {min} and at most {max}");
        }

        return (new TimesDefinition(min, max), times);
    }

    // The entries that are no words of the language: a step has one at most.
    private static IEnumerable<YamlEntry> Named(YamlFields fields) =>
        (fields.Node as YamlMapping)?.Entries.Where(e => !Kinds.Contains(e.Key.Text) && !Options.Contains(e.Key.Text))
        ?? [];

    private void Belongs(StepDefinition step)
    {
        var kind = step.Parts.Count == 1 ? step.Parts[0].Kind : StepPartKind.Reading;
        if (kind is StepPartKind.Reading or StepPartKind.Wait && _fields.Get("for") is { } duration)
        {
            diagnostics.Error(
                duration,
                kind == StepPartKind.Wait
                    ? "'wait' has its time itself: wait: 10s"
                    : "'for' belongs to 'not' and 'quiet'"
            );
        }

        string[] foreign =
            step.IsGuard ? ["times", "greedy", "every_prefix", "until", "within"]
            : kind == StepPartKind.Quiet ? ["times", "greedy", "every_prefix", "until"]
            : kind != StepPartKind.Reading ? ["greedy", "every_prefix", "until"]
            : [];
        foreach (var name in foreign)
        {
            if (_fields.Get(name) is { } found)
            {
                var word = kind.ToString().ToLowerInvariant();
                diagnostics.Error(found, $"'{name}' does not belong to '{word}'");
            }
        }
    }
}
