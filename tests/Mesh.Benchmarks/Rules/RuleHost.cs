using Mesh.Contracts;
using Mesh.Rules;
using Mesh.Rules.Yaml;

namespace Mesh.Benchmarks.Rules;

/// <summary>Runs arrivals through a rule as a node does: in turns, the clock first.</summary>
internal sealed class RuleHost
{
    private const int Turn = 500;

    private readonly IReadOnlyList<CompiledRule> _rules;
    private readonly string[] _sources;
    private readonly ClockKind _clock;

    public RuleHost(string rule, ClockKind clock, IReadOnlyList<Arrival> arrivals)
    {
        _clock = clock;
        var diagnostics = new Diagnostics();
        _rules = RuleCompiler.CompileAll([("figures.rules.yaml", $"version: 1\nrules:\n{rule}")], diagnostics);
        if (diagnostics.HasErrors)
        {
            throw new WrongOutputException(string.Join('\n', diagnostics.Items));
        }

        _sources = [.. arrivals.Select(a => a.Source).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>How many readings share an instant of the clock: a live one is told once a turn.</summary>
    public static int ReadingsPerInstant(ClockKind clock) => clock == ClockKind.Live ? Turn : 1;

    public List<RuleOutput> Outputs { get; } = [];

    public void Run(Arrival[] arrivals)
    {
        Outputs.Clear();
        var engine = new RuleEngine(new RuleEngineOptions { Clock = _clock, ExpectedSources = _sources });
        engine.Load(_rules);
        for (var first = 0; first < arrivals.Length; first += Turn)
        {
            var turn = arrivals.AsSpan(first, Math.Min(Turn, arrivals.Length - first));
            engine.Tick(turn[^1].Reading.ReceivedOrAt);
            foreach (ref readonly var arrival in turn)
            {
                engine.Offer(arrival.Source, arrival.Reading);
            }

            engine.DrainOutputs(Outputs);
        }

        foreach (var source in _sources)
        {
            engine.Mark(source, arrivals[^1].Reading.ReceivedOrAt, final: true);
        }

        engine.DrainOutputs(Outputs);
        Check(engine, arrivals);
    }

    private static void Check(RuleEngine engine, Arrival[] arrivals)
    {
        var status = engine.Status[0];
        WrongOutputException.Unless(null, status.Fault, "fault of the rule");
        WrongOutputException.Unless(arrivals.LongCount(a => a.Repeated), engine.Duplicates, "duplicates");
        WrongOutputException.Unless(arrivals.LongCount(a => !a.Repeated), engine.Accepted, "readings taken");
        WrongOutputException.Unless(
            0,
            status.Late + status.Forced + status.Waiting,
            "late, forced or waiting readings"
        );
    }

    /// <summary>The detections, as lines that a hand-written loop can make too.</summary>
    public IEnumerable<Alarm> Alarms() =>
        Outputs.Select(o => (Detection)o.Event).Select(d => new Alarm(d.Kind, d.At.Micros, d.Key[^1].Value.Text));
}

/// <summary>What a rule says, stripped to what the loops compare.</summary>
internal readonly record struct Alarm(DetectionKind Kind, long At, string Room);
