using Mesh.Rules.Index;
using Mesh.Rules.Running;

namespace Mesh.Rules;

// How the engine's index knows the rule.
internal sealed partial class RunningRule
{
    private Subscription[] _subscriptions = [];
    private (CompiledRule Rule, bool All, IReadOnlyList<FilterTerm>?[] Terms)? _terms;

    /// <summary>The index has found that the reading being applied satisfies the rule's condition.</summary>
    public bool IsSettled { get; private set; }

    /// <summary>What it has met, together with what the index has answered for it.</summary>
    public RuleCounters Counters
    {
        get
        {
            CountMatches();
            return _counters;
        }
    }

    /// <summary>One subscription per sensor; those made before are worth nothing any more.</summary>
    /// <param name="order">The place of the rule among all.</param>
    /// <param name="all">Every reading is wanted, whatever the condition says.</param>
    /// <param name="terms">Per sensor, what a reading must satisfy; null for every reading.</param>
    public IReadOnlyList<Subscription> Subscribe(int order, bool all, out IReadOnlyList<FilterTerm>?[] terms)
    {
        CountMatches();
        terms = TermsOf(all);
        var subscriptions = new Subscription[Layout.Sensors.Count];
        for (var i = 0; i < subscriptions.Length; i++)
        {
            var settled = Rule is { Lateness: 0, Body: EachBody } && terms[i] is [{ IsAll: true }];
            subscriptions[i] = new Subscription(this, Layout.Sensors[i], order)
            {
                IsSettled = settled,
                IsPlain = settled && IsPlain,
            };
        }

        return _subscriptions = subscriptions;
    }

    // They follow from the compiled rule, so that loading one rule more does not work out those of all again.
    private IReadOnlyList<FilterTerm>?[] TermsOf(bool all)
    {
        if (_terms is not { } known || !ReferenceEquals(known.Rule, Rule) || known.All != all)
        {
            known = (Rule, all, [.. Layout.Sensors.Select(s => all ? null : Rule.Body.Wants(Rule, s))]);
            _terms = known;
        }

        return known.Terms;
    }

    /// <summary>A source of its sensors has come, whose readings are brought to it only where they matter.</summary>
    public void Meet(Source source) => Join(source);

    private bool IsPlain =>
        !_needsKeys && Layout.By.Count == 0 && Layout.Lets.Count == 0 && Rule.Then.Count == 0 && Fault is null;

    private void CountMatches()
    {
        foreach (var subscription in _subscriptions)
        {
            _counters.Seen += subscription.Matches;
            _counters.Outputs += subscription.Matches;
            subscription.Matches = 0;
        }
    }

    // A rule that was restored as faulted has stopped.
    private void StopMatches()
    {
        foreach (var subscription in _subscriptions)
        {
            subscription.IsPlain &= Fault is null;
        }
    }
}
