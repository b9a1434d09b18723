using Mesh.Nodes;
using Mesh.World;
using Xunit;

namespace Mesh.Tests.Journals;

/// <summary>
/// R2: a writer works until power goes in the middle of some operation, again and again on what each cut left. Whatever
/// was appended (its call returned) is there afterwards, nothing else than at most one frame more is, and every opening
/// succeeds without a complaint about damage: a power cut is none.
/// </summary>
public sealed class PowerCutTests
{
    private const int Lives = 2500;

    [Fact]
    public void No_cut_loses_a_frame_that_was_appended_or_leaves_a_journal_that_does_not_open()
    {
        var cuts = 0;
        var torn = 0;
        for (var seed = 1; cuts < Lives; seed++)
        {
            var random = new Random(seed);
            var disk = new MemoryDisk();
            var (durable, deletedBefore) = (0L, 1L);
            for (var life = 0; life < 6; life++, cuts++)
            {
                disk.OperationsUntilCut = random.Next(60);
                try
                {
                    Live(disk, random, ref durable, ref deletedBefore, ref torn, $"seed {seed} life {life}");
                }
                catch (PowerCutException)
                {
                    // That is the point.
                }

                disk = disk.Cut(random);
            }

            Live(disk, random, ref durable, ref deletedBefore, ref torn, $"seed {seed} at last");
        }

        Assert.True(torn > 50, $"only {torn} torn tails: the simulation is too kind");
    }

    private static void Live(
        MemoryDisk disk,
        Random random,
        ref long durable,
        ref long deletedBefore,
        ref int torn,
        string where
    )
    {
        var options = new JournalOptions("node-1", 16 * 1024, Reserve: random.Next(2) == 0);
        using var journal = Journal.Open(disk, SmallJournal.Folder, options, () => 7, out var report);
        Assert.True(report.Damages.Count == 0, $"{where}: {string.Join("; ", report.Damages)}");
        Assert.True(report.Created || !report.NewEpoch, $"{where}: a new epoch");
        Assert.True(
            journal.LastFrame == durable || journal.LastFrame == durable + 1,
            $"{where}: {journal.LastFrame} of {durable}"
        );
        Assert.True(
            journal.FirstFrame <= deletedBefore,
            $"{where}: frames from {journal.FirstFrame}, {deletedBefore} wanted"
        );
        torn += report.TornBytes > 0 ? 1 : 0;
        var numbers = SmallJournal.ReadAll(journal, out var damages);
        Assert.True(damages.Count == 0, $"{where}: {string.Join("; ", damages)}");
        Assert.Equal(JournalTests.Range(journal.FirstFrame, journal.LastFrame), numbers);

        durable = journal.LastFrame;
        for (var i = random.Next(20); i > 0; i--)
        {
            SmallJournal.Append(journal, 1);
            durable++;
            if (random.Next(10) == 0)
            {
                deletedBefore = random.NextInt64(deletedBefore, durable + 1);
                journal.DeleteSegmentsBefore(deletedBefore);
            }
        }
    }
}
