using Mesh.Rules.Compiled;
using Mesh.Rules.Yaml;

namespace Mesh.Rules;

// Which rules run. A rule of the same id and hash keeps its state; anything else starts fresh, from the latest values.
public sealed partial class RuleEngine
{
    /// <summary>
    /// Makes these the rules that run. Open episodes of rules that are changed or removed are cleared with the reason
    /// <c>reload</c>. New rules start at the clock's present instant, with the next input.
    /// </summary>
    /// <exception cref="ArgumentException">Two rules of one id, or derived readings that go in a circle.</exception>
    public RuleChanges Load(IReadOnlyList<CompiledRule> rules)
    {
        var problems = new Diagnostics();
        DerivedOrder.Check(rules, problems);
        if (problems.HasErrors)
        {
            throw new ArgumentException(problems.Items[0].ToString(), nameof(rules));
        }

        var old = _rules.ToDictionary(r => r.Rule.Id, StringComparer.Ordinal);
        var (kept, started, removed) = (new List<RuleChange>(), new List<RuleChange>(), new List<RuleChange>());
        var next = new List<RunningRule>(rules.Count);
        foreach (var rule in rules)
        {
            if (old.Remove(rule.Id, out var running) && running.Rule.Hash == rule.Hash && running.Fault is null)
            {
                running.Adopt(rule);
                next.Add(running);
                kept.Add(new RuleChange(rule.Id, "same id and hash"));
                continue;
            }

            var reason =
                running is null ? "new"
                : running.Fault is not null ? "started again after a fault"
                : "its stateful part has changed";
            if (running is not null)
            {
                Retire(running);
            }

            next.Add(Make(rule));
            started.Add(new RuleChange(rule.Id, reason));
        }

        foreach (var running in old.Values.OrderBy(r => r.Ordinal))
        {
            Retire(running);
            removed.Add(new RuleChange(running.Rule.Id, "no longer in the rules"));
        }

        _rules = next;
        BuildIndex();
        FollowProducers();
        Renumber();
        return new RuleChanges(kept, started, removed);
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
        _allStarted = false;
        return running;
    }

    private void Retire(RunningRule rule)
    {
        rule.ClearAll("reload");
        foreach (var consumer in rule.Derived.Consumers)
        {
            consumer.Unfollow(rule);
        }

        foreach (var producer in _rules)
        {
            producer.Derived.Consumers.Remove(rule);
        }

        rule.Awaits = default;
        rule.Fault ??= "removed";
        _dueRules.Remove(rule);
    }

    // Rules due at the same instant run in the order in which they are loaded.
    private void Renumber()
    {
        for (var i = 0; i < _rules.Count; i++)
        {
            var rule = _rules[i];
            _dueRules.Remove(rule);
            // What it waits for is noted again below, or the clock would no more wake a rule that is kept.
            rule.Awaits = default;
            rule.Ordinal = i;
        }

        foreach (var rule in _rules)
        {
            Progress(rule);
        }
    }

    private void FollowProducers()
    {
        foreach (var producer in _rules)
        {
            foreach (var sensor in producer.Rule.Produces)
            {
                foreach (var consumer in _index.TryGetValue(sensor, out var index) ? index.All : [])
                {
                    consumer.Rule.Follow(producer);
                }
            }
        }
    }
}
