using Mesh.Nodes;
using Xunit;

namespace Mesh.Tests.Journals;

/// <summary>R17: what an opening reads does not depend on what waits in the journal.</summary>
public sealed class OpeningCostTests
{
    [Fact]
    public void Opening_reads_headers_and_the_last_segment_only()
    {
        var (small, large) = (BytesToOpen(20), BytesToOpen(2_000));
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"read: {small.Read} of {small.Held} bytes, {large.Read} of {large.Held} bytes"
        );
        Assert.True(large.Held > 50 * small.Held);

        // A header of 4 KiB for each segment of 16 KiB here; a segment is 16 MiB otherwise.
        Assert.True(large.Read - (4096 * large.Segments) <= small.Read - (4096 * small.Segments) + (4 * 16 * 1024));
    }

    private static (long Read, long Held, int Segments) BytesToOpen(int frames)
    {
        var small = new SmallJournal();
        long held;
        int segments;
        using (var journal = small.Open())
        {
            SmallJournal.Append(journal, frames, 1_500);
            (held, segments) = (journal.Bytes, journal.Segments.Count);
        }

        var counting = new CountingDisk(small.Disk);
        using var again = Journal.Open(counting, SmallJournal.Folder, small.Options, () => 9, out _);
        Assert.Equal(frames, again.LastFrame);
        return (counting.BytesRead, held, segments);
    }

    /// <summary>Counts what is read.</summary>
    private sealed class CountingDisk(Disk disk) : Disk
    {
        public long BytesRead { get; private set; }

        public override DiskFile Open(string path, DiskAccess access) =>
            new Counted(this, path, disk.Open(path, access));

        public override bool Exists(string path) => disk.Exists(path);

        public override void CreateFolder(string folder) => disk.CreateFolder(folder);

        public override IReadOnlyList<string> List(string folder) => disk.List(folder);

        public override void Rename(string from, string to) => disk.Rename(from, to);

        public override void Delete(string path) => disk.Delete(path);

        public override void SyncFolder(string folder) => disk.SyncFolder(folder);

        public override long FreeBytes(string folder) => disk.FreeBytes(folder);

        public override IDisposable Lock(string folder) => disk.Lock(folder);

        private sealed class Counted(CountingDisk owner, string path, DiskFile file) : DiskFile(path)
        {
            public override long Length => file.Length;

            public override int Read(long offset, Span<byte> buffer)
            {
                var read = file.Read(offset, buffer);
                owner.BytesRead += read;
                return read;
            }

            public override void Allocate(long bytes) => file.Allocate(bytes);

            public override void SetLength(long bytes) => file.SetLength(bytes);

            protected override void WriteAt(long offset, ReadOnlySpan<byte> bytes) => file.Write(offset, bytes);

            protected override void SyncContent() => file.Sync();

            protected override void Dispose(bool disposing) => file.Dispose();
        }
    }
}
