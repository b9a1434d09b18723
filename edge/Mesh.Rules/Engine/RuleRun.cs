using Mesh.Contracts;
using Mesh.Rules.Devices;

namespace Mesh.Rules;

/// <summary>How a recording is run through rules.</summary>
public sealed record RuleRunOptions
{
    /// <summary>Readings received before it are skipped; absent: the first reading.</summary>
    public Timestamp? From { get; init; }

    /// <summary>
    /// Readings received after it are skipped, and the clock goes on to it; absent: the last reading.
    /// </summary>
    public Timestamp? Until { get; init; }

    /// <summary>Instead of <see cref="Until"/>: how long after <see cref="From"/>, or the first reading.</summary>
    public TimeSpan? Span { get; init; }

    /// <summary>The devices that rules with <c>expect: registry</c> wait for.</summary>
    public DeviceRegistry Registry { get; init; } = DeviceRegistry.Empty;

    /// <summary>The name of the one source that a file is.</summary>
    public string Source { get; init; } = "file";
}

/// <summary>What came of a run.</summary>
/// <param name="Readings">Readings that lay between from and until.</param>
/// <param name="Duplicates">Of these, how many had been seen before.</param>
/// <param name="Rules">Per rule.</param>
public sealed record RuleRunResult(long Readings, long Duplicates, IReadOnlyList<RuleStatus> Rules);

/// <summary>Runs rules over a recording in virtual time, with the engine that nodes use.</summary>
public static class RuleRun
{
    /// <param name="rules">The rules.</param>
    /// <param name="readings">In the order in which they arrived.</param>
    /// <param name="options">What part of the recording.</param>
    /// <param name="sink">Receives each output in order.</param>
    public static RuleRunResult Run(
        IReadOnlyList<CompiledRule> rules,
        IEnumerable<Reading> readings,
        RuleRunOptions options,
        Action<RuleOutput> sink
    )
    {
        var engine = new RuleEngine(new RuleEngineOptions { Clock = ClockKind.Recorded });
        engine.Load(rules);
        engine.Expect(options.Registry);
        var outputs = new List<RuleOutput>();
        var until = options.Until ?? options.From + options.Span;
        long count = 0;
        if (options.From is { } from)
        {
            engine.Mark(options.Source, from, final: false);
        }

        foreach (var reading in readings)
        {
            if (reading.ReceivedOrAt < options.From)
            {
                continue;
            }

            until ??= reading.ReceivedOrAt + options.Span;
            if (reading.ReceivedOrAt > until)
            {
                continue;
            }

            count++;
            engine.Offer(options.Source, reading);
            Drain(engine, outputs, sink);
        }

        if (count > 0 || options.From is not null)
        {
            engine.Mark(options.Source, until ?? engine.Clock, final: true);
            Drain(engine, outputs, sink);
        }

        return new RuleRunResult(count, engine.Duplicates, engine.Status);
    }

    private static void Drain(RuleEngine engine, List<RuleOutput> outputs, Action<RuleOutput> sink)
    {
        outputs.Clear();
        engine.DrainOutputs(outputs);
        foreach (var output in outputs)
        {
            sink(output);
        }
    }
}
