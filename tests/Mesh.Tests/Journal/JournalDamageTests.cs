using Mesh.Nodes;
using Mesh.World;
using Xunit;

namespace Mesh.Tests.Journals;

/// <summary>What is not as it was written is noticed, and nothing wrong is ever handed out.</summary>
public sealed class JournalDamageTests
{
    [Fact]
    public void A_last_frame_torn_at_any_byte_is_cut_and_everything_before_stays()
    {
        var small = new SmallJournal { Options = new("node-1", 16 * 1024, Reserve: false) };
        string path;
        using (var journal = small.Open())
        {
            SmallJournal.Append(journal, 5, 200);
            path = SmallJournal.PathOf(journal.Segments[0]);
        }

        var whole = small.Disk.Bytes(path);
        var start = 4096 + (4 * FrameBytes(200));
        for (var cut = 0; cut < FrameBytes(200); cut++)
        {
            small.Disk.Damage(path, _ => [.. whole[..(start + cut)], .. new byte[whole.Length - start - cut]]);
            using (var journal = small.Open())
            {
                Assert.Equal(4, journal.LastFrame);
                Assert.False(small.Report.NewEpoch);
                Assert.Empty(small.Report.Damages);
                Assert.Equal(cut > 0, small.Report.TornBytes > 0);
                SmallJournal.Append(journal, 1, 100);
            }

            using var again = small.Open();
            Assert.Equal(0, small.Report.TornBytes);
            using var reader = again.Read(5);
            Assert.True(reader.TryNext(out var frame) && frame.Body.Length == 100);
            Assert.False(reader.TryNext(out _));
        }
    }

    [Fact]
    public void A_flipped_bit_at_any_offset_is_noticed_and_never_gives_a_wrong_frame()
    {
        var small = new SmallJournal { Options = new("node-1", 16 * 1024, Reserve: false) };
        string path;
        using (var journal = small.Open())
        {
            SmallJournal.Append(journal, 8, 700);
            path = SmallJournal.PathOf(journal.Segments[0]);
        }

        var whole = small.Disk.Bytes(path);
        for (var offset = 0; offset < whole.Length; offset++)
        {
            var disk = new MemoryDisk();
            disk.Open(path, DiskAccess.Create).Dispose();
            disk.Damage(path, _ => Flipped(whole, offset));
            var damaged = new SmallJournal { Disk = disk, Options = small.Options };
            using var journal = damaged.Open();
            var noticed = damaged.Report.TornBytes > 0 || damaged.Report.Damages.Count > 0;
            Assert.True(noticed, $"a flip at {offset} went unnoticed");
            var numbers = SmallJournal.ReadAll(journal, out _, 700);
            var place = offset < 4096 ? -1 : (offset - 4096) / FrameBytes(700);
            Assert.Equal(JournalTests.Range(1, 8).Where(n => place >= 0 && n - 1 != place), numbers);
            Assert.Equal(place is >= 0 and < 7 || offset < 4096, damaged.Report.NewEpoch);
        }
    }

    [Fact]
    public void An_intact_frame_behind_a_bad_one_begins_a_new_epoch_and_loses_only_the_bad_one()
    {
        var small = new SmallJournal();
        string path;
        long epoch;
        using (var journal = small.Open())
        {
            SmallJournal.Append(journal, 3, 500);
            (path, epoch) = (SmallJournal.PathOf(journal.Segments[0]), journal.Epoch);
        }

        small.Disk.Damage(path, bytes => Flipped(bytes, 4096 + FrameBytes(500) + 20));
        using (var journal = small.Open())
        {
            Assert.True(small.Report.NewEpoch);
            var damage = Assert.Single(small.Report.Damages);
            Assert.Equal((4096 + FrameBytes(500), FrameBytes(500)), ((int)damage.Offset, (int)damage.Bytes));
            Assert.NotEqual(epoch, journal.Epoch);
            SmallJournal.Append(journal, 2, 500);
        }

        using var again = small.Open();
        Assert.False(small.Report.NewEpoch);
        Assert.Equal([1, 3, 4, 5], SmallJournal.ReadAll(again, out var damages, 500));
        Assert.Contains("next intact frame is 3", Assert.Single(damages).Reason, StringComparison.Ordinal);
        Assert.Equal(4, again.FrameAtOrBefore(Contracts.Lane.Alarms, 5));
    }

