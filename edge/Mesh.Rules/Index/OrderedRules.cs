namespace Mesh.Rules.Index;

/// <summary>Rules in their order; those that come and go do so all at once, at <see cref="Settle"/>.</summary>
internal sealed class OrderedRules
{
    private readonly List<Subscription> _rules = [];
    private bool _hasGone;
    private bool _isMixed;

    public int Count => _rules.Count;

    public List<Subscription> All => _rules;

    public void Add(Subscription rule)
    {
        _isMixed |= _rules.Count > 0 && _rules[^1].Order > rule.Order;
        _rules.Add(rule);
    }

    /// <summary>Some rule of it is gone.</summary>
    public void Touch() => _hasGone = true;

    /// <summary>Takes out what is gone and puts the others in order.</summary>
    public void Settle()
    {
        if (_hasGone)
        {
            _rules.RemoveAll(static r => r.IsGone);
        }

        if (_isMixed)
        {
            _rules.Sort(static (a, b) => a.Order.CompareTo(b.Order));
        }

        _rules.TrimExcess();
        (_hasGone, _isMixed) = (false, false);
    }
}
