using Mesh.Nodes;
using Xunit;

namespace Mesh.Tests.Journals;

/// <summary>The same journal on the real file system.</summary>
public sealed class PosixDiskTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-journal-").FullName;
    private readonly PosixDisk _disk = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_journal_on_a_real_disk_keeps_its_frames_and_hides_its_files()
    {
        var folder = Path.Combine(_folder, "a", "journal");
        using (var journal = Open(folder))
        {
            SmallJournal.Append(journal, 100);
            Assert.Throws<DiskException>(() => Open(folder));
        }

        using var again = Open(folder);
        Assert.Equal(JournalTests.Range(1, 100), SmallJournal.ReadAll(again, out _));
        var mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.All(Directory.GetFiles(folder), f => Assert.Equal(mode, File.GetUnixFileMode(f)));
        Assert.Equal(mode | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        Assert.True(_disk.FreeBytes(folder) > 0);
    }

    [Fact]
    public void What_the_kernel_refuses_is_said_with_operation_path_and_reason()
    {
        var missing = Path.Combine(_folder, "nothing");
        var error = Assert.Throws<DiskException>(() => _disk.Open(missing, DiskAccess.Read));
        Assert.Equal((2, "open", missing), (error.Errno, error.Operation, error.Path));
        Assert.Contains("No such file", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sync_that_the_device_refuses_is_noticed_and_poisons_the_file()
    {
        // A pipe end cannot be synced: the kernel answers EINVAL, which .NET's own flush would swallow.
        Assert.SkipUnless(File.Exists("/dev/null"), "needs /dev/null");
        using var file = _disk.Open("/dev/null", DiskAccess.Write);
        Assert.Throws<DiskException>(file.Sync);
        var later = Assert.Throws<DiskException>(() => file.Write(0, [1]));
        Assert.Contains("an earlier sync failed", later.Message, StringComparison.Ordinal);
    }

    private Journal Open(string folder) =>
        Journal.Open(_disk, folder, new JournalOptions("node-1", 16 * 1024), () => 7, out _);
}
