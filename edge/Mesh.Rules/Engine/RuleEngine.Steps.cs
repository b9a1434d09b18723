using Mesh.Contracts;

namespace Mesh.Rules;

// The wall clock was set while the node ran. Durations are elapsed time, so a step is to those that wait what an outage
// is: it does not count.
public sealed partial class RuleEngine
{
    /// <summary>
    /// Live: the wall clock was put forward, or (<see cref="ClockStep.To"/> before <see cref="ClockStep.From"/>) it was
    /// wrong and is set back. To be called before the first <see cref="Tick"/> after it. In a recording it does nothing.
    /// </summary>
    public void Stepped(ClockStep step)
    {
        if (_options.Clock != ClockKind.Live || !_clock.IsKnown)
        {
            return;
        }

        if (step.To < step.From)
        {
            StartOver(step.To);
            return;
        }

        var since = Math.Max(step.From.Micros, _clock.Micros);
        foreach (var rule in _rules.Where(r => r.IsStarted && r.Fault is null && step.To.Micros > since))
        {
            if (Guard(rule, () => rule.Stepped(since, step.To.Micros)))
            {
                Progress(rule);
            }
        }
    }

    // What is pending has times of a clock that was wrong. Rules begin again, from the latest values.
    private void StartOver(Timestamp at)
    {
        var rules = _rules.ConvertAll(r => r.Rule);
        Load([]);
        _clock.Micros = at.Micros;
        foreach (var source in _sources.Values)
        {
            source.Highest = Math.Min(source.Highest, at.Micros);
        }

        Load(rules);
    }
}
