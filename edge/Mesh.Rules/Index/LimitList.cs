using Mesh.Contracts;

namespace Mesh.Rules.Index;

/// <summary>Rules that want a part of the reading to be a number on one side of a limit, or between two.</summary>
internal abstract class LimitList
{
    private readonly List<RuleRow> _added = [];
    private bool _changed;

    public abstract bool IsEmpty { get; }

    /// <summary>Rules with such a term belong here.</summary>
    public abstract bool Is(RangeTerm term);

    public abstract void Find(Reading reading, ref Found found);

    /// <summary>From the next <see cref="Settle"/> on.</summary>
    public void Add(RangeTerm term, Subscription rule)
    {
        _added.Add(Row(term, rule));
        _changed = true;
    }

    /// <summary>Some rule of it is gone, which the next <see cref="Settle"/> takes out.</summary>
    public void Touch() => _changed = true;

    public void Settle()
    {
        if (_changed)
        {
            _changed = false;
            Take(_added);
            _added.Clear();
            _added.TrimExcess();
        }
    }

    protected abstract RuleRow Row(RangeTerm term, Subscription rule);

    /// <summary>Puts those that have come among those that were there and are not gone.</summary>
    protected abstract void Take(List<RuleRow> added);

    /// <summary>How many of the limits, in ascending order, the key is above.</summary>
    protected static int Below(double[] limits, double key)
    {
        var (low, high) = (0, limits.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (limits[middle] < key)
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
}
