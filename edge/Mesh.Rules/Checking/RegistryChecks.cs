using System.Globalization;
using Mesh.Contracts;
using Mesh.Rules.Compiled;
using Mesh.Rules.Devices;
using Mesh.Rules.Yaml;

namespace Mesh.Rules.Checking;

/// <summary>What rules say against what devices.yaml says: sensors, labels, ranges, report intervals.</summary>
internal sealed class RegistryChecks
{
    private readonly IReadOnlyList<CompiledRule> _rules;
    private readonly Diagnostics _diagnostics;
    private readonly ILookup<string, (DeviceEntry Device, SensorEntry Sensor)> _sensors;
    private readonly HashSet<string> _labels;
    private readonly HashSet<string> _derived;

    public RegistryChecks(IReadOnlyList<CompiledRule> rules, DeviceRegistry registry, Diagnostics diagnostics)
    {
        (_rules, _diagnostics) = (rules, diagnostics);
        _sensors = registry
            .Devices.Values.SelectMany(d => d.Sensors.Select(s => (Name: s.Key, Device: d, Sensor: s.Value)))
            .ToLookup(s => s.Name, s => (s.Device, s.Sensor), StringComparer.Ordinal);
        _labels = registry
            .Devices.Values.SelectMany(d => d.Labels.Select(l => l.Key))
            .Concat(registry.Labels.Select(l => l.Key))
            .ToHashSet(StringComparer.Ordinal);
        _derived = rules.SelectMany(r => r.Produces).ToHashSet(StringComparer.Ordinal);
    }

    public void Run()
    {
        foreach (var rule in _rules)
        {
            Sensors(rule);
            Key(rule);
            Intervals(rule);
            Latest(rule);
            Ranges(rule);
        }
    }

    private void Sensors(CompiledRule rule)
    {
        if (_sensors.Count == 0)
        {
            return;
        }

        foreach (var sensor in rule.Sensors.Where(s => !_sensors.Contains(s) && !_derived.Contains(s)))
        {
            var known = _sensors.Select(s => s.Key).Concat(_derived);
            _diagnostics.Warning(
                rule.Definition.Node,
                $"'{rule.Id}' reads '{sensor}', which no device in devices.yaml has{Nearest.Suggestion(sensor, known)}"
            );
        }
    }

    private void Key(CompiledRule rule)
    {
        foreach (var part in rule.Definition.By)
        {
            if (part is not ("device" or "sensor") && !_labels.Contains(part))
            {
                _diagnostics.Warning(
                    rule.Definition.Node,
                    $"'{rule.Id}' is kept by '{part}', which is no label in devices.yaml{Nearest.Suggestion(part, _labels)}; readings without a field of that name are not seen"
                );
            }
        }
    }

    private void Intervals(CompiledRule rule)
    {
        foreach (var input in rule.Definition.Inputs)
        {
            if (input.MaxAge?.Constant is { } maxAge && Every(input.Sensor) is { } every && maxAge < every)
            {
                _diagnostics.Warning(
                    input.Name,
                    $"'max_age' is {Durations.Format(maxAge)}, but {input.Sensor} reports every {Durations.Format(every)}: it will be unknown in between"
                );
            }
        }

        if (
            rule.Definition.Body is ConditionDefinition
            && rule.Definition.For?.Constant is { } wait
            && wait > TimeSpan.Zero
            && rule.Sensors.FirstOrDefault(s => Every(s) > wait) is { } slow
        )
        {
            _diagnostics.Warning(
                rule.Definition.Node,
                $"'for' is {Durations.Format(wait)}, but {slow} reports every {Durations.Format(Every(slow)!.Value)}: one reading decides"
            );
        }
    }

    private TimeSpan? Every(string sensor) => _sensors[sensor].Select(s => s.Sensor.Every).Max();

    // The newest of several devices' readings: rarely what is meant.
    private void Latest(CompiledRule rule)
    {
        var body = RuleChecker.SensorsOf(rule.Definition.Body).Select(s => s.Sensor).ToHashSet(StringComparer.Ordinal);
        foreach (var input in rule.Layout.Inputs)
        {
            if (
                input is not { Combination: Combination.Latest, Device: null, Where: null }
                || body.Contains(input.Sensor)
            )
            {
                continue;
            }

            var crowded = _sensors[input.Sensor]
                .Select(s => s.Device)
                .GroupBy(d => KeyOf(rule.Definition.By, d), StringComparer.Ordinal)
                .FirstOrDefault(g => g.Count() > 1);
            if (crowded is not null)
            {
                _diagnostics.Warning(
                    rule.Definition.Node,
                    $"'{rule.Id}' takes the latest {input.Sensor} of several devices ({string.Join(", ", crowded.Take(3).Select(d => d.Device))}): choose one (device), or combine them (any, all, max, …)"
                );
            }
        }
    }

    private static string KeyOf(IReadOnlyList<string> by, DeviceEntry device) =>
        string.Join(
            '\n',
            by.Select(b =>
                b == "device" ? device.Device
                : device.Labels.TryGet(b, out var label) ? label
                : ""
            )
        );

    // A threshold beyond what the sensor can report.
    private void Ranges(CompiledRule rule)
    {
        foreach (var (condition, sensorOf) in RuleChecker.ComparedIn(rule))
        {
            foreach (var claim in Alternatives.Of(condition.Syntax).Claims)
            {
                if (sensorOf(claim.Operand) is { } sensor && Beyond(claim, sensor) is { } beyond)
                {
                    _diagnostics.Warning(condition.Node.File, condition.Node.PositionOf(claim.Syntax.Offset), beyond);
                }
            }
        }
    }

    private string? Beyond(Claim claim, string sensor)
    {
        var entries = _sensors[sensor].Select(s => s.Sensor).ToList();
        if (claim.Values is not [{ Kind: ValueKind.Number } limit] || entries.Count == 0)
        {
            return null;
        }

        var range = string.Create(
            CultureInfo.InvariantCulture,
            $"{sensor} reports from {entries.Min(e => e.Min)} to {entries.Max(e => e.Max)}"
        );
        var above = entries.TrueForAll(e => e.Max is { } max && limit.Number > max);
        var below = entries.TrueForAll(e => e.Min is { } min && limit.Number < min);
        return above || below ? $"the threshold {limit} is outside of what the sensor can report: {range}" : null;
    }
}