    [Fact]
    public void A_segment_missing_in_the_middle_is_a_hole_that_is_reported()
    {
        var small = new SmallJournal();
        JournalSegment second;
        using (var journal = small.Open())
        {
            SmallJournal.Append(journal, 60);
            second = journal.Segments[1];
            small.Disk.Delete(SmallJournal.PathOf(second));
        }

        using var again = small.Open();
        Assert.False(small.Report.NewEpoch);
        Assert.Contains(
            "segments 2 to 2 are missing",
            Assert.Single(small.Report.Damages).Reason,
            StringComparison.Ordinal
        );
        var rest = JournalTests.Range(1, 60).Where(n => n < second.FirstFrame || n > second.LastFrame);
        Assert.Equal(rest, SmallJournal.ReadAll(again, out var damages));
        Assert.Contains(
            $"frames {second.FirstFrame} to {second.LastFrame}",
            Assert.Single(damages).Reason,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_bad_header_sets_the_segment_aside_and_at_the_end_begins_a_new_epoch()
    {
        foreach (var place in (int[])[1, -1])
        {
            var small = new SmallJournal();
            string file;
            using (var journal = small.Open())
            {
                SmallJournal.Append(journal, 60);
                file = journal.Segments[place < 0 ? journal.Segments.Count - 1 : place].File;
            }

            small.Disk.Damage(Path.Combine(SmallJournal.Folder, file), bytes => Flipped(bytes, 20));
            using var again = small.Open();
            Assert.Equal(place < 0, small.Report.NewEpoch);
            Assert.Contains(
                small.Report.Damages,
                d => d.File == file && d.Reason.Contains("set aside", StringComparison.Ordinal)
            );
            Assert.True(small.Disk.Exists(Path.Combine(SmallJournal.Folder, file + ".damaged")));
            SmallJournal.Append(again, 5);
            var numbers = SmallJournal.ReadAll(again, out _);
            Assert.Equal(numbers.Order().Distinct(), numbers);
        }
    }

    [Fact]
    public void Swapped_names_are_reported_and_the_headers_believed()
    {
        var small = new SmallJournal();
        using (var journal = small.Open())
        {
            SmallJournal.Append(journal, 60);
            var (a, b) = (SmallJournal.PathOf(journal.Segments[0]), SmallJournal.PathOf(journal.Segments[1]));
            small.Disk.Rename(a, "/journal/x");
            small.Disk.Rename(b, a);
            small.Disk.Rename("/journal/x", b);
        }

        using var again = small.Open();
        Assert.Equal(2, small.Report.Damages.Count);
        Assert.Equal(JournalTests.Range(1, 60), SmallJournal.ReadAll(again, out _));
    }

    [Fact]
    public void An_older_copy_of_a_segment_leaves_a_hole_that_is_reported()
    {
        var small = new SmallJournal();
        byte[] older;
        string path;
        using (var journal = small.Open())
        {
            SmallJournal.Append(journal, 3, 1000);
            path = SmallJournal.PathOf(journal.Segments[0]);
            older = small.Disk.Bytes(path);
            SmallJournal.Append(journal, 30, 1000);
        }

        small.Disk.Damage(path, _ => older);
        using var again = small.Open();
        var first = again.Segments[1].FirstFrame;
        Assert.Equal(
            [.. JournalTests.Range(1, 3), .. JournalTests.Range(first, 33)],
            SmallJournal.ReadAll(again, out var damages, 1000)
        );
        Assert.Contains($"frames 4 to {first - 1}", Assert.Single(damages).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_last_segment_cut_short_begins_a_new_epoch()
    {
        var small = new SmallJournal();
        string path;
        using (var journal = small.Open())
        {
            SmallJournal.Append(journal, 5, 500);
            path = SmallJournal.PathOf(journal.Segments[0]);
        }

        small.Disk.Damage(path, bytes => bytes[..(4096 + (3 * FrameBytes(500)))]);
        using var again = small.Open();
        Assert.True(small.Report.NewEpoch);
        Assert.Contains("cut short", Assert.Single(small.Report.Damages).Reason, StringComparison.Ordinal);
        Assert.Equal([1, 2, 3], SmallJournal.ReadAll(again, out _, 500));
    }

    [Fact]
    public void Another_nodes_journal_and_an_unknown_version_are_refused()
    {
        var small = new SmallJournal();
        string path;
        using (var journal = small.Open())
        {
            path = SmallJournal.PathOf(journal.Segments[0]);
        }

        var other = new SmallJournal { Disk = small.Disk, Options = new("node-2", 16 * 1024) };
        Assert.Contains(
            "'node-1'",
            Assert.Throws<JournalRefusedException>(other.Open).Message,
            StringComparison.Ordinal
        );

        small.Disk.Damage(path, bytes => Versioned(bytes, 2));
        Assert.Contains(
            "version 2",
            Assert.Throws<JournalRefusedException>(small.Open).Message,
            StringComparison.Ordinal
        );
        small.Disk.Damage(path, bytes => Versioned(bytes, 1));
        small.Open().Dispose();
    }

    [Fact]
    public void A_failed_sync_ends_the_journal_for_good()
    {
        var small = new SmallJournal();
        using var journal = small.Open();
        SmallJournal.Append(journal, 3);
        small.Disk.SyncsUntilFailure = 0;
        Assert.Throws<JournalFailedException>(() => SmallJournal.Append(journal, 1));
        var again = Assert.Throws<JournalFailedException>(() => SmallJournal.Append(journal, 1));
        Assert.Contains("Input/output error", again.Message, StringComparison.Ordinal);
        Assert.Throws<JournalFailedException>(() => journal.Roll(SmallJournal.Lanes(4)));
        Assert.Equal([1, 2, 3], SmallJournal.ReadAll(journal, out _));
    }

    [Fact]
    public void A_second_opener_is_refused_while_the_first_lives()
    {
        var small = new SmallJournal();
        var first = small.Open();
        Assert.Contains("another process", Assert.Throws<DiskException>(small.Open).Message, StringComparison.Ordinal);
        first.Dispose();
        small.Open().Dispose();
    }

    private static int FrameBytes(int body) => (16 + body + 7) & -8;

    private static byte[] Flipped(byte[] bytes, int offset)
    {
        var copy = (byte[])bytes.Clone();
        copy[offset] ^= (byte)(1 << (offset % 8));
        return copy;
    }

    /// <summary>The header with another version and the checksum that goes with it.</summary>
    private static byte[] Versioned(byte[] bytes, byte version)
    {
        var copy = (byte[])bytes.Clone();
        copy[8] = version;
        var sum = uint.MaxValue;
        foreach (var b in copy.AsSpan(0, 4092))
        {
            sum = System.Numerics.BitOperations.Crc32C(sum, b);
        }

        BitConverter.TryWriteBytes(copy.AsSpan(4092), ~sum);
        return copy;
    }
}
