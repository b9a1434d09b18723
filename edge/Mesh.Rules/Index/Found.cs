namespace Mesh.Rules.Index;

/// <summary>
/// The rules to which one reading is brought, used again for the next. A reading that is derived while another is being
/// brought to its rules has its part behind that of the other.
/// </summary>
internal struct Found()
{
    private Subscription[] _rules = new Subscription[16];

    public int Count { get; private set; }

    public readonly Subscription this[int index] => _rules[index];

    public void Add(Subscription rule)
    {
        if (Count == _rules.Length)
        {
            Array.Resize(ref _rules, Count * 2);
        }

        _rules[Count++] = rule;
    }

    public void Add(Subscription[] rules)
    {
        foreach (var rule in rules)
        {
            Add(rule);
        }
    }

    /// <summary>From <paramref name="first"/> on: in the order of the rules, each once.</summary>
    public void Order(int first)
    {
        var found = _rules.AsSpan(first, Count - first);
        if (found.Length > 32)
        {
            found.Sort(static (a, b) => a.Order.CompareTo(b.Order));
        }
        else
        {
            SortFew(found);
        }

        var kept = 0;
        for (var i = 0; i < found.Length; i++)
        {
            if (kept == 0 || found[kept - 1] != found[i])
            {
                found[kept++] = found[i];
            }
        }

        Count = first + kept;
    }

    public void Back(int count) => Count = count;

    private static void SortFew(Span<Subscription> found)
    {
        for (var i = 1; i < found.Length; i++)
        {
            var (item, at) = (found[i], i);
            for (; at > 0 && found[at - 1].Order > item.Order; at--)
            {
                found[at] = found[at - 1];
            }

            found[at] = item;
        }
    }
}
