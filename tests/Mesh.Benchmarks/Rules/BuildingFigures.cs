using System.Diagnostics;
using System.Globalization;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Runtime.InteropServices;
using Mesh.Contracts;
using Mesh.Rules;
using Mesh.Rules.Yaml;
using Mesh.Tests.Rules.Workload;

namespace Mesh.Benchmarks.Rules;

/// <summary>
/// A million readings of a building through all its rules together, each alone, and up to 100,000 filters, beside a loop
/// written by hand that counts the same. Every count of the engine is compared with that.
/// <c>MESH_BUILDING=seed,readings,rooms</c> makes another.
/// </summary>
internal static class BuildingFigures
{
    private const string Source = "building";
    private const double Target = 1_000_000;
    private static readonly int[] FilterCounts = [10, 100, 1_000, 10_000, 100_000];

    public static Task<IReadOnlyList<Figure>> MeasureAsync()
    {
        var (seed, count, rooms) = Arguments();
        var workload = new BuildingWorkload(count, rooms, seed);
        var readings = workload.Readings();
        var figures = new List<Figure>();
        SortedDictionary<string, long> expected = [];
        var floor = Measured.Best(() => expected = BuildingLoop.Count(workload.Happenings));
        figures.Add(Rules("all rules", BuildingRules.All.Keys, workload, readings, expected, floor, Target));
        foreach (var (name, target) in BuildingRules.Targets)
        {
            figures.Add(Rules(name, [name], workload, readings, expected, floor, target));
        }

        figures.AddRange(FilterCounts.SelectMany(n => Filters(n, workload, readings)));
        return Task.FromResult<IReadOnlyList<Figure>>(figures);
    }

    private static (ulong Seed, int Readings, int Rooms) Arguments()
    {
        var parts = (Environment.GetEnvironmentVariable("MESH_BUILDING") ?? "42,1000000,1000").Split(',');
        return (
            ulong.Parse(parts[0], CultureInfo.InvariantCulture),
            int.Parse(parts[1], CultureInfo.InvariantCulture),
            int.Parse(parts[2], CultureInfo.InvariantCulture)
        );
    }

    private static Figure Rules(
        string title,
        IEnumerable<string> names,
        BuildingWorkload workload,
        Reading[] readings,
        SortedDictionary<string, long> expected,
        Measured floor,
        double target
    )
    {
        var rules = Compile(BuildingRules.Text(names));
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var took = Best(rules, workload, readings, counts, out _, out _);
        foreach (var name in names)
        {
            WrongOutputException.Unless(expected[name], counts.GetValueOrDefault(name), $"detections of {name}");
        }

        var outputs = counts.Values.Sum();
        var note = Invariant($"{outputs:#,0} detections; {(double)took.Allocated / readings.Length:0.0} bytes/reading");
        return Row($"building, {title}", readings.Length, took, "all by hand", floor, target, note);
    }

    private static IEnumerable<Figure> Filters(int count, BuildingWorkload workload, Reading[] readings)
    {
        var files = BuildingRules.Filters(workload, count).ToList();
        var started = Stopwatch.GetTimestamp();
        var parsed = files.SelectMany(f => RuleFile.Parse(f.Name, f.Text).Definitions).ToList();
        var parse = Stopwatch.GetElapsedTime(started);
        started = Stopwatch.GetTimestamp();
        var diagnostics = new Diagnostics();
        var rules = parsed.Select(d => RuleCompiler.Compile(d, diagnostics)!).ToList();
        var compile = Stopwatch.GetElapsedTime(started);
        WrongOutputException.Unless(count, rules.Count, "rules without an error");

        var loop = BuildingLoop.Filters(workload, count);
        long[] expected = [];
        var floor = Measured.Best(() => expected = loop());
        var took = Best(rules, workload, readings, counts: null, out var load, out var engine);
        var status = engine.Status;
        for (var i = 0; i < count; i++)
        {
            WrongOutputException.Unless(expected[i], status[i].Outputs, $"matches of filter {i} of {count}");
        }

        var note = Invariant(
            $"{(double)expected.Sum() / readings.Length:0.00} matches/reading; parsed in {parse.TotalSeconds:0.0} s, compiled in {compile.TotalSeconds:0.0} s, loaded in {load.TotalSeconds:0.00} s"
        );
        yield return Row(Invariant($"{count:#,0} filters"), readings.Length, took, "by hand", floor, Target, note);

        // The obvious alternative is too slow for all readings.
        var some = readings.AsSpan(0, (int)Math.Min(readings.Length, 100_000_000L / count)).ToArray();
        var where = Measured.Once(() => WithRx(some, workload, count));
        var (rate, other) = (readings.Length / took.Processor.TotalSeconds, some.Length / where.Processor.TotalSeconds);
        yield return new Figure(
            Invariant($"{count:#,0} filters"),
            rate,
            "readings/s",
            "each a Where on one Subject",
            other
        );
    }

