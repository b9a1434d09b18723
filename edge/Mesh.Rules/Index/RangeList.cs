using Mesh.Contracts;
using Mesh.Rules.Expressions;

namespace Mesh.Rules.Index;

/// <summary>
/// Rules that compare one part of a reading with a limit, easiest limit first: those that a reading satisfies are a
/// prefix, and finding them costs what there are, plus one.
/// </summary>
internal sealed class RangeList(ReadingPart part, bool above)
{
    private readonly List<(double Limit, bool Inclusive, Subscription Rule)> _added = [];
    private (double Limit, bool Inclusive)[] _limits = [];
    private Subscription[] _rules = [];

    public bool Is(RangeTerm term) => term.Part == part && term.Above == above;

    /// <summary>From the next <see cref="Sort"/> on.</summary>
    public void Add(RangeTerm term, Subscription rule) => _added.Add((Key(term.Limit), term.Inclusive, rule));

    public void Sort()
    {
        _added.Sort(
            static (a, b) =>
            {
                var order = a.Limit.CompareTo(b.Limit);
                return order != 0 ? order : b.Inclusive.CompareTo(a.Inclusive);
            }
        );
        _limits = [.. _added.Select(a => (a.Limit, a.Inclusive))];
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

        var (key, limits) = (Key(value.Number), _limits);
        for (var i = 0; i < limits.Length; i++)
        {
            var (limit, inclusive) = limits[i];
            if (!(limit < key || (inclusive && limit == key)))
            {
                return;
            }

            found.Add(_rules[i]);
        }
    }

    // Below is above with the sign turned.
    private double Key(double limit) => above ? limit : -limit;
}
