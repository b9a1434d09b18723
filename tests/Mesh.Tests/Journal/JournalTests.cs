using Mesh.Contracts;
using Mesh.Nodes;
using Mesh.World;
using Xunit;

namespace Mesh.Tests.Journals;

/// <summary>A journal of small segments on a disk in memory, and what its tests ask of it.</summary>
internal sealed class SmallJournal
{
    internal const string Folder = "/journal";
    private static long s_epochs;

    internal MemoryDisk Disk { get; set; } = new();

    internal JournalOptions Options { get; init; } = new("node-1", 16 * 1024);

    internal JournalReport Report { get; private set; } = null!;

    internal Journal Open()
    {
        var journal = Journal.Open(Disk, Folder, Options, () => Interlocked.Increment(ref s_epochs), out var report);
        Report = report;
        return journal;
    }

    /// <summary>The body every frame of a number has: its length and bytes follow from the number.</summary>
    internal static byte[] Body(long number, int length = 0)
    {
        var random = new Random((int)number);
        var bytes = new byte[length > 0 ? length : 1 + random.Next(3000)];
        random.NextBytes(bytes);
        return bytes;
    }

    internal static void Append(Journal journal, long count, int length = 0)
    {
        for (var i = 0; i < count; i++)
        {
            var number = journal.LastFrame + 1;
            journal.Append(number, Body(number, length), Lanes(number));
        }
    }

    /// <summary>Before frame n the lanes are at n, 2n, 3n and 4n.</summary>
    internal static long[] Lanes(long number) => [number, 2 * number, 3 * number, 4 * number];

    /// <summary>Reads all frames; each must have the body its number demands.</summary>
    internal static List<long> ReadAll(Journal journal, out IReadOnlyList<JournalDamage> damages, int length = 0)
    {
        using var reader = journal.Read(0);
        var numbers = new List<long>();
        while (reader.TryNext(out var frame))
        {
            Assert.True(frame.Body.Span.SequenceEqual(Body(frame.Number, length)), $"frame {frame.Number} is another");
            numbers.Add(frame.Number);
        }

        damages = reader.Damages;
        return numbers;
    }

    internal static string PathOf(JournalSegment segment) => Path.Combine(Folder, segment.File);
}

public sealed class JournalTests
{
    [Fact]
    public void Frames_come_back_in_order_over_many_segments_and_after_reopening()
    {
        var small = new SmallJournal();
        using (var journal = small.Open())
        {
            Assert.True(small.Report is { Created: true, NewEpoch: true, TornBytes: 0, Damages.Count: 0 });
            SmallJournal.Append(journal, 100);
            Assert.True(journal.Segments.Count > 5);
            Assert.Equal(Range(1, 100), SmallJournal.ReadAll(journal, out _));
        }

        using (var journal = small.Open())
        {
            Assert.True(small.Report is { Created: false, NewEpoch: false, TornBytes: 0, Damages.Count: 0 });
            Assert.Equal(100, journal.LastFrame);
            SmallJournal.Append(journal, 50);
            Assert.Equal(Range(1, 150), SmallJournal.ReadAll(journal, out var damages));
            Assert.Empty(damages);
        }
    }

    [Fact]
    public void A_reader_follows_the_writer_and_resumes_at_its_position()
    {
        using var journal = new SmallJournal().Open();
        SmallJournal.Append(journal, 20);
        var reader = journal.Read(18);
        Assert.Equal([18, 19, 20], Numbers(reader));
        SmallJournal.Append(journal, 20);
        Assert.True(reader.TryNext(out var frame) && frame.Number == 21);
        using var resumed = journal.Read(reader.Position);
        Assert.Equal(Range(22, 40), Numbers(resumed));
        Assert.Equal(Range(22, 40), Numbers(reader));
        using var ahead = journal.Read(41);
        Assert.False(ahead.TryNext(out _));
        using var stillAhead = journal.Read(ahead.Position);
        SmallJournal.Append(journal, 2);
        Assert.Equal([41, 42], Numbers(ahead));
        Assert.Equal([41, 42], Numbers(stillAhead));
    }

    [Fact]
    public async Task Readers_on_other_threads_see_every_frame_while_the_writer_appends()
    {
        using var journal = new SmallJournal().Open();
        var readers = Enumerable
            .Range(0, 2)
            .Select(_ =>
                Task.Run(
                    () =>
                    {
                        using var reader = journal.Read(1);
                        var next = 1L;
                        while (next <= 2000)
                        {
                            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
                            if (reader.TryNext(out var frame))
                            {
                                Assert.Equal(next++, frame.Number);
                                Assert.Equal(SmallJournal.Body(frame.Number, 100), frame.Body.ToArray());
                            }
                        }

                        Assert.Empty(reader.Damages);
                    },
                    TestContext.Current.CancellationToken
                )
            )
            .ToArray();
        SmallJournal.Append(journal, 2000, 100);
        await Task.WhenAll(readers);
    }

