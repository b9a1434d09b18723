using Mesh.Rules.Index;

namespace Mesh.Rules;

// The places of rules: those due at the same instant run, and readings come to them, in the order in which they are
// loaded. Places have room between them, so that a rule in the middle moves no other.
public sealed partial class RuleEngine
{
    private const int Room = 1 << 10;

    // False when there is no room where a rule has come, or rules have changed places.
    private bool TryPlace()
    {
        var last = 0L;
        for (var i = 0; i < _rules.Count; i++)
        {
            if (_rules[i].Ordinal > 0)
            {
                if (_rules[i].Ordinal <= last)
                {
                    return false;
                }

                last = _rules[i].Ordinal;
                continue;
            }

            var end = i + 1;
            while (end < _rules.Count && _rules[end].Ordinal == 0)
            {
                end++;
            }

            var step = end == _rules.Count ? Room : (_rules[end].Ordinal - last) / (end - i + 1);
            if (step <= 0 || last + (step * (end - i)) > int.MaxValue)
            {
                return false;
            }

            for (; i < end; i++)
            {
                _rules[i].Ordinal = last += step;
            }

            i--;
        }

        return true;
    }

    private void PlaceAll()
    {
        var step = Math.Max(1, Math.Min(Room, int.MaxValue / (_rules.Count + 1)));
        for (var i = 0; i < _rules.Count; i++)
        {
            var rule = _rules[i];
            _dueRules.Remove(rule);
            // What it waits for is noted again, or the clock would no more wake a rule that is kept.
            rule.Awaits = default;
            rule.Ordinal = (i + 1L) * step;
            _changed.Add(rule);
        }

        _index.Clear();
        _unsettled.Clear();
        _rules.ForEach(Enter);
    }

    // Its sensors' readings come to the rule once the index is settled.
    private void Enter(RunningRule rule)
    {
        foreach (var subscription in rule.Subscribe(_options.BringsAll))
        {
            var sensor = subscription.Plan.Sensor;
            if (!_index.TryGetValue(sensor, out var index))
            {
                _index.Add(sensor, index = new SensorIndex());
            }

            index.Add(subscription);
            _unsettled.Add(index);
        }
    }

    private void Leave(RunningRule rule)
    {
        foreach (var subscription in rule.Subscriptions)
        {
            if (_index.TryGetValue(subscription.Plan.Sensor, out var index))
            {
                index.Remove(subscription);
                _unsettled.Add(index);
            }
        }
    }

    private void SettleIndex()
    {
        foreach (var index in _unsettled)
        {
            index.Settle();
        }

        _unsettled.Clear();
        foreach (var (sensor, index) in _index)
        {
            if (index.All.Count == 0)
            {
                _index.Remove(sensor);
            }
        }
    }
}
