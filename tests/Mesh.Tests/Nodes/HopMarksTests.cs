using CsCheck;
using Mesh.Contracts;
using Mesh.Nodes;
using Xunit;

namespace Mesh.Tests.Nodes;

public sealed class HopMarksTests
{
    [Fact]
    public void Whatever_is_resent_overlaps_or_leaves_a_gap_each_item_is_taken_once_and_in_order() =>
        Gen.Select(Gen.Int[1, 60], Gen.Int[1, 12], Gen.Int[0, 3])
            .Array[1, 60]
            .Sample(sent =>
            {
                var marks = new HopMarks();
                var taken = new List<long>();
                foreach (var (from, count, hole) in sent)
                {
                    var range = Range(from, count, hole);
                    var known = marks.UpTo("a", 1, Lane.Readings);
                    var fresh = marks.Trim(range);
                    Assert.Equal(from > known + 1, fresh is null);
                    if (fresh is null)
                    {
                        continue;
                    }

                    Assert.Equal(known + 1, fresh.From);
                    Assert.Equal(Math.Max(known, range.To), fresh.To);
                    taken.AddRange(Numbers(fresh));
                    marks.Advance(fresh);
                    Assert.Equal(fresh.To, marks.UpTo("a", 1, Lane.Readings));
                }

                Assert.Equal(Enumerable.Range(1, taken.Count).Select(i => (long)i), taken);
            });

    [Fact]
    public void A_numbering_that_is_not_known_begins_with_its_first_item()
    {
        var marks = new HopMarks();
        Assert.Null(marks.Trim(Range(501, 500, 0)));
        marks.Advance(marks.Trim(Range(1, 500, 0))!);
        Assert.NotNull(marks.Trim(Range(501, 500, 0)));
        var kept = new LaneRange(
            "b",
            1,
            Lane.Readings,
            1,
            [Some.Reading("b", 91, 0)],
            [new Skipped(1, 90, "retention")],
            null
        );
        marks.Advance(marks.Trim(kept)!);
        Assert.Equal(91, marks.UpTo("b", 1, Lane.Readings));
    }

    [Fact]
    public void Which_epochs_are_forgotten_does_not_depend_on_a_restart()
    {
        var (straight, restarted) = (new HopMarks(), new HopMarks());
        foreach (var epoch in (long[])[9, 3, 7, 5, 8, 1, 6])
        {
            foreach (var marks in (HopMarks[])[straight, restarted])
            {
                marks.Advance(marks.Trim(Range(1, 2, 0) with { Epoch = epoch })!);
            }

            restarted = Restarted(restarted);
        }

        Assert.Equal([1, 5, 6, 8], straight.All.Select(m => m.Epoch).Order());
        Assert.Equal(straight.All, restarted.All);
    }

    private static HopMarks Restarted(HopMarks marks)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        marks.Save(writer);
        stream.Position = 0;
        using var reader = new BinaryReader(stream);
        var after = new HopMarks();
        after.Restore(reader);
        return after;
    }

    /// <summary>Every third and fourth number is a skipped one where there shall be holes; so overlaps agree.</summary>
    private static LaneRange Range(long from, int count, int hole)
    {
        var (items, skipped) = (new List<MeshEvent>(), new List<Skipped>());
        for (var number = from; number < from + count; number++)
        {
            if (number % 4 < hole)
            {
                skipped.Add(new Skipped(number, number, "expired"));
            }
            else
            {
                items.Add(Some.Reading("a", number, number));
            }
        }

        return new LaneRange("a", 1, Lane.Readings, from, items, skipped, null);
    }

    private static IEnumerable<long> Numbers(LaneRange range) =>
        range
            .Items.Select(i => ((Reading)i).Seq)
            .Concat(
                range.Skipped.SelectMany(s =>
                    Enumerable.Range((int)s.From, (int)(s.To - s.From + 1)).Select(i => (long)i)
                )
            )
            .Order();
}
