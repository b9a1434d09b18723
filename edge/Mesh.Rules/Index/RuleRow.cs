namespace Mesh.Rules.Index;

/// <summary>A rule and the limits between which it wants a number, both exclusive.</summary>
internal readonly record struct RuleRow(double Above, double Below, Subscription Rule)
{
    public static readonly Comparison<RuleRow> ByOrder = static (a, b) => a.Rule.Order.CompareTo(b.Rule.Order);

    public static readonly Comparison<RuleRow> ByAbove = static (a, b) =>
        a.Above != b.Above ? a.Above.CompareTo(b.Above) : a.Rule.Order.CompareTo(b.Rule.Order);

    /// <summary>
    /// Those that are still there and those that have come, in order: what was in order already is not sorted again, so
    /// one row more costs a copy.
    /// </summary>
    public static RuleRow[] Merge(IEnumerable<RuleRow> sorted, List<RuleRow> added, Comparison<RuleRow> comparison)
    {
        added.Sort(comparison);
        var (rows, next) = (new List<RuleRow>(), 0);
        foreach (var row in sorted)
        {
            if (row.Rule.IsGone)
            {
                continue;
            }

            while (next < added.Count && comparison(added[next], row) < 0)
            {
                rows.Add(added[next++]);
            }

            rows.Add(row);
        }

        rows.AddRange(added[next..]);
        return [.. rows];
    }
}