    private static long WithRx(Reading[] readings, BuildingWorkload workload, int count)
    {
        var matches = 0L;
        using var subject = new Subject<Reading>();
        var subscriptions = new IDisposable[count];
        for (var i = 0; i < count; i++)
        {
            var (room, limit) = (workload.Rooms[i % workload.Rooms.Count], workload.Limits[i]);
            subscriptions[i] = subject
                .Where(r =>
                    string.Equals(r.Sensor, "temperature", StringComparison.Ordinal)
                    && r.Value.Number > limit
                    && r.Labels.TryGet("room", out var name)
                    && string.Equals(name, room, StringComparison.Ordinal)
                )
                .Subscribe(_ => matches++);
        }

        foreach (var reading in readings)
        {
            subject.OnNext(reading);
        }

        return matches;
    }

    private static IReadOnlyList<CompiledRule> Compile(string text)
    {
        var diagnostics = new Diagnostics();
        var rules = RuleCompiler.CompileAll([("building.rules.yaml", text)], diagnostics);
        return diagnostics.HasErrors ? throw new WrongOutputException(string.Join('\n', diagnostics.Items)) : rules;
    }

    // The rules are there already: what is measured is readings.
    private static Measured Best(
        IReadOnlyList<CompiledRule> rules,
        BuildingWorkload workload,
        Reading[] readings,
        Dictionary<string, long>? counts,
        out TimeSpan load,
        out RuleEngine last
    )
    {
        (Measured? best, load) = (null, TimeSpan.MaxValue);
        for (var i = 0; ; i++)
        {
            var engine = new RuleEngine(
                new RuleEngineOptions { Clock = ClockKind.Recorded, ExpectedSources = [Source] }
            );
            var loaded = Measured.Once(() => engine.Load(rules));
            load = loaded.Processor < load ? loaded.Processor : load;
            counts?.Clear();
            var took = Measured.Once(() => Run(engine, workload, readings, counts));
            best = best is { } b && b.Processor < took.Processor ? b : took;
            if (i == 3)
            {
                last = engine;
                return best.Value;
            }
        }
    }

    // Counts detections by rule, where asked; clears are ends of what was counted already.
    private static void Run(
        RuleEngine engine,
        BuildingWorkload workload,
        Reading[] readings,
        Dictionary<string, long>? counts
    )
    {
        var outputs = new List<RuleOutput>();
        for (var i = 0; i < readings.Length; i++)
        {
            engine.Offer(Source, readings[i]);
            if (i % 64 == 0)
            {
                Count(engine, outputs, counts);
            }
        }

        engine.Mark(Source, workload.End, final: true);
        Count(engine, outputs, counts);
    }

    private static void Count(RuleEngine engine, List<RuleOutput> outputs, Dictionary<string, long>? counts)
    {
        outputs.Clear();
        engine.DrainOutputs(outputs);
        if (counts is null)
        {
            return;
        }

        foreach (var output in outputs)
        {
            if (output.Event is Detection { Kind: not DetectionKind.Clear } detection)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(counts, detection.Rule, out _)++;
            }
        }
    }

    private static Figure Row(
        string name,
        int readings,
        Measured took,
        string alternative,
        Measured other,
        double target,
        string note
    ) =>
        new(
            name,
            readings / took.Processor.TotalSeconds,
            "readings/s",
            alternative,
            readings / other.Processor.TotalSeconds,
            target,
            note
        );

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
