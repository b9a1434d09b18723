using Mesh.Contracts;
using Mesh.Rules.Expressions;

namespace Mesh.Rules.Index;

/// <summary>
/// Rules that compare one part of a reading with a limit, easiest limit first: those that a reading satisfies are a
/// prefix, and finding them costs what there are, plus a search. Where that is a good part of all, they are picked from
/// a second list, in the order of the rules, so that they need not be sorted.
/// </summary>
internal sealed class RangeList(ReadingPart part, bool above)
{
    /// <summary>Picking from all costs about an eighth of sorting what is found, per rule.</summary>
    private const int PickFrom = 8;

    private readonly List<(double Limit, Subscription Rule)> _added = [];
    private double[] _limits = [];
    private int[] _orders = [];
    private Subscription[] _rules = [];
    private double[] _limitsInOrder = [];
    private int[] _ordersInOrder = [];
    private Subscription[] _rulesInOrder = [];

    public bool Is(RangeTerm term) => term.Part == part && term.Above == above;

    /// <summary>From the next <see cref="Sort"/> on.</summary>
    public void Add(RangeTerm term, Subscription rule)
    {
        // "At least" is "more than the number just below".
        var limit = Key(term.Limit);
        _added.Add((term.Inclusive ? Math.BitDecrement(limit) : limit, rule));
    }

    public void Sort()
    {
        _added.Sort(static (a, b) => a.Rule.Order.CompareTo(b.Rule.Order));
        _limitsInOrder = [.. _added.Select(a => a.Limit)];
        _ordersInOrder = [.. _added.Select(a => a.Rule.Order)];
        _rulesInOrder = [.. _added.Select(a => a.Rule)];
        _added.Sort(
            static (a, b) => a.Limit != b.Limit ? a.Limit.CompareTo(b.Limit) : a.Rule.Order.CompareTo(b.Rule.Order)
        );
        _limits = [.. _added.Select(a => a.Limit)];
        _orders = [.. _added.Select(a => a.Rule.Order)];
        _rules = [.. _added.Select(a => a.Rule)];
        _added.Clear();
        _added.TrimExcess();
    }

    public void Find(Reading reading, ref Found found)
    {
        var value = part.Of(reading);
        if (value.Kind != ValueKind.Number)
        {
            return;
        }

        var key = Key(value.Number);
        var count = Below(key);
        if (count > PickFrom && count * PickFrom >= _limits.Length)
        {
            Pick(key, ref found);
        }
        else if (count > 0)
        {
            found.Add(_orders.AsSpan(0, count), _rules.AsSpan(0, count));
        }
    }

    private void Pick(double key, ref Found found)
    {
        var limits = _limitsInOrder;
        for (var i = 0; i < limits.Length; i++)
        {
            if (limits[i] < key)
            {
                found.Add(_ordersInOrder[i], _rulesInOrder[i]);
            }
        }
    }

    // How many limits the key is above.
    private int Below(double key)
    {
        var (low, high) = (0, _limits.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_limits[middle] < key)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    // Below is above with the sign turned.
    private double Key(double limit) => above ? limit : -limit;
}
