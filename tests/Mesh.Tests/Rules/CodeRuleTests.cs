using System.Reactive.Concurrency;
using System.Reactive.Linq;
using CsCheck;
using Mesh.Contracts;
using Mesh.Rules;
using Mesh.Rules.Yaml;
using Xunit;

namespace Mesh.Tests.Rules;

/// <summary>Rules in C# run under the time, the isolation and the saving of every other rule.</summary>
public class CodeRuleTests
{
    private static readonly Timestamp Start = RuleTexts.Start;

    [Fact]
    public void A_query_is_moved_by_the_readings_and_the_clock_alone()
    {
        var said = Run(new QuietRule(), Presses(0, 2, 4, 20), until: 60);
        Assert.Equal(["9 match 3", "25 match 1"], said);
    }

    [Fact]
    public void What_it_says_has_an_id_that_the_same_readings_give_again()
    {
        var first = Detections(new QuietRule(), Presses(0, 2, 20), 60);
        var second = Detections(new QuietRule(), Presses(0, 2, 20), 60);
        Assert.Equal(first.Select(d => d.Id), second.Select(d => d.Id));
        Assert.All(first, d => Assert.Equal(32, d.Id.Length));
        Assert.Equal(2, first.Select(d => d.Id).Distinct().Count());
        Assert.All(first, d => Assert.Equal("quiet", d.Rule));
    }

    [Fact]
    public void Saving_and_restoring_at_any_point_changes_nothing() =>
        Gen.Int[0, 30]
            .Array[0, 12]
            .Select(Gen.Int[0, 12])
            .Sample(
                (seconds, cut) =>
                {
                    var readings = Presses([.. seconds.Order()]);
                    return Run(new QuietRule(), readings, 60).SequenceEqual(RunCut(readings, cut, 60));
                },
                iter: 200
            );

