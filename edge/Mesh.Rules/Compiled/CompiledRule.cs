using System.Globalization;
using Mesh.Contracts;
using Mesh.Rules.Compiled;
using Mesh.Rules.Running;

namespace Mesh.Rules;

/// <summary>A rule that has been checked and can run; it holds no state and may be shared by engines.</summary>
public sealed class CompiledRule
{
    internal CompiledRule(RuleDefinition definition, RuleLayout layout, RuleBody body, string hash)
    {
        Definition = definition;
        Layout = layout;
        Body = body;
        Hash = hash;
        IsProducer = definition.Then.Concat(definition.ClearThen).Any(a => a is SetDefinition);
        DerivedBoot = (long)(ulong.Parse(hash, NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> 11);
        Lateness = Micros(definition.Lateness);
        MaxDelay = Micros(definition.MaxDelay);
    }

    public string Id => Definition.Id;

    /// <summary>
    /// Hash of the stateful part (body, key, inputs, durations, lateness, throttle), 16 hexadecimal digits: rules of
    /// the same id and hash can take over each other's state. Severity, labels and actions are not in it.
    /// </summary>
    public string Hash { get; }

    public RuleDefinition Definition { get; }

    public Severity Severity => Definition.Severity;

    public Labels Labels => Definition.Labels;

    /// <summary>The sensors whose readings the rule sees.</summary>
    public IEnumerable<string> Sensors => Layout.Sensors.Select(s => s.Sensor);

    /// <summary>The sensors that its <c>set</c> actions produce.</summary>
    public IEnumerable<string> Produces =>
        Then.Count == 0 && ClearThen.Count == 0
            ? []
            : Then.Concat(ClearThen).OfType<CompiledSet>().Select(s => s.Sensor).Distinct(StringComparer.Ordinal);

    internal bool IsProducer { get; }

    internal RuleLayout Layout { get; }

    internal RuleBody Body { get; }

    /// <summary>Microseconds.</summary>
    internal long Lateness { get; }

    /// <summary>Microseconds.</summary>
    internal long MaxDelay { get; }

    internal IReadOnlyList<CompiledAction> Then { get; init; } = [];

    internal IReadOnlyList<CompiledAction> ClearThen { get; init; } = [];

    /// <summary>When the rule is active; null for always.</summary>
    internal ActivePlan? Active { get; init; }

    /// <summary>How long the throttle keeps back; null without one.</summary>
    internal DurationPlan? ThrottleEvery { get; init; }

    /// <summary>A template of the rule looks something up when an output is made.</summary>
    internal bool TemplatesLook { get; init; }

    /// <summary>The boot of derived readings: 53 bits of the hash.</summary>
    internal long DerivedBoot { get; }

    internal static long Micros(TimeSpan duration) => duration.Ticks / TimeSpan.TicksPerMicrosecond;
}
