using System.Diagnostics;
using System.Globalization;
using System.Text;
using Mesh.Benchmarks.Nodes;
using Mesh.Contracts;
using Mesh.Nodes;
using Mesh.Rules;
using Mesh.Rules.Yaml;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Benchmarks.Rules;

/// <summary>
/// From the text of one rule to that rule being active, in an engine and in a node on a disk that have many rules of all
/// kinds already. The alternative is the same with ten rules there.
/// </summary>
internal static class NewRuleFigures
{
    private const double Target = 5;
    private const int Times = 15;
    private const int PerFile = 100;
    private static readonly Timestamp Begin = Timestamp.Parse("2026-03-01T00:00:00Z");

    public static async Task<IReadOnlyList<Figure>> MeasureAsync()
    {
        var figures = new List<Figure>();
        var few = InEngine(10);
        foreach (var count in (int[])[10, 1_000, 5_000])
        {
            var took = count == 10 ? few : InEngine(count);
            figures.Add(Row(Invariant($"one rule more, engine of {count:#,0}"), took.Total, few.Total, took.Note));
        }

        var fewInNode = await InNodeAsync(10, PerFile);
        foreach (
            var (count, perFile) in ((int, int)[])[(10, PerFile), (1_000, PerFile), (5_000, PerFile), (5_000, 5_000)]
        )
        {
            var took = count == 10 ? fewInNode : await InNodeAsync(count, perFile);
            var files = (count + perFile - 1) / perFile;
            figures.Add(
                Row(
                    Invariant($"one rule more, node of {count:#,0} in {files} files"),
                    took,
                    fewInNode,
                    "file written to durable"
                )
            );
        }

        return figures;
    }

    private static (double Total, string Note) InEngine(int count)
    {
        var rules = Compile(Text(0, count)).ToList();
        var engine = new RuleEngine(new RuleEngineOptions());
        engine.Load(rules);
        engine.Tick(Begin);
        var (best, note) = (double.MaxValue, "");
        for (var i = 0; i < Times; i++)
        {
            var text = "version: 1\nrules:\n" + Rule(count + i);
            GC.Collect();
            var started = Stopwatch.GetTimestamp();
            var definitions = RuleFile.Parse("new.rules.yaml", text).Definitions;
            var parsed = Stopwatch.GetElapsedTime(started);
            var diagnostics = new Diagnostics();
            rules.Add(RuleCompiler.Compile(definitions[0], diagnostics)!);
            var compiled = Stopwatch.GetElapsedTime(started);
            var changes = engine.Load([.. rules]);
            var loaded = Stopwatch.GetElapsedTime(started);
            engine.Tick(Begin);
            var active = Stopwatch.GetElapsedTime(started);
            WrongOutputException.Unless(1, changes.Started.Count, "rules started");
            WrongOutputException.Unless(count + i, changes.Kept.Count, "rules kept");
            WrongOutputException.Unless(true, engine.Status[^1].Started is not null, "the new rule has started");
            if (active.TotalMilliseconds < best)
            {
                best = active.TotalMilliseconds;
                note = Invariant(
                    $"parsed {parsed.TotalMilliseconds:0.00}, compiled {(compiled - parsed).TotalMilliseconds:0.00}, loaded {(loaded - compiled).TotalMilliseconds:0.00}, started {(active - loaded).TotalMilliseconds:0.00} ms"
                );
            }
        }

        return (best, note);
    }

    private static async Task<double> InNodeAsync(int count, int perFile)
    {
        using var folder = new Folder();
        var files = new List<string>();
        for (var first = 0; first < count; first += perFile)
        {
            var file = folder.Inside(Invariant($"{first:00000}.rules.yaml"));
            await File.WriteAllTextAsync(file, Text(first, Math.Min(perFile, count - first)));
            files.Add(file);
        }

        var settings = new NodeSettings
        {
            Node = "fog",
            Tier = Tier.Fog,
            Site = "figures",
            Data = folder.Inside("fog"),
            Rules = [.. files.Select(f => new NamedText(f, File.ReadAllText(f)))],
            RulePaths = [folder.Inside("*.rules.yaml")],
        };
        using var node = Node.Open(
            settings,
            UplinkChoice.None,
            new PosixDisk(),
            TimeProvider.System,
            NullLogger.Instance
        );
        using var watch = new RulesWatch(node, TimeProvider.System, NullLogger<RulesWatch>.Instance);
        await watch.LookAsync(CancellationToken.None);
        var best = double.MaxValue;
        for (var i = 0; i < Times; i++)
        {
            // Into the file that there is when there is only one, else into a file of its own.
            var last = files.Count == 1 && count > PerFile ? files[0] : folder.Inside("new.rules.yaml");
            var text = new StringBuilder(
                File.Exists(last) ? await File.ReadAllTextAsync(last) : "version: 1\nrules:\n"
            );
            await File.WriteAllTextAsync(last, text.Append(Rule(count + i)).ToString());
            GC.Collect();
            var started = Stopwatch.GetTimestamp();
            await watch.LookAsync(CancellationToken.None);
            best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            WrongOutputException.Unless(count + i + 1, node.Look(c => c.Engine.Status.Count), "rules that run");
        }

        return best;
    }

    private static IReadOnlyList<CompiledRule> Compile(string text)
    {
        var diagnostics = new Diagnostics();
        var rules = RuleCompiler.CompileAll([("all.rules.yaml", text)], diagnostics);
        return diagnostics.HasErrors ? throw new WrongOutputException(string.Join('\n', diagnostics.Items)) : rules;
    }

    private static string Text(int first, int count)
    {
        var text = new StringBuilder("version: 1\nrules:\n");
        for (var i = 0; i < count; i++)
        {
            text.Append(Rule(first + i));
        }

        return text.ToString();
    }

    // Of every kind in turn.
    private static string Rule(int i) =>
        (i % 5) switch
        {
            0 => Invariant(
                $"- {{id: r{i}, each: temperature, where: room == \"room-{i % 100}\" and value > {i % 40}}}\n"
            ),
            1 => Invariant($"- {{id: r{i}, each: humidity, where: value >= {i % 90} and value < {(i % 90) + 1}}}\n"),
            2 => Invariant($"- {{id: r{i}, by: room, when: motion == 0 and door == 1, for: {(i % 600) + 1}s}}\n"),
            3 => Invariant(
                $"- {{id: r{i}, by: room, window: {{of: temperature, tumbling: 1m}}, let: {{m: avg(value)}}, when: m > {i % 40}}}\n"
            ),
            _ => Invariant(
                $"- {{id: r{i}, by: room, within: {(i % 600) + 70}s, pattern: [{{open: \"door[value == 1]\"}}, {{not: motion, for: 60s}}]}}\n"
            ),
        };

    private static Figure Row(string name, double took, double few, string note) =>
        new(name, took, "ms", "ten rules there", few, Target, note);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
