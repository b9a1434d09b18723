using System.Globalization;
using System.Text;
using Mesh.Contracts;
using Mesh.Rules;
using Mesh.Rules.Yaml;

namespace Mesh.Benchmarks.Rules;

/// <summary>
/// What it costs that there are more filters, though each reading matches one; and what a key, a pending timer and a
/// reading about which nothing is said cost. Memory is what is left after a collection, less that of the same engine
/// with the same readings without the thing measured.
/// </summary>
internal static class RuleCostFigures
{
    private const string Source = "s";
    private const int Readings = 300_000;
    private const int Devices = 1_000;
    private const int Keys = 100_000;
    private const int Timers = 1_000_000;
    private const double KeyTarget = 400;
    private const double TimerTarget = 150;
    private static readonly Timestamp Begin = Timestamp.Parse("2026-03-01T00:00:00Z");

    private static readonly (string Name, string Rule)[] Keyed =
    [
        ("when, two inputs", "{id: a, by: device, when: t > 90 and h > 90, for: 10m}"),
        ("tumbling average", "{id: a, by: device, lateness: 0s, window: {of: t, tumbling: 1h}, let: {m: avg(value)}}"),
        (
            "pattern, one partial match",
            "{id: a, by: device, lateness: 0s, within: 1h, pattern: [{x: \"t[value < 90]\"}, {y: \"h[value > 90]\"}]}"
        ),
    ];

    // They say nothing about the value 1.
    private static readonly (string Name, string Rule)[] Quiet =
    [
        ("filter", "{id: a, each: t, where: value > 90}"),
        ("filter by room", "{id: a, each: t, where: device == \"d7\" and value > 90}"),
        ("when, for", "{id: a, by: device, when: t < 90 and h < 90, for: 10m}"),
        (
            "tumbling average",
            "{id: a, by: device, lateness: 0s, window: {of: t, tumbling: 1h}, let: {m: avg(value)}, when: m > 90}"
        ),
        (
            "pattern with absence",
            "{id: a, by: device, lateness: 0s, pattern: [{x: \"t[value > 90]\"}, {not: \"h[value > 90]\", for: 1m}]}"
        ),
    ];