    [Fact]
    public void A_query_that_fails_stops_alone_and_says_so()
    {
        var engine = Engine(new FailingRule(), new QuietRule());
        foreach (var reading in Presses(0, 1, 2))
        {
            engine.Offer("file", reading);
        }

        engine.Mark("file", Start + TimeSpan.FromSeconds(60), final: true);
        Assert.Equal("quiet", ((Detection)Assert.Single(engine.Drain()).Event).Rule);
        Assert.Contains(
            "no more than one",
            engine.Status.Single(s => s.Rule == "failing").Fault,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_rule_that_describes_itself_wrongly_is_refused()
    {
        var diagnostics = new Diagnostics();
        Assert.Null(CodeRules.Compile(new NamelessRule(), "x.dll", "00", diagnostics));
        Assert.Equal(2, diagnostics.Errors);
    }

    [Fact]
    public void The_wall_clock_chance_and_threads_are_found_before_an_assembly_is_loaded()
    {
        var diagnostics = new Diagnostics();
        AssemblyInspection.Check("x.dll", File.ReadAllBytes(typeof(CodeRuleTests).Assembly.Location), diagnostics);
        var found = diagnostics
            .Items.Select(d => d.Message)
            .Where(m => m.StartsWith("WallClockRule.", StringComparison.Ordinal))
            .ToList();
        Assert.Equal(6, found.Count);
        Assert.Contains(found, m => m.Contains("Observable.Delay runs on the wall clock", StringComparison.Ordinal));
        Assert.Contains(found, m => m.Contains("Observable.Interval runs on the wall clock", StringComparison.Ordinal));
        Assert.Contains(
            found,
            m => m.Contains("Observable.Timestamp runs on the wall clock", StringComparison.Ordinal)
        );
        Assert.Contains(
            found,
            m => m.Contains("System.DateTimeOffset.UtcNow brings in the wall clock", StringComparison.Ordinal)
        );
        Assert.Contains(found, m => m.Contains("System.Random without a seed", StringComparison.Ordinal));
        Assert.Contains(
            found,
            m => m.Contains("TaskPoolScheduler.Default brings in a scheduler", StringComparison.Ordinal)
        );
        Assert.DoesNotContain(diagnostics.Items, d => d.Message.StartsWith("QuietRule.", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_no_assembly_is_refused()
    {
        var diagnostics = new Diagnostics();
        AssemblyInspection.Check("x.dll", "no assembly"u8.ToArray(), diagnostics);
        Assert.Equal("x.dll: error: it is no .NET assembly", Assert.Single(diagnostics.Items).ToString());
    }

    private static RuleEngine Engine(params CodeRule[] rules)
    {
        var engine = new RuleEngine(new RuleEngineOptions { Clock = ClockKind.Recorded });
        var diagnostics = new Diagnostics();
        engine.Load([.. rules.Select(r => CodeRules.Compile(r, "t.dll", "00", diagnostics)!)]);
        Assert.False(diagnostics.HasErrors);
        return engine;
    }

    private static List<string> Run(CodeRule rule, IReadOnlyList<Reading> readings, int until) =>
        [.. Detections(rule, readings, until).Select(Line)];

    private static List<Detection> Detections(CodeRule rule, IReadOnlyList<Reading> readings, int until)
    {
        var engine = Engine(rule);
        var outputs = new List<RuleOutput>();
        Feed(engine, readings, outputs);
        End(engine, until, outputs);
        return [.. outputs.Select(o => (Detection)o.Event)];
    }

    private static List<string> RunCut(IReadOnlyList<Reading> readings, int cut, int until)
    {
        var outputs = new List<RuleOutput>();
        var first = Engine(new QuietRule());
        Feed(first, [.. readings.Take(cut)], outputs);
        var second = Engine(new QuietRule());
        second.Restore(first.Saved("quiet"), "quiet");
        Feed(second, [.. readings.Skip(cut)], outputs);
        End(second, until, outputs);
        return [.. outputs.Select(o => Line((Detection)o.Event))];
    }

    private static void Feed(RuleEngine engine, IReadOnlyList<Reading> readings, List<RuleOutput> outputs)
    {
        engine.Mark("file", Start, final: false);
        foreach (var reading in readings)
        {
            engine.Offer("file", reading);
            outputs.AddRange(engine.Drain());
        }
    }

    private static void End(RuleEngine engine, int until, List<RuleOutput> outputs)
    {
        engine.Mark("file", Start + TimeSpan.FromSeconds(until), final: true);
        outputs.AddRange(engine.Drain());
    }

    private static string Line(Detection d) =>
        $"{(d.At - Start).TotalSeconds} {EventJson.KindName(d.Kind)} {d.Values[0].Value}";

    private static List<Reading> Presses(params int[] seconds) =>
        [.. seconds.Select((s, i) => RuleTexts.Reading("button", "press", Value.True, s, i + 1))];

    /// <summary>How often the button was pressed, once it has been quiet for 5 s.</summary>
    private sealed class QuietRule : CodeRule
    {
        public override string Id => "quiet";

        public override IReadOnlyList<string> Sensors => ["press"];

        public override TimeSpan Horizon => TimeSpan.FromMinutes(5);

        public override IObservable<Detection> Build(IObservable<Reading> readings, IScheduler time) =>
            readings
                .Publish(r => r.Buffer(() => r.Throttle(TimeSpan.FromSeconds(5), time)))
                .Where(presses => presses.Count > 0)
                .Select(presses =>
                    Say(
                        DetectionKind.Match,
                        [],
                        values: [new("presses", Value.Of(presses.Count))],
                        readings: [.. presses]
                    )
                );
    }

    private sealed class FailingRule : CodeRule
    {
        public override string Id => "failing";

        public override IReadOnlyList<string> Sensors => ["press"];

        public override IObservable<Detection> Build(IObservable<Reading> readings, IScheduler time) =>
            readings
                .Select((_, i) => i == 0 ? i : throw new InvalidOperationException("no more than one"))
                .Where(_ => false)
                .Select(_ => Say(DetectionKind.Match, []));
    }

    private sealed class NamelessRule : CodeRule
    {
        public override string Id => "Not An Id";

        public override IReadOnlyList<string> Sensors => [];

        public override IObservable<Detection> Build(IObservable<Reading> readings, IScheduler time) =>
            Observable.Never<Detection>();
    }

    // Never run: it is what an author must not write.
    private sealed class WallClockRule : CodeRule
    {
        public override string Id => "wall-clock";

        public override IReadOnlyList<string> Sensors => ["press"];

#pragma warning disable RS0030 // That these are caught is what is tested.
        public override IObservable<Detection> Build(IObservable<Reading> readings, IScheduler time) =>
            readings
                .Delay(TimeSpan.FromSeconds(1))
                .Merge(readings.Delay(TimeSpan.FromSeconds(1), time))
                .Timestamp()
                .CombineLatest(Observable.Interval(TimeSpan.FromSeconds(1)).ObserveOn(TaskPoolScheduler.Default))
                .Where(_ => new Random().Next() > 1 && DateTimeOffset.UtcNow.Year > 1)
                .Select(_ => Say(DetectionKind.Match, []));
#pragma warning restore RS0030
    }
}
