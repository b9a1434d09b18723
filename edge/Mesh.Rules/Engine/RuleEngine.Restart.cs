using Mesh.Contracts;
using Mesh.Rules.Running;

namespace Mesh.Rules;

// After a start, sources send what they kept while the node was down. Those that have come to the present again need not
// be waited for.
public sealed partial class RuleEngine
{
    private readonly HashSet<Source> _catchingUp = [];
    private long _presentFrom;

    /// <summary>
    /// Live: the node was down until <paramref name="to"/>, since <paramref name="from"/> or since the clock's present
    /// instant, whichever is later. To be called when all state is restored, before the first <see cref="Tick"/> after
    /// the start. In a recording down time is zero, and this does nothing.
    /// </summary>
    public void Restarted(Timestamp from, Timestamp to)
    {
        var since = Math.Max(from.Micros, _clock.Micros);
        if (_options.Clock != ClockKind.Live || !_clock.IsKnown || to.Micros < since)
        {
            return;
        }

        _presentFrom = to.Micros;
        _catchingUp.Clear();
        _catchingUp.UnionWith(_sources.Values.Where(s => s is { Alive: true, Ended: false }));
        foreach (var rule in _rules.Where(r => r.IsStarted && r.Fault is null))
        {
            if (Guard(rule, () => rule.Restarted(since, to.Micros)))
            {
                Progress(rule);
            }
        }

        if (_catchingUp.Count == 0)
        {
            EndCatchingUp();
        }
    }

    // A source has come to an instant, or is gone.
    private void CaughtUp(Source source, long at)
    {
        if (_catchingUp.Count > 0 && at >= _presentFrom && _catchingUp.Remove(source) && _catchingUp.Count == 0)
        {
            EndCatchingUp();
        }
    }

    private void EndCatchingUp()
    {
        foreach (var rule in _rules)
        {
            if (rule.Rule.Lateness > 0 && rule.Fault is null)
            {
                rule.Release();
                Progress(rule);
            }
        }
    }

    private void SaveCatchingUp(StateWriter state)
    {
        state.Number(_presentFrom);
        state.Count(_catchingUp.Count);
        foreach (var source in _catchingUp.OrderBy(s => s.Name, StringComparer.Ordinal))
        {
            state.Text(source.Name);
        }
    }

    private void RestoreCatchingUp(StateReader state)
    {
        _presentFrom = state.Number();
        _catchingUp.Clear();
        for (var left = state.Count(); left > 0; left--)
        {
            _catchingUp.Add(SourceOf(state.RequiredText()));
        }
    }
}
