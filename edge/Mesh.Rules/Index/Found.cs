namespace Mesh.Rules.Index;

/// <summary>
/// The rules to which one reading is brought, used again for the next. A reading that is derived while another is being
/// brought to its rules has its part behind that of the other.
/// </summary>
internal struct Found()
{
    /// <summary>Up to so many are put in order by insertion.</summary>
    private const int Few = 16;

    // Their places among all rules stand by themselves, so that putting them in order touches no rule.
    private int[] _orders = new int[16];
    private Subscription[] _rules = new Subscription[16];

    public int Count { get; private set; }

    public readonly Subscription this[int index] => _rules[index];

    public void Add(int order, Subscription rule)
    {
        var at = Count;
        if (at == _rules.Length)
        {
            Grow(at * 2);
        }

        _orders[at] = order;
        _rules[at] = rule;
        Count = at + 1;
    }

    public void Add(ReadOnlySpan<int> orders, ReadOnlySpan<Subscription> rules)
    {
        var count = Count + rules.Length;
        if (count > _rules.Length)
        {
            Grow(Math.Max(count, _rules.Length * 2));
        }

        orders.CopyTo(_orders.AsSpan(Count));
        rules.CopyTo(_rules.AsSpan(Count));
        Count = count;
    }

    /// <summary>From <paramref name="first"/> on: in the order of the rules, each once.</summary>
    public void Order(int first)
    {
        var orders = _orders.AsSpan(first, Count - first);
        if (IsOrdered(orders))
        {
            return;
        }

        var rules = _rules.AsSpan(first, Count - first);
        if (orders.Length > Few)
        {
            orders.Sort(rules);
        }
        else
        {
            SortFew(orders, rules);
        }

        var kept = 1;
        for (var i = 1; i < orders.Length; i++)
        {
            if (orders[kept - 1] != orders[i])
            {
                (orders[kept], rules[kept]) = (orders[i], rules[i]);
                kept++;
            }
        }

        Count = first + kept;
    }

    public void Back(int count) => Count = count;

    private void Grow(int size)
    {
        Array.Resize(ref _orders, size);
        Array.Resize(ref _rules, size);
    }

    private static bool IsOrdered(ReadOnlySpan<int> orders)
    {
        for (var i = 1; i < orders.Length; i++)
        {
            if (orders[i - 1] >= orders[i])
            {
                return false;
            }
        }

        return true;
    }

    private static void SortFew(Span<int> orders, Span<Subscription> rules)
    {
        for (var i = 1; i < orders.Length; i++)
        {
            var (order, rule, at) = (orders[i], rules[i], i);
            for (; at > 0 && orders[at - 1] > order; at--)
            {
                (orders[at], rules[at]) = (orders[at - 1], rules[at - 1]);
            }

            (orders[at], rules[at]) = (order, rule);
        }
    }
}
