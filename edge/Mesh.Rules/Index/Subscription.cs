using System.Diagnostics.CodeAnalysis;
using Mesh.Contracts;
using Mesh.Rules.Compiled;
using Mesh.Rules.Running;

namespace Mesh.Rules.Index;

/// <summary>
/// A rule that takes readings of a sensor. It holds by itself what a plain filter needs, so that a hundred thousand of
/// them stay in the processor's cache.
/// </summary>
internal sealed class Subscription
{
    private DetectionOrigin _origin;

    public Subscription(RunningRule rule, SensorPlan plan)
    {
        Rule = rule;
        Adopt(plan);
    }

    public RunningRule Rule { get; }

    public SensorPlan Plan { get; private set; }

    /// <summary>Any of them must hold for a reading to matter; null when every reading may.</summary>
    public IReadOnlyList<FilterTerm>? Terms { get; init; }

    /// <summary>The place of the rule among all; readings come to rules in this order.</summary>
    public int Order { get; init; }

    /// <summary>The rule has gone, and stands in lists only until they are settled.</summary>
    public bool IsGone { get; set; }

    /// <summary>What the index has found is all that the rule asks of a reading.</summary>
    public bool IsSettled { get; init; }

    /// <summary>And a match of that reading is all that the rule says: no key, no value, no action.</summary>
    public bool IsPlain { get; set; }

    /// <summary>Matches of a plain filter that the rule has not counted yet.</summary>
    public long Matches { get; set; }

    /// <summary>The rule has other labels, severity or actions, and asks for the same.</summary>
    [MemberNotNull(nameof(_origin), nameof(Plan))]
    public void Adopt(SensorPlan plan) => (_origin, Plan) = (Rule.KeylessOrigin, plan);

    public Detection Match(JudgedReading judged, Timestamp since, Timestamp now)
    {
        Matches++;
        return new Detection(_origin, DetectionKind.Match, now, now) { Since = since, Bindings = judged };
    }
}
