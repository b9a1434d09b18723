using Mesh.Rules.Compiled;
using Mesh.Rules.Index;
using Mesh.Rules.Running;

namespace Mesh.Rules;

// How the engine's index knows the rule.
internal sealed partial class RunningRule
{
    private Subscription[] _subscriptions = [];

    /// <summary>The number of the <see cref="RuleEngine.Load"/> that named it last.</summary>
    public long Load { get; set; }

    /// <summary>What a load says that leaves it as it is.</summary>
    public RuleChange Kept => field ??= new RuleChange(Rule.Id, "same id and hash");

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

    /// <summary>As made last.</summary>
    public IReadOnlyList<Subscription> Subscriptions => _subscriptions;

    /// <summary>One subscription per sensor; those made before are worth nothing any more.</summary>
    /// <param name="all">Every reading is wanted, whatever the condition says.</param>
    public IReadOnlyList<Subscription> Subscribe(bool all)
    {
        CountMatches();
        return _subscriptions = [
            .. Layout.Sensors.Select(sensor =>
            {
                var terms = TermsOf(sensor, all);
                var settled = Rule is { Lateness: 0, Body: EachBody } && terms is [{ IsAll: true }];
                return new Subscription(this, sensor)
                {
                    Order = (int)Ordinal,
                    Terms = terms,
                    IsSettled = settled,
                    IsPlain = settled && IsPlain,
                };
            }),
        ];
    }

    /// <summary>
    /// After <see cref="Adopt"/>: the subscriptions made last go on. False, and nothing is done, when the rule asks for
    /// something else.
    /// </summary>
    public bool Resubscribe(bool all)
    {
        if (_subscriptions.Length != Layout.Sensors.Count)
        {
            return false;
        }

        for (var i = 0; i < _subscriptions.Length; i++)
        {
            var (old, sensor) = (_subscriptions[i], Layout.Sensors[i]);
            if (sensor.Sensor != old.Plan.Sensor || !FilterTerm.Same(old.Terms, TermsOf(sensor, all)))
            {
                return false;
            }
        }

        CountMatches();
        for (var i = 0; i < _subscriptions.Length; i++)
        {
            _subscriptions[i].Adopt(Layout.Sensors[i]);
            _subscriptions[i].IsPlain = _subscriptions[i].IsSettled && IsPlain;
        }

        return true;
    }

    private IReadOnlyList<FilterTerm>? TermsOf(SensorPlan sensor, bool all) =>
        all ? null : Rule.Body.Wants(Rule, sensor);

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
