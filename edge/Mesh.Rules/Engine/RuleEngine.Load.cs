using Mesh.Rules.Compiled;
using Mesh.Rules.Index;
using Mesh.Rules.Yaml;

namespace Mesh.Rules;

// Which rules run. A rule of the same id and hash keeps its state; anything else starts fresh, from the latest values.
// What has not changed is left where it stands, so that one rule more among thousands costs that rule.
public sealed partial class RuleEngine
{
    private readonly Dictionary<string, RunningRule> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<RunningRule>> _producers = new(StringComparer.Ordinal);
    private readonly HashSet<SensorIndex> _unsettled = [];
    private readonly HashSet<RunningRule> _changed = [];
    private long _loads;

    /// <summary>
    /// Makes these the rules that run. Open episodes of rules that are changed or removed are cleared with the reason
    /// <c>reload</c>. New rules start at the clock's present instant, with the next input.
    /// </summary>
    /// <exception cref="ArgumentException">Two rules of one id, or derived readings that go in a circle.</exception>
    public RuleChanges Load(IReadOnlyList<CompiledRule> rules)
    {
        var running = Known(rules);
        _loads++;
        Check(rules, running);
        var (kept, started, removed) = (new List<RuleChange>(), new List<RuleChange>(), new List<RuleChange>());
        var fresh = new List<RunningRule>();
        for (var i = 0; i < rules.Count; i++)
        {
            var (rule, known) = (rules[i], running[i]);
            if (known is { Fault: null } && (ReferenceEquals(known.Rule, rule) || known.Rule.Hash == rule.Hash))
            {
                Adopt(known, rule);
                kept.Add(known.Kept);
            }
            else
            {
                var reason =
                    known is null ? "new"
                    : known.Fault is not null ? "started again after a fault"
                    : "its stateful part has changed";
                if (known is not null)
                {
                    Retire(known);
                }

                running[i] = known = Make(rule);
                fresh.Add(known);
                started.Add(new RuleChange(rule.Id, reason));
            }
        }

        foreach (var rule in _rules)
        {
            if (rule.Load != _loads && _byId.GetValueOrDefault(rule.Rule.Id) == rule)
            {
                Retire(rule);
                _byId.Remove(rule.Rule.Id);
                removed.Add(new RuleChange(rule.Rule.Id, "no longer in the rules"));
            }
        }

        _rules = [.. running.Select(r => r!)];
        Arrange(fresh);
        return new RuleChanges(kept, started, removed);
    }

    // Those that run under the ids; nearly always they are the same, in the same places, and need not be looked up.
    private RunningRule?[] Known(IReadOnlyList<CompiledRule> rules)
    {
        var known = new RunningRule?[rules.Count];
        var place = 0;
        for (var i = 0; i < known.Length; i++)
        {
            if (place < _rules.Count && ReferenceEquals(_rules[place].Rule, rules[i]))
            {
                known[i] = _rules[place++];
            }
            else if (_byId.TryGetValue(rules[i].Id, out known[i]))
            {
                // Others may have gone before it.
                var found = _rules.IndexOf(known[i]!, place, Math.Min(2, _rules.Count - place));
                place = found < 0 ? place : found + 1;
            }
        }

        return known;
    }

    private void Check(IReadOnlyList<CompiledRule> rules, RunningRule?[] known)
    {
        var problems = new Diagnostics();
        DerivedOrder.Check(rules, problems);
        if (problems.HasErrors)
        {
            throw new ArgumentException(problems.Items[0].ToString(), nameof(rules));
        }

        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < known.Length; i++)
        {
            var isTwice = known[i] is { } rule ? rule.Load == _loads : !ids.Add(rules[i].Id);
            if (isTwice)
            {
                throw new ArgumentException($"Two rules have the id '{rules[i].Id}'.", nameof(rules));
            }

            known[i]?.Load = _loads;
        }
    }

    private RunningRule Make(CompiledRule rule)
    {
        var running = new RunningRule(rule, _clock, _limits)
        {
            Shared = rule.Layout.By.Count > 0 ? _sharedKeys : null,
            ByNumber = rule.Layout.By.Count > 0 ? _sharedKeys.NumberOf(rule.Layout.By) : -1,
            OnAside = SetAside,
            OnDerived = (producer, reading) => _derived.Enqueue((producer, reading)),
        };
        running.Subscribe(_outputs);
        running.Load = _loads;
        _allStarted = false;
        _byId[rule.Id] = running;
        Produce(running);
        _changed.Add(running);
        return running;
    }

    private void Adopt(RunningRule running, CompiledRule rule)
    {
        if (ReferenceEquals(running.Rule, rule))
        {
            return;
        }

        Cease(running);
        running.Adopt(rule);
        Produce(running);
        _changed.Add(running);
        if (!running.Resubscribe(_options.BringsAll))
        {
            Leave(running);
            Enter(running);
        }
    }

    private void Retire(RunningRule rule)
    {
        rule.ClearAll("reload");
        Leave(rule);
        Cease(rule);
        foreach (var consumer in rule.Derived.Consumers)
        {
            consumer.Unfollow(rule);
            consumer.Awaits = default;
            _changed.Add(consumer);
        }

        rule.UnfollowAll();
        rule.Awaits = default;
        rule.Fault ??= "removed";
        _dueRules.Remove(rule);
        _changed.Remove(rule);
    }

    // Rules that have come get a place, and those whose outlook has changed look again, in their order.
    private void Arrange(List<RunningRule> fresh)
    {
        if (TryPlace())
        {
            fresh.ForEach(Enter);
        }
        else
        {
            PlaceAll();
        }

        SettleIndex();
        foreach (var rule in _changed)
        {
            Follow(rule);
        }

        var changed = _changed.ToArray();
        _changed.Clear();
        Array.Sort(changed, static (a, b) => a.Ordinal.CompareTo(b.Ordinal));
        Array.ForEach(changed, Progress);
    }

    private void Produce(RunningRule rule)
    {
        foreach (var sensor in rule.Rule.IsProducer ? rule.Rule.Produces : [])
        {
            if (!_producers.TryGetValue(sensor, out var producers))
            {
                _producers.Add(sensor, producers = []);
            }

            producers.Add(rule);
        }
    }

    private void Cease(RunningRule rule)
    {
        foreach (var sensor in rule.Rule.IsProducer ? rule.Rule.Produces : [])
        {
            if (_producers.TryGetValue(sensor, out var producers) && producers.Remove(rule) && producers.Count == 0)
            {
                _producers.Remove(sensor);
            }
        }
    }

    // The rule follows those that derive what it takes, and is followed by those that take what it derives.
    private void Follow(RunningRule rule)
    {
        foreach (var sensor in rule.Rule.IsProducer ? rule.Rule.Produces : [])
        {
            foreach (var consumer in _index.TryGetValue(sensor, out var index) ? index.All : [])
            {
                consumer.Rule.Follow(rule);
            }
        }

        foreach (var subscription in _producers.Count > 0 ? rule.Subscriptions : [])
        {
            foreach (var producer in _producers.GetValueOrDefault(subscription.Plan.Sensor) ?? [])
            {
                rule.Follow(producer);
            }
        }
    }
}