    [Fact]
    public void A_frame_larger_than_a_segment_gets_a_segment_of_its_own_size()
    {
        var small = new SmallJournal();
        using (var journal = small.Open())
        {
            SmallJournal.Append(journal, 2, 100_000);
            SmallJournal.Append(journal, 1, 10);
        }

        using var again = small.Open();
        using var reader = again.Read(2);
        Assert.Equal([2, 3], Numbers(reader));
        Assert.Equal(3, again.LastFrame);
    }

    [Fact]
    public void Old_segments_go_whole_and_the_last_never()
    {
        var small = new SmallJournal();
        using (var journal = small.Open())
        {
            SmallJournal.Append(journal, 100);
            var third = journal.Segments[2];
            journal.DeleteSegmentsBefore(third.FirstFrame);
            Assert.Equal(third.FirstFrame, journal.FirstFrame);
            journal.DeleteSegmentsBefore(third.LastFrame);
            Assert.Equal(third.FirstFrame, journal.FirstFrame);
            Assert.Equal(Range(third.FirstFrame, 100), SmallJournal.ReadAll(journal, out _));
            journal.DeleteSegmentsBefore(long.MaxValue);
            Assert.Single(journal.Segments);
        }

        using var again = small.Open();
        Assert.Equal(100, again.LastFrame);
        Assert.Empty(small.Report.Damages);
    }

    [Fact]
    public void A_reader_whose_segment_was_deleted_goes_on_with_the_oldest_there_is()
    {
        using var journal = new SmallJournal().Open();
        SmallJournal.Append(journal, 100);
        using var reader = journal.Read(1);
        Assert.True(reader.TryNext(out _));
        var keep = journal.Segments[3].FirstFrame;
        journal.DeleteSegmentsBefore(keep);
        var rest = Numbers(reader);
        Assert.Equal(Range(keep, 100), rest.Where(n => n >= keep));
        Assert.Equal(rest.Order(), rest);
    }

    [Fact]
    public void An_item_of_a_lane_is_found_by_the_headers_of_segments()
    {
        using var journal = new SmallJournal().Open();
        SmallJournal.Append(journal, 100);
        foreach (var item in (long[])[1, 10, 50, 100])
        {
            var frame = journal.FrameAtOrBefore(Lane.Readings, 4 * item);
            Assert.True(frame <= item);
            Assert.Contains(journal.Segments, s => s.FirstFrame == frame && item <= s.LastFrame);
        }
    }

    [Fact]
    public void A_roll_begins_a_segment_once_so_that_a_snapshot_can_be_its_first_frame()
    {
        using var journal = new SmallJournal().Open();
        SmallJournal.Append(journal, 1, 10);
        journal.Roll(SmallJournal.Lanes(2));
        journal.Roll(SmallJournal.Lanes(2));
        SmallJournal.Append(journal, 1, 10);
        Assert.Equal([1, 2], journal.Segments.Select(s => s.FirstFrame));
    }

    [Fact]
    public void A_full_disk_uses_the_reserve_and_then_refuses_without_harm()
    {
        var small = new SmallJournal { Disk = new MemoryDisk { Capacity = (3 * 16 * 1024) + 100 } };
        using var journal = small.Open();
        Assert.True(journal.HasReserve);
        var refused = Assert.Throws<JournalFullException>(() => SmallJournal.Append(journal, 1000, 1000));
        Assert.Contains("No space left", refused.Message, StringComparison.Ordinal);
        Assert.False(journal.HasReserve);
        Assert.Equal(3, journal.Segments.Count);
        var last = journal.LastFrame;
        small.Disk.Capacity = long.MaxValue;
        Assert.True(journal.FillReserve());
        SmallJournal.Append(journal, 30, 1000);
        Assert.Equal(Range(1, last + 30), SmallJournal.ReadAll(journal, out _, 1000));
    }

    internal static IEnumerable<long> Range(long from, long to)
    {
        for (var i = from; i <= to; i++)
        {
            yield return i;
        }
    }

    internal static List<long> Numbers(JournalReader reader)
    {
        var numbers = new List<long>();
        while (reader.TryNext(out var frame))
        {
            numbers.Add(frame.Number);
        }

        return numbers;
    }
}
