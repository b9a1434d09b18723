using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>
/// What becomes of two aggregates of one id. Each says which readings it has counted, so no reading is counted twice:
/// <list type="bullet">
/// <item>covers disjoint: summed up;</item>
/// <item>one covers all the other does: it replaces the other; with equal cover the one there stays (a resent aggregate
/// changes nothing), except without any cover, where the one emitted last counts;</item>
/// <item>a partial overlap cannot be taken apart: the one that covers more stays (then the one there), because counting
/// too few is visible as a gap and counting twice is not.</item>
/// </list>
/// </summary>
public static class AggregateMerge
{
    /// <summary>The aggregate that stands for both.</summary>
    public static Aggregate Merge(Aggregate there, Aggregate other)
    {
        var (mine, theirs) = (Runs(there.Covers), Runs(other.Covers));
        if (mine.Count == 0 && theirs.Count == 0)
        {
            return other.Emitted > there.Emitted ? other : there;
        }

        var (many, more, both) = (Covered(mine), Covered(theirs), Common(mine, theirs));
        if (both == 0)
        {
            return Sum(there, other, mine, theirs);
        }

        return both == more ? there
            : both == many ? other
            : more > many ? other
            : there;
    }

    private static Aggregate Sum(Aggregate a, Aggregate b, List<Covered> mine, List<Covered> theirs)
    {
        var newer = b.LastAt > a.LastAt || (b.LastAt == a.LastAt && b.Emitted > a.Emitted) ? b : a;
        var (low, high) = (a.Numbers > 0 ? a : b, b.Numbers > 0 ? b : a);
        return new Aggregate
        {
            Id = a.Id,
            Device = a.Device,
            Sensor = a.Sensor,
            Rule = a.Rule,
            RuleHash = newer.RuleHash,
            Key = a.Key,
            Start = a.Start,
            End = a.End,
            Emitted = Timestamp.Max(a.Emitted, b.Emitted),
            Count = a.Count + b.Count,
            Numbers = a.Numbers + b.Numbers,
            Sum = a.Sum + b.Sum,
            Min = Math.Min(low.Min, high.Min),
            Max = Math.Max(low.Max, high.Max),
            Last = newer.Last,
            LastAt = newer.LastAt,
            Values = newer.Values,
            Covers = Runs([.. mine, .. theirs]),
            Labels = newer.Labels,
            Node = newer.Node,
        };
    }

    /// <summary>Ascending by boot and number, touching and overlapping runs joined.</summary>
    private static List<Covered> Runs(IReadOnlyList<Covered> covers)
    {
        var runs = new List<Covered>(covers.Count);
        foreach (var run in covers.OrderBy(c => c.Boot).ThenBy(c => c.From))
        {
            if (run.To < run.From)
            {
                continue;
            }

            if (runs.Count > 0 && runs[^1] is var last && last.Boot == run.Boot && run.From - 1 <= last.To)
            {
                runs[^1] = last with { To = Math.Max(last.To, run.To) };
            }
            else
            {
                runs.Add(run);
            }
        }

        return runs;
    }

    private static long Covered(List<Covered> runs) => runs.Sum(r => r.To - r.From + 1);

    private static long Common(List<Covered> a, List<Covered> b)
    {
        var (i, j, common) = (0, 0, 0L);
        while (i < a.Count && j < b.Count)
        {
            if (a[i].Boot == b[j].Boot)
            {
                common += Math.Max(0, Math.Min(a[i].To, b[j].To) - Math.Max(a[i].From, b[j].From) + 1);
            }

            var advance = a[i].Boot.CompareTo(b[j].Boot);
            advance = advance != 0 ? advance : a[i].To.CompareTo(b[j].To);
            if (advance <= 0)
            {
                i++;
            }
            else
            {
                j++;
            }
        }

        return common;
    }
}
