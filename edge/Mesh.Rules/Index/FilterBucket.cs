using Mesh.Contracts;

namespace Mesh.Rules.Index;

/// <summary>Rules that want the same value of a part, or no certain one.</summary>
internal sealed class FilterBucket
{
    private readonly List<Subscription> _plain = [];
    private readonly List<RangeList> _ranges = [];

    public void Add(FilterTerm term, Subscription rule)
    {
        if (term.Range is not { } range)
        {
            _plain.Add(rule);
            return;
        }

        var list = _ranges.Find(r => r.Is(range));
        if (list is null)
        {
            list = new RangeList(range.Part, range.Above);
            _ranges.Add(list);
        }

        list.Add(range, rule);
    }

    public void Sort()
    {
        foreach (var range in _ranges)
        {
            range.Sort();
        }

        _plain.TrimExcess();
        _ranges.TrimExcess();
    }

    public void Find(Reading reading, ref Found found)
    {
        foreach (var rule in _plain)
        {
            found.Add(rule.Order, rule);
        }

        foreach (var range in _ranges)
        {
            range.Find(reading, ref found);
        }
    }
}
