using CsCheck;
using Mesh.Contracts;
using Mesh.Nodes;
using Mesh.Tests.Blocks;
using Xunit;

namespace Mesh.Tests.Stores;

/// <summary>An aggregate over a set of readings (bits of a number) stands for exactly these readings.</summary>
public sealed class AggregateMergeTests
{
    private static readonly Gen<Aggregate> s_some = Gen.Int[1, (1 << 12) - 1].Select(Of);

    [Fact]
    public void Disjoint_covers_sum_up_whatever_the_order() =>
        Gen.Select(Gen.Int[1, 4095], Gen.Int[1, 4095])
            .Sample(
                (a, b) =>
                {
                    b &= ~a;
                    if (b == 0)
                    {
                        return;
                    }

                    var both = Text(Of(a | b));
                    Assert.Equal(both, Text(AggregateMerge.Merge(Of(a), Of(b))));
                    Assert.Equal(both, Text(AggregateMerge.Merge(Of(b), Of(a))));
                }
            );

    [Fact]
    public void A_superset_replaces_and_a_subset_changes_nothing() =>
        Gen.Select(Gen.Int[1, 4095], Gen.Int[1, 4095])
            .Sample(
                (a, b) =>
                {
                    var (small, large) = (Of(a & b), Of(a));
                    if ((a & b) != 0)
                    {
                        Assert.Same(large, AggregateMerge.Merge(large, small));
                        Assert.Equal(Text(large), Text(AggregateMerge.Merge(small, large)));
                    }
                }
            );

    [Fact]
    public void A_partial_overlap_keeps_the_one_that_covers_more_and_counts_nothing_twice() =>
        Gen.Select(s_some, s_some)
            .Sample(
                (a, b) =>
                {
                    var merged = AggregateMerge.Merge(a, b);
                    var union = Of(Bits(a) | Bits(b));
                    Assert.True(merged.Count <= union.Count);
                    Assert.True(merged.Count >= Math.Max(a.Count, b.Count));
                    Assert.Equal(merged.Count, merged.Covers.Sum(c => c.To - c.From + 1));
                    Assert.Equal(merged.Sum, Text(Of(Bits(merged))) == Text(merged) ? merged.Sum : double.NaN);
                }
            );

    [Fact]
    public void Parts_resent_in_any_order_come_to_the_whole() =>
        Gen.Shuffle(new[] { 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5 })
            .Sample(order =>
            {
                var parts = order.Select(i => Of(0b11 << (2 * i))).ToArray();
                Assert.Equal(Text(Of(4095)), Text(parts.Aggregate(AggregateMerge.Merge)));
            });

    [Fact]
    public void Without_any_cover_the_one_emitted_last_counts()
    {
        var (early, late) = (Frames.Minute("d", 1), Frames.Minute("d", 2));
        Assert.Same(late, AggregateMerge.Merge(early, late));
        Assert.Same(late, AggregateMerge.Merge(late, early));
    }

    private static Aggregate Of(int bits)
    {
        var runs = new List<(long From, long To)>();
        for (var i = 0; i < 12; i++)
        {
            if ((bits & (1 << i)) != 0)
            {
                var joins = runs.Count > 0 && runs[^1].To == i;
                runs.Add((joins ? runs[^1].From : i + 1, i + 1));
                if (joins)
                {
                    runs.RemoveAt(runs.Count - 2);
                }
            }
        }

        return Frames.Minute("d", 0, [.. runs]);
    }

    private static int Bits(Aggregate aggregate)
    {
        var bits = 0;
        foreach (var run in aggregate.Covers)
        {
            for (var i = run.From; i <= run.To; i++)
            {
                bits |= 1 << (int)(i - 1);
            }
        }

        return bits;
    }

    private static string Text(Aggregate aggregate) => Exactly.Text(aggregate);
}
