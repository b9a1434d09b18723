using Mesh.Contracts;
using Mesh.Rules.Expressions;

namespace Mesh.Rules.Index;

/// <summary>
/// Rules that compare one part of a reading with a limit, easiest limit first: those that a reading satisfies are a
/// prefix, and finding them costs what there are, plus a search. Where that is a good part of all, they are picked from
/// a second list, in the order of the rules, so that they need not be sorted.
/// </summary>
internal sealed class RangeList(ReadingPart part, bool above) : LimitList
{
    /// <summary>Picking from all costs about an eighth of sorting what is found, per rule.</summary>
    private const int PickFrom = 8;

    private double[] _limits = [];
    private int[] _orders = [];
    private Subscription[] _rules = [];
    private double[] _limitsInOrder = [];
    private int[] _ordersInOrder = [];
    private Subscription[] _rulesInOrder = [];

    public override bool IsEmpty => _rules.Length == 0;

    public override bool Is(RangeTerm term) => !term.IsBand && term.Part == part && term.Above.HasValue == above;

    public override void Find(Reading reading, ref Found found)
    {
        var value = part.Of(reading);
        if (value.Kind != ValueKind.Number)
        {
            return;
        }

        var key = Key(value.Number);
        var count = Below(_limits, key);
        if (count > PickFrom && count * PickFrom >= _limits.Length)
        {
            Pick(key, ref found);
        }
        else if (count > 0)
        {
            found.Add(_orders.AsSpan(0, count), _rules.AsSpan(0, count));
        }
    }

    protected override RuleRow Row(RangeTerm term, Subscription rule) =>
        new(Key(above ? term.Above!.Value : term.Below!.Value), double.PositiveInfinity, rule);

    protected override void Take(List<RuleRow> added)
    {
        var inOrder = RuleRow.Merge(Rows(_limitsInOrder, _rulesInOrder), added, RuleRow.ByOrder);
        _limitsInOrder = Array.ConvertAll(inOrder, static r => r.Above);
        _ordersInOrder = Array.ConvertAll(inOrder, static r => r.Rule.Order);
        _rulesInOrder = Array.ConvertAll(inOrder, static r => r.Rule);
        var rows = RuleRow.Merge(Rows(_limits, _rules), added, RuleRow.ByAbove);
        _limits = Array.ConvertAll(rows, static r => r.Above);
        _orders = Array.ConvertAll(rows, static r => r.Rule.Order);
        _rules = Array.ConvertAll(rows, static r => r.Rule);
    }

    private static IEnumerable<RuleRow> Rows(double[] limits, Subscription[] rules) =>
        limits.Zip(rules, static (limit, rule) => new RuleRow(limit, double.PositiveInfinity, rule));

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

    // Below is above with the sign turned.
    private double Key(double limit) => above ? limit : -limit;
}
