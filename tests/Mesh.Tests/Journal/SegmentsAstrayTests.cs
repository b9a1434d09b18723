using Mesh.Nodes;
using Mesh.World;
using Xunit;

namespace Mesh.Tests.Journals;

/// <summary>Segments that are missing, doubled, foreign or no segments: each is recognised, reported, and the rest is read.</summary>
public sealed class SegmentsAstrayTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-astray-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_missing_last_segment_is_noticed_and_begins_a_new_epoch()
    {
        var (small, segments) = Filled();
        small.Disk.Delete(SmallJournal.PathOf(segments[^1]));
        using var again = small.Open();
        Assert.True(small.Report.NewEpoch);
        Assert.Contains(
            $"segment {segments[^1].Number} is missing, which had been begun",
            Assert.Single(small.Report.Damages).Reason,
            StringComparison.Ordinal
        );
        Assert.Equal(segments[^1].Number + 1, again.Segments[^1].Number);
        Assert.Equal(segments[^2].LastFrame, again.LastFrame);
        Assert.Equal(JournalTests.Range(1, segments[^2].LastFrame), SmallJournal.ReadAll(again, out _));
    }

    [Fact]
    public void When_all_segments_are_missing_a_new_epoch_begins_behind_their_numbers()
    {
        var (small, segments) = Filled();
        foreach (var segment in segments)
        {
            small.Disk.Delete(SmallJournal.PathOf(segment));
        }

        using var again = small.Open();
        Assert.True(small.Report is { NewEpoch: true, Created: false });
        Assert.Equal(segments[^1].Number + 1, again.Segments.Single().Number);
    }

    [Fact]
    public void A_missing_first_segment_leaves_the_others_readable()
    {
        var (small, segments) = Filled();
        small.Disk.Delete(SmallJournal.PathOf(segments[0]));
        using var again = small.Open();
        Assert.False(small.Report.NewEpoch);
        Assert.Equal(segments[1].FirstFrame, again.FirstFrame);
        Assert.Equal(JournalTests.Range(segments[1].FirstFrame, 60), SmallJournal.ReadAll(again, out _));
    }

    [Theory]
    [InlineData("0000000001-copy.segment")]
    [InlineData("0000000000-copy.segment")]
    [InlineData("9999999999-copy.segment")]
    public void Of_a_segment_that_is_there_twice_the_one_with_its_own_name_stays(string copy)
    {
        var (small, segments) = Filled();
        Put(small, copy, small.Disk.Bytes(SmallJournal.PathOf(segments[0])));
        using var again = small.Open();
        Assert.False(small.Report.NewEpoch);
        var damage = Assert.Single(small.Report.Damages);
        Assert.Equal(copy, damage.File);
        Assert.Contains("a second file holds segment 1", damage.Reason, StringComparison.Ordinal);
        Assert.Equal(JournalTests.Range(1, 60), SmallJournal.ReadAll(again, out _));
    }

    [Fact]
    public void An_empty_file_and_a_file_of_something_else_are_set_aside()
    {
        foreach (
            var bytes in (byte[][])
                [
                    [],
                    [.. "not a segment"u8],
                    new byte[16 * 1024],
                ]
        )
        {
            var (small, segments) = Filled();
            small.Disk.Damage(SmallJournal.PathOf(segments[1]), _ => bytes);
            using var again = small.Open();
            Assert.False(small.Report.NewEpoch);
            Assert.Contains(
                small.Report.Damages,
                d => d.File == segments[1].File && d.Reason.Contains("set aside", StringComparison.Ordinal)
            );
            var rest = JournalTests.Range(1, 60).Where(n => n < segments[1].FirstFrame || n > segments[1].LastFrame);
            Assert.Equal(rest, SmallJournal.ReadAll(again, out _));
        }
    }

    [Fact]
    public void A_segment_truncated_in_the_middle_of_the_journal_loses_only_its_end()
    {
        var (small, segments) = Filled();
        small.Disk.Damage(SmallJournal.PathOf(segments[1]), bytes => bytes[..(bytes.Length / 2)]);
        using var again = small.Open();
        Assert.False(small.Report.NewEpoch);
        var numbers = SmallJournal.ReadAll(again, out var damages);
        Assert.Contains(segments[1].FirstFrame, numbers);
        Assert.DoesNotContain(segments[1].LastFrame, numbers);
        Assert.Equal(60, numbers[^1]);
        Assert.Equal(segments[1].File, Assert.Single(damages).File);
    }

    [Fact]
    public void A_head_that_is_damaged_or_missing_is_said_and_written_again()
    {
        foreach (var lost in (bool[])[false, true])
        {
            var (small, segments) = Filled();
            var head = Path.Combine(SmallJournal.Folder, "head");
            if (lost)
            {
                small.Disk.Delete(head);
            }
            else
            {
                small.Disk.Damage(head, bytes => [.. bytes[..^1], 0]);
            }

            small.Open().Dispose();
            Assert.Equal(lost ? 0 : 1, small.Report.Damages.Count);
            Assert.False(small.Report.NewEpoch);
            small.Disk.Delete(SmallJournal.PathOf(segments[^1]));
            small.Open().Dispose();
            Assert.True(small.Report.NewEpoch);
        }
    }

    [Fact]
    public void A_folder_in_the_place_of_a_segment_is_set_aside_and_reported()
    {
        string[] files;
        using (var journal = OpenOnDisk(out _))
        {
            SmallJournal.Append(journal, 60);
            files = [.. journal.Segments.Select(s => s.File)];
        }

        foreach (var file in (string[])[files[1], files[^1]])
        {
            File.Delete(Path.Combine(_folder, file));
            Directory.CreateDirectory(Path.Combine(_folder, file));
            using var again = OpenOnDisk(out var report);
            Assert.Equal(file == files[^1], report.NewEpoch);
            Assert.Contains(
                report.Damages,
                d => d.File == file && d.Reason.StartsWith("it is a folder", StringComparison.Ordinal)
            );
            Assert.True(Directory.Exists(Path.Combine(_folder, file + ".damaged")));
            SmallJournal.Append(again, 1);
        }
    }

    [Fact]
    public void A_bit_flipped_anywhere_in_a_segment_in_the_middle_is_reported_or_concerns_nothing()
    {
        var small = new SmallJournal { Options = new("node-1", 16 * 1024, Reserve: false) };
        JournalSegment middle;
        using (var journal = small.Open())
        {
            SmallJournal.Append(journal, 25, 1_500);
            middle = journal.Segments[1];
        }

        var path = SmallJournal.PathOf(middle);
        var whole = small.Disk.Bytes(path);
        var frames = (int)(middle.LastFrame - middle.FirstFrame + 1) * Bytes(1_500);
        for (var offset = 0; offset < whole.Length; offset += offset is > 128 and < 4080 ? 61 : 1)
        {
            var bit = offset % 8;
            small.Disk.Damage(path, _ => Flipped(whole, offset, bit));
            using (var again = small.Open())
            {
                Assert.False(small.Report.NewEpoch);
                var numbers = SmallJournal.ReadAll(again, out var damages, 1_500);
                var gone = JournalTests.Range(1, 25).Except(numbers).ToList();
                if (offset < 4096)
                {
                    // Without its header it is no segment: set aside whole.
                    Assert.Equal(JournalTests.Range(middle.FirstFrame, middle.LastFrame), gone);
                    Assert.NotEmpty(small.Report.Damages);
                }
                else if (offset < 4096 + frames)
                {
                    Assert.Equal(middle.FirstFrame + ((offset - 4096) / Bytes(1_500)), Assert.Single(gone));
                    Assert.Equal(middle.File, Assert.Single(damages).File);
                }
                else
                {
                    Assert.Empty(gone);
                }
            }

            Restore(small, path, whole);
        }
    }

    [Fact]
    public void Every_single_bit_of_two_short_frames_and_of_a_header_is_covered()
    {
        var small = new SmallJournal { Options = new("node-1", 16 * 1024, Reserve: false) };
        string path;
        using (var journal = small.Open())
        {
            SmallJournal.Append(journal, 2, 40);
            path = SmallJournal.PathOf(journal.Segments[0]);
        }

        var whole = small.Disk.Bytes(path);
        var end = 4096 + (2 * Bytes(40));
        for (var bit = 0; bit < 8 * (end + 64); bit += bit is > 8 * 128 and < 8 * 4080 ? 61 : 1)
        {
            var disk = new MemoryDisk();
            disk.Open(path, DiskAccess.Create).Dispose();
            disk.Damage(path, _ => Flipped(whole, bit / 8, bit % 8));
            var damaged = new SmallJournal { Disk = disk, Options = small.Options };
            using var journal = damaged.Open();
            Assert.True(damaged.Report.TornBytes > 0 || damaged.Report.Damages.Count > 0, $"bit {bit}");
            SmallJournal.ReadAll(journal, out _, 40);
        }
    }

    private static (SmallJournal Small, IReadOnlyList<JournalSegment> Segments) Filled()
    {
        var small = new SmallJournal();
        using var journal = small.Open();
        SmallJournal.Append(journal, 60);
        return (small, journal.Segments);
    }

    private static void Put(SmallJournal small, string name, byte[] bytes)
    {
        var path = Path.Combine(SmallJournal.Folder, name);
        small.Disk.Open(path, DiskAccess.Create).Dispose();
        small.Disk.Damage(path, _ => bytes);
    }

    /// <summary>Puts a segment back that may have been set aside.</summary>
    private static void Restore(SmallJournal small, string path, byte[] whole)
    {
        foreach (
            var name in small
                .Disk.List(SmallJournal.Folder)
                .Where(n => n.EndsWith(".damaged", StringComparison.Ordinal))
        )
        {
            small.Disk.Delete(Path.Combine(SmallJournal.Folder, name));
        }

        if (!small.Disk.Exists(path))
        {
            small.Disk.Open(path, DiskAccess.Create).Dispose();
        }

        small.Disk.Damage(path, _ => whole);
    }

    private static int Bytes(int body) => (16 + body + 7) & -8;

    private static byte[] Flipped(byte[] bytes, int offset, int bit)
    {
        var copy = (byte[])bytes.Clone();
        copy[offset] ^= (byte)(1 << bit);
        return copy;
    }

    private Journal OpenOnDisk(out JournalReport report) =>
        Journal.Open(
            new PosixDisk(),
            _folder,
            new JournalOptions("node-1", 16 * 1024),
            () => Random.Shared.NextInt64(1L << 50),
            out report
        );
}
