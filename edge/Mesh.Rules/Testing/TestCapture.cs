using Mesh.Contracts;
using Mesh.Rules.Yaml;

namespace Mesh.Rules.Testing;

/// <summary>Which incident becomes a test.</summary>
public sealed record CaptureOptions
{
    public required string Rule { get; init; }

    /// <summary>The instant of the incident, in event time.</summary>
    public required Timestamp At { get; init; }

    /// <summary>How much before it belongs to it.</summary>
    public required TimeSpan Before { get; init; }

    /// <summary>How much behind it; by then the test ends.</summary>
    public TimeSpan After { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Paths of the rule files, as the test shall name them.</summary>
    public IReadOnlyList<string> RuleFiles { get; init; } = [];

    /// <summary>Absent: rule and instant.</summary>
    public string? Name { get; init; }
}

/// <summary>An incident as a test.</summary>
/// <param name="Text">A <c>*.cases.yaml</c> file.</param>
/// <param name="Readings">Readings in it.</param>
/// <param name="Outputs">What it expects.</param>
/// <param name="Start">Where it had to begin so that the rule says the same as it did.</param>
public sealed record CapturedTest(string Text, int Readings, int Outputs, Timestamp Start);

/// <summary>
/// Cuts an incident out of a recording: the readings of the rule's sensors, of its keys alone where that is enough, and
/// no more of the time before than the rule needs to say the same again. What is enough is found by running it.
/// </summary>
public static class TestCapture
{
    // How often the time asked for is looked at before everything is taken.
    private static readonly double[] Reaches = [1, 4, 16, 64, 512];

    /// <param name="rules">All rules of the node.</param>
    /// <param name="readings">In the order in which they arrived, with the labels of the registry.</param>
    /// <param name="options">What to cut out.</param>
    /// <exception cref="ArgumentException">There is no such rule.</exception>
    public static CapturedTest Capture(
        IReadOnlyList<CompiledRule> rules,
        IEnumerable<Reading> readings,
        CaptureOptions options
    )
    {
        if (!rules.Any(r => r.Id == options.Rule))
        {
            var hint = Nearest.Suggestion(options.Rule, rules.Select(r => r.Id));
            throw new ArgumentException($"there is no rule '{options.Rule}'{hint}", nameof(options));
        }

        var needed = TestRules.Needed(rules, [options.Rule]);
        var sensors = needed.SelectMany(r => r.Sensors).ToHashSet(StringComparer.Ordinal);
        var end = options.At + options.After;
        var seen = new HashSet<ReadingId>();
        var all = readings.Where(r => r.ReceivedOrAt <= end && sensors.Contains(r.Sensor) && seen.Add(r.Id)).ToList();
        var truth = Run(needed, all, options, all.Count == 0 ? options.At : all[0].ReceivedOrAt);
        var from = options.At - options.Before;
        var incident = Incident(truth, from);
        foreach (var (slice, start) in Slices(all, truth.Outputs, needed, options))
        {
            var result = Run(needed, slice, options, start);
            if (Incident(result, from).SequenceEqual(incident, StringComparer.Ordinal))
            {
                return Written(result, slice, options);
            }
        }

        return Written(truth, all, options);
    }

    // From least to most: the time asked for, with what was the latest before it, and ever longer times.
    private static IEnumerable<(IReadOnlyList<Reading> Readings, Timestamp Start)> Slices(
        List<Reading> all,
        IReadOnlyList<RuleOutput> outputs,
        List<CompiledRule> rules,
        CaptureOptions options
    )
    {
        var keys = Keys(outputs, options);
        foreach (var reach in Reaches)
        {
            var from = options.At - (options.Before * reach);
            var recent = all.Where(r => r.ReceivedOrAt >= from).ToList();
            var latest = all.Where(r => r.ReceivedOrAt < from)
                .GroupBy(r => (r.Device, r.Sensor))
                .Select(g => g.Last())
                .OrderBy(r => r.ReceivedOrAt.Micros);
            foreach (var readings in (IReadOnlyList<Reading>[])[recent, [.. latest, .. recent]])
            {
                var own = readings.Where(r => rules.Count == 1 && keys.Exists(k => HasKey(r, k))).ToList();
                if (own.Count > 0 && own.Count < readings.Count)
                {
                    yield return (own, Begin(own, from));
                }

                yield return (readings, Begin(readings, from));
            }

            if (recent.Count == all.Count)
            {
                yield break;
            }
        }
    }

    // The keys of which something was said at the instant itself, else at any time of the incident.
    private static List<IReadOnlyList<KeyPart>> Keys(IReadOnlyList<RuleOutput> outputs, CaptureOptions options)
    {
        var then = outputs.Where(o => OutputText.At(o) == options.At).Select(OutputText.Key).ToList();
        return then.Count > 0
            ? then
            : [.. outputs.Where(o => OutputText.At(o) >= options.At - options.Before).Select(OutputText.Key)];
    }

    private static Timestamp Begin(IReadOnlyList<Reading> readings, Timestamp from) =>
        readings.Count == 0 ? from : Timestamp.Min(from, readings[0].ReceivedOrAt);

    private static bool HasKey(Reading reading, IReadOnlyList<KeyPart> key)
    {
        foreach (var part in key)
        {
            var own = RunningRule.KeyPart(reading, part.Name, out _);
            if (own.IsUnknown || own.ToString() != part.Value.ToString())
            {
                return false;
            }
        }

        return true;
    }

    private static RuleTestResult Run(
        List<CompiledRule> rules,
        IReadOnlyList<Reading> readings,
        CaptureOptions options,
        Timestamp start
    ) =>
        RuleTestRun.Run(
            new RuleTest(rules[0].Definition.Node)
            {
                Rules = rules,
                Tested = [options.Rule],
                Start = start,
                Until = options.At + options.After,
                Clock = ClockKind.Recorded,
                Feed = [.. readings.Select(r => new FedReading(r, r.ReceivedOrAt, FeedReader.DefaultVia))],
            }
        );

    private static List<string> Incident(RuleTestResult result, Timestamp from) =>
        [
            .. result
                .Outputs.Where(o => OutputText.At(o) >= from)
                .Select(o => OutputText.Line(o, RuleTest.DefaultStart, named: false)),
        ];

    private static CapturedTest Written(
        RuleTestResult result,
        IReadOnlyList<Reading> readings,
        CaptureOptions options
    ) => new(CaptureText.Of(result, readings, options), readings.Count, result.Outputs.Count, result.Test.Start);
}
