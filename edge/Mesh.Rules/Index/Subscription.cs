using Mesh.Contracts;
using Mesh.Rules.Compiled;
using Mesh.Rules.Running;

namespace Mesh.Rules.Index;

/// <summary>
/// A rule that takes readings of a sensor. It holds by itself what a plain filter needs, so that a hundred thousand of
/// them stay in the processor's cache.
/// </summary>
internal sealed class Subscription(RunningRule rule, SensorPlan plan, int order)
{
    private readonly DetectionOrigin _origin = rule.KeylessOrigin;

    public RunningRule Rule { get; } = rule;

    public SensorPlan Plan { get; } = plan;

    /// <summary>The place of the rule among all; readings come to rules in this order.</summary>
    public int Order { get; } = order;

    /// <summary>What the index has found is all that the rule asks of a reading.</summary>
    public bool IsSettled { get; init; }

    /// <summary>And a match of that reading is all that the rule says: no key, no value, no action.</summary>
    public bool IsPlain { get; set; }

    /// <summary>Matches of a plain filter that the rule has not counted yet.</summary>
    public long Matches { get; set; }

    public Detection Match(JudgedReading judged, Timestamp since, Timestamp now)
    {
        Matches++;
        return new Detection(_origin, DetectionKind.Match, now, now) { Since = since, Bindings = judged };
    }
}