    public static Task<IReadOnlyList<Figure>> MeasureAsync()
    {
        var figures = new List<Figure>();
        var few = Filters(10);
        foreach (var count in (int[])[10, 10_000, 100_000])
        {
            var rate = count == 10 ? few : Filters(count);
            figures.Add(
                new Figure(
                    Invariant($"{count:#,0} filters, 1 match a reading"),
                    rate,
                    "readings/s",
                    "10 filters",
                    few,
                    few / 2
                )
            );
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var made = Reading(0, Devices, "t", 1);
        var itself = GC.GetAllocatedBytesForCurrentThread() - before;
        GC.KeepAlive(made);
        foreach (var (name, rule) in Quiet)
        {
            figures.Add(new Figure($"silent reading: {name}", Silent(rule), "bytes", "the reading itself", itself, 0));
        }

        var bare = Held(() => Run("{id: a, each: x}", Keys, 1));
        foreach (var (name, rule) in Keyed)
        {
            var bytes = (double)(Held(() => Run(rule, Keys, 1)) - bare) / Keys;
            figures.Add(
                new Figure($"key: {name}", bytes, "bytes", "device and latest values", (double)bare / Keys, KeyTarget)
            );
        }

        figures.Add(PendingTimers());
        return Task.FromResult<IReadOnlyList<Figure>>(figures);
    }

    // Rule i wants the value i, so that a reading matches one rule, whichever it is.
    private static double Filters(int count)
    {
        var diagnostics = new Diagnostics();
        var rules = RuleTexts(count)
            .SelectMany(text => RuleFile.Parse("f.rules.yaml", text).Definitions)
            .Select(d => RuleCompiler.Compile(d, diagnostics)!)
            .ToList();
        var random = new Random(1);
        var readings = Enumerable
            .Range(0, Readings)
            .Select(i => Reading(i, Devices, "t", random.Next(count)))
            .ToArray();
        var best = TimeSpan.MaxValue;
        for (var round = 0; round < 4; round++)
        {
            var engine = Engine(rules);
            var said = 0L;
            var took = Measured.Once(() => said = Count(engine, readings));
            WrongOutputException.Unless(readings.Length, said, "matches");
            best = took.Processor < best ? took.Processor : best;
        }

        return Readings / best.TotalSeconds;
    }

    private static long Count(RuleEngine engine, Reading[] readings)
    {
        var (said, outputs) = (0L, new List<RuleOutput>());
        for (var i = 0; i < readings.Length; i++)
        {
            engine.Offer(Source, readings[i]);
            if (i % 64 == 63 || i == readings.Length - 1)
            {
                engine.DrainOutputs(outputs);
                said += outputs.Count;
                outputs.Clear();
            }
        }

        return said;
    }

    private static IEnumerable<string> RuleTexts(int count)
    {
        const int perFile = 1_000;
        for (var first = 0; first < count; first += perFile)
        {
            var text = new StringBuilder("version: 1\nrules:\n");
            for (var i = first; i < Math.Min(count, first + perFile); i++)
            {
                text.Append(CultureInfo.InvariantCulture, $"- {{id: f-{i}, each: t, where: value == {i}}}\n");
            }

            yield return text.ToString();
        }
    }

    // Bytes that a reading allocates once every key is there, when the rule says nothing.
    private static double Silent(string rule)
    {
        const int rounds = 20;
        var engine = Engine(Compile(rule));
        var readings = Enumerable
            .Range(0, Devices * 2 * rounds)
            .Select(i => Reading(i, Devices, i / Devices % 2 == 0 ? "t" : "h", 1))
            .ToArray();
        var half = readings.Length / 2;
        Offer(engine, readings.AsSpan(0, half));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Offer(engine, readings.AsSpan(half));
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        WrongOutputException.Unless(0, engine.Status[0].Outputs, "outputs");
        return (double)allocated / half;
    }

    private static Figure PendingTimers()
    {
        const string rule = "{id: a, by: device, when: t > 90, for: 10m}";
        var idle = Held(() => Run(rule, Timers, 1));
        var pending = Held(() => Run(rule, Timers, 99));
        var engine = Run(rule, Timers, 99);
        var fire = Measured.Once(() => engine.Tick(Begin + TimeSpan.FromHours(2)));
        WrongOutputException.Unless(Timers, engine.Status[0].Outputs, "timers that fired");
        var note = Invariant($"more than idle keys; {fire.Processor.TotalNanoseconds / Timers:0} ns each to fire");
        return new Figure(
            Invariant($"{Timers:#,0} pending timers"),
            (pending - idle) / 1e6,
            "MB",
            "the same keys, idle",
            idle / 1e6,
            TimerTarget,
            note
        );
    }

    // One reading of each sensor of each device.
    private static RuleEngine Run(string rule, int devices, double value)
    {
        var engine = Engine(Compile(rule));
        for (var i = 0; i < devices * 2; i++)
        {
            engine.Offer(Source, Reading(i, devices, i < devices ? "t" : "h", value));
        }

        WrongOutputException.Unless(0, engine.Status[0].Outputs, "outputs");
        return engine;
    }

    private static void Offer(RuleEngine engine, ReadOnlySpan<Reading> readings)
    {
        foreach (var reading in readings)
        {
            engine.Offer(Source, reading);
        }
    }

    private static long Held(Func<RuleEngine> make)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var engine = make();
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(engine);
        return held;
    }

    private static RuleEngine Engine(IReadOnlyList<CompiledRule> rules)
    {
        var engine = new RuleEngine(new RuleEngineOptions { MaxKeys = Timers });
        engine.Load(rules);
        engine.Tick(Begin);
        return engine;
    }

    private static IReadOnlyList<CompiledRule> Compile(string rule)
    {
        var diagnostics = new Diagnostics();
        var rules = RuleCompiler.CompileAll([("cost.rules.yaml", $"version: 1\nrules:\n- {rule}")], diagnostics);
        return diagnostics.HasErrors ? throw new WrongOutputException(string.Join('\n', diagnostics.Items)) : rules;
    }

    private static Reading Reading(int number, int devices, string sensor, double value) =>
        new()
        {
            Device = Names.Of(number % devices),
            Sensor = sensor,
            Value = Value.Of(value),
            At = Begin,
            Boot = 1,
            Seq = (number / devices) + 1,
        };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    // The same text object for a device, as a node's table of names gives.
    private static class Names
    {
        private static readonly string[] s_names =
        [
            .. Enumerable.Range(0, Timers).Select(i => "d" + i.ToString(CultureInfo.InvariantCulture)),
        ];

        public static string Of(int number) => s_names[number];
    }
}
