using System.Reactive.Subjects;
using Mesh.Contracts;
using Mesh.Rules.Running;

namespace Mesh.Rules.Code;

/// <summary>
/// The running query of a rule in code, and the readings of its horizon, from which it is built again: Rx operators
/// have no state that can be saved.
/// </summary>
internal sealed class CodeState : BodyState, IDisposable
{
    /// <summary>Readings kept for building again; beyond, the oldest is forgotten.</summary>
    private const int MostReadings = 100_000;

    private readonly Queue<(long At, Reading Reading)> _remembered = new();
    private readonly Subject<Reading> _readings = new();
    private readonly List<Detection> _said = [];
    private readonly IDisposable _query;
    private readonly long _startedAt;
    private readonly RuleTime _time;
    private Exception? _error;

    public CodeState(CodeRule rule, long startedAt)
    {
        _startedAt = startedAt;
        _time = new RuleTime(startedAt);
        _query = rule.Build(_readings, _time).Subscribe(_said.Add, e => _error = e);
    }

    public override long Due => _time.Next;

    /// <summary>Runs what is due by the instant, then takes the reading.</summary>
    public void Take(long at, Reading reading, TimeSpan horizon)
    {
        _time.MoveTo(at);
        Remember(at, reading, CompiledRule.Micros(horizon));
        _readings.OnNext(reading);
        _time.MoveTo(at);
    }

    public void MoveTo(long at) => _time.MoveTo(at);

    /// <summary>What the query said since the last call.</summary>
    /// <exception cref="InvalidOperationException">The query has ended with an error.</exception>
    public IReadOnlyList<Detection> Drain()
    {
        if (_error is not null)
        {
            throw new InvalidOperationException(
                $"the query ended with {_error.GetType().Name}: {_error.Message}",
                _error
            );
        }

        if (_said.Count == 0)
        {
            return [];
        }

        var said = _said.ToArray();
        _said.Clear();
        return said;
    }

    public override void Save(StateWriter writer)
    {
        writer.Number(_startedAt);
        writer.Number(Timestamp.From(_time.Clock).Micros);
        writer.Count(_remembered.Count);
        foreach (var (at, reading) in _remembered)
        {
            writer.Number(at);
            writer.Reading(reading);
        }
    }

    /// <summary>Builds the query again from what it has seen; nothing is said twice.</summary>
    public static CodeState Restore(CodeRule rule, StateReader reader)
    {
        var state = new CodeState(rule, reader.Number());
        var now = reader.Number();
        for (var left = reader.Count(MostReadings); left > 0; left--)
        {
            var at = reader.Number();
            state.Take(at, reader.RequiredReading(), rule.Horizon);
        }

        state.MoveTo(now);
        state._said.Clear();
        return state;
    }

    public void Dispose() => _query.Dispose();

    private void Remember(long at, Reading reading, long horizon)
    {
        _remembered.Enqueue((at, reading));
        while (_remembered.Count > MostReadings || _remembered.Peek().At < at - horizon)
        {
            _remembered.Dequeue();
        }
    }
}
