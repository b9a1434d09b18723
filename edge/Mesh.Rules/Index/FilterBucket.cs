using Mesh.Contracts;

namespace Mesh.Rules.Index;

/// <summary>Rules that want the same value of a part, or no certain one.</summary>
internal sealed class FilterBucket
{
    private readonly OrderedRules _plain = new();
    private readonly List<LimitList> _limits = [];

    /// <summary>It has changed since the last <see cref="Settle"/>.</summary>
    public bool IsTouched { get; private set; }

    public bool IsEmpty => _plain.Count == 0 && _limits.Count == 0;

    public void Add(FilterTerm term, Subscription rule)
    {
        IsTouched = true;
        if (term.Range is not { } range)
        {
            _plain.Add(rule);
            return;
        }

        var list = _limits.Find(l => l.Is(range));
        if (list is null)
        {
            list = range.IsBand ? new BandList(range.Part) : new RangeList(range.Part, range.Above.HasValue);
            _limits.Add(list);
        }

        list.Add(range, rule);
    }

    /// <summary>A rule with that term is gone; the next <see cref="Settle"/> takes it out.</summary>
    public void Touch(FilterTerm term)
    {
        IsTouched = true;
        if (term.Range is { } range)
        {
            _limits.Find(l => l.Is(range))?.Touch();
        }
        else
        {
            _plain.Touch();
        }
    }

    public void Settle()
    {
        IsTouched = false;
        _plain.Settle();
        foreach (var list in _limits)
        {
            list.Settle();
        }

        _limits.RemoveAll(static l => l.IsEmpty);
        _limits.TrimExcess();
    }

    public void Find(Reading reading, ref Found found)
    {
        foreach (var rule in _plain.All)
        {
            found.Add(rule.Order, rule);
        }

        foreach (var list in _limits)
        {
            list.Find(reading, ref found);
        }
    }
}
