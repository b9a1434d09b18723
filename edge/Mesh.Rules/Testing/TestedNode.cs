using Mesh.Contracts;
using Mesh.Rules.Explaining;

namespace Mesh.Rules.Testing;

/// <summary>A node as a test sees it: the engine, its clock in virtual time, its sources, and what rules have said.</summary>
internal sealed class TestedNode
{
    private readonly RuleTest _test;
    private readonly RuleEngineOptions _options;
    private readonly string[] _sources;
    private readonly List<RuleOutput> _drained = [];
    private readonly ExplainOptions? _followed;
    private readonly TestCoverage? _coverage;
    private RuleEngine _engine;
    private IReadOnlyList<CompiledRule> _rules;
    private readonly List<TableEvent> _tables = [];
    private TimeSpan _clockError;
    private SteadyClock _clock = new();

    /// <param name="test">What happens to the node.</param>
    /// <param name="followed">The rule and key whose steps are kept, for an explanation.</param>
    /// <param name="coverage">What is measured, if anything.</param>
    public TestedNode(RuleTest test, ExplainOptions? followed = null, TestCoverage? coverage = null)
    {
        _coverage = coverage;
        _followed = followed;
        _test = test;
        _rules = test.Rules;
        _sources = [.. test.Feed.Select(f => f.Via).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        _sources = _sources.Length == 0 ? [FeedReader.DefaultVia] : _sources;

        // Whoever asks why nothing came of a reading, or what was judged, must not miss what an index answers.
        _options = new RuleEngineOptions
        {
            Clock = test.Clock,
            ExpectedSources = _sources,
            BringsAll = followed is not null || coverage is not null,
        };
        _engine = new RuleEngine(_options);
        _engine.Load(_rules);
        Follow();
    }

    public RuleTest Test => _test;

    /// <summary>The steps of the followed rule and key; null when there is no such rule any more.</summary>
    public TraceMemory? Told { get; private set; }

    /// <summary>The followed rule.</summary>
    public RunningRule? Running => _followed is null ? null : _engine.Running(_followed.Rule);

    /// <summary>What the tested rules have said.</summary>
    public List<RuleOutput> Outputs { get; } = [];

    /// <summary>Rules that stopped, and why.</summary>
    public IEnumerable<string> Faults =>
        _engine.Status.Where(s => s.Fault is not null).Select(s => $"the rule '{s.Rule}' stopped: {s.Fault}");

    /// <summary>Everything due by then happens.</summary>
    public void AdvanceTo(Timestamp at)
    {
        if (_test.Clock == ClockKind.Live)
        {
            var reading = Clock(at);
            if (reading.Step is { } step)
            {
                _engine.Stepped(step);
            }

            _engine.Tick(reading.Now);
        }
        else
        {
            foreach (var source in _sources)
            {
                _engine.Mark(source, at, final: false);
            }
        }

        Drain();
    }

    public void Take(FedReading fed, Timestamp at)
    {
        var reading = fed.Reading.Numbered(fed.Reading.Boot, fed.Reading.Seq);
        reading.Received = _test.Clock == ClockKind.Live ? Clock(at).Now : at;
        Told?.Current = reading;
        _engine.Offer(fed.Via, reading);
        Told?.Current = null;
        Drain();
    }

    public void Do(TestEvent happens)
    {
        switch (happens)
        {
            case RestartEvent restart:
                Restart();
                var down = Clock(restart.At).Now;
                _clock = new SteadyClock(down);
                _engine.Restarted(down, Clock(restart.End).Now);
                AdvanceTo(restart.End);
                break;
            case ClockEvent clock:
                _clockError += clock.By;
                AdvanceTo(clock.At);
                break;
            case ReloadEvent reload:
                Load(TestRules.Needed(reload.Rules, _test.Tested.ToHashSet(StringComparer.Ordinal)));
                break;
            case DeleteEvent delete:
                Load([.. _rules.Where(r => !delete.Rules.Contains(r.Id, StringComparer.Ordinal))]);
                break;
            case TableEvent table:
                _tables.Add(table);
                Change(table);
                break;
            case SourceEvent source:
                _engine.SourceAlive(source.Via, source.Alive);
                break;
        }

        Drain();
    }

    /// <summary>The final mark of every source.</summary>
    public void End(Timestamp until)
    {
        AdvanceTo(until);
        foreach (var source in _sources)
        {
            _engine.Mark(source, _engine.Clock > until ? _engine.Clock : until, final: true);
        }

        Drain();
    }

    private ClockReading Clock(Timestamp at) => _clock.Read(at + _clockError, at - Timestamp.MinValue);

    // A rule that comes starts with the next input; here that is now.
    private void Load(IReadOnlyList<CompiledRule> rules)
    {
        _rules = rules;
        _engine.Load(rules);
        Follow();
        if (_test.Clock == ClockKind.Live)
        {
            _engine.Tick(_engine.Clock);
        }
    }

    private void Restart()
    {
        using var saved = new MemoryStream();
        using (var writer = new BinaryWriter(saved, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            _engine.SaveCore(writer);
            foreach (var rule in _rules)
            {
                _engine.SaveRule(rule.Id, writer);
            }
        }

        saved.Position = 0;
        using var reader = new BinaryReader(saved);
        _engine = new RuleEngine(_options);
        _engine.Load(_rules);
        Follow();
        _engine.RestoreCore(reader);
        foreach (var rule in _rules)
        {
            if (!_engine.RestoreRule(rule.Id, reader))
            {
                throw new InvalidDataException($"The rule '{rule.Id}' does not take its own state back.");
            }
        }
    }

    private void Follow()
    {
        foreach (var measured in _rules)
        {
            _engine.Running(measured.Id)!.Evaluation.Witness = _coverage?.WitnessOf(measured);
        }

        if (_followed is not null && Running is { } rule && (Told is null || !rule.IsTraced))
        {
            Told = new TraceMemory(rule, _followed);
        }
    }

    // A file that was changed stays so over a restart.
    private void Change(TableEvent table)
    {
        var changed = _engine.ChangeTable(
            table.Table,
            rows => table.Cells.Aggregate(rows, (t, c) => t.With(c.Key, c.Column, c.Value))
        );
        if (changed == 0)
        {
            throw new InvalidDataException($"No rule has a table '{table.Table}'.");
        }
    }

    private void Drain()
    {
        _drained.Clear();
        _engine.DrainOutputs(_drained);
        foreach (var output in _drained)
        {
            if (OutputText.Rule(output) is { } rule && _test.Tested.Contains(rule, StringComparer.Ordinal))
            {
                Outputs.Add(output);
            }
        }
    }
}
