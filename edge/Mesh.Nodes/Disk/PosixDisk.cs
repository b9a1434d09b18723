using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mesh.Nodes;

/// <summary>The real file system. Files are 0600, folders 0700.</summary>
public sealed class PosixDisk : Disk
{
    private const int FileMode = 0x180; // 0600
    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public override DiskFile Open(string path, DiskAccess access)
    {
        var flags = access switch
        {
            DiskAccess.Read => Libc.ReadOnly,
            DiskAccess.Write => Libc.ReadWrite,
            DiskAccess.Create => Libc.ReadWrite | Libc.Create | Libc.Exclusive,
            _ => Libc.ReadWrite | Libc.Create,
        };
        if (Directory.Exists(path))
        {
            throw new DiskException("open", path, "it is a folder, not a file", DiskException.IsAFolder);
        }

        return new PosixFile(path, OpenHandle(path, flags));
    }

    public override bool Exists(string path) => File.Exists(path);

    /// <summary>Each folder that is new is also made durable in the one above it.</summary>
    public override void CreateFolder(string folder)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (Directory.Exists(full))
        {
            return;
        }

        var above = Path.GetDirectoryName(full)!;
        CreateFolder(above);
        Run("create folder", full, () => CreateOne(full));
        SyncFolder(above);
    }

    public override IReadOnlyList<string> List(string folder)
    {
        string[] names = [];
        if (Directory.Exists(folder))
        {
            Run(
                "list",
                folder,
                () => names = [.. Directory.EnumerateFileSystemEntries(folder).Select(p => Path.GetFileName(p))]
            );
            Array.Sort(names, StringComparer.Ordinal);
        }

        return names;
    }

    public override void Rename(string from, string to)
    {
        if (Libc.Rename(from, to) != 0)
        {
            throw Libc.Failure("rename", $"{from} to {to}", Marshal.GetLastPInvokeError());
        }
    }

    public override void Delete(string path)
    {
        if (Libc.Unlink(path) != 0)
        {
            throw Libc.Failure("delete", path);
        }
    }

    public override void SyncFolder(string folder)
    {
        using var handle = OpenHandle(folder, Libc.ReadOnly);
        if (Libc.Sync(handle) != 0)
        {
            throw Libc.Failure("sync folder", folder);
        }
    }

    public override long FreeBytes(string folder)
    {
        long free = 0;
        Run("free space of", folder, () => free = new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace);
        return free;
    }

    /// <summary>
    /// An flock on a file in the folder: the kernel releases it when the process ends, so no stale lock can be left
    /// behind. The file itself stays.
    /// </summary>
    public override IDisposable Lock(string folder)
    {
        var path = Path.Combine(folder, "lock");
        var handle = OpenHandle(path, Libc.ReadWrite | Libc.Create);
        if (Libc.Lock(handle, Libc.LockExclusive | Libc.LockNoWait) != 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            handle.Dispose();
            throw errno == Libc.WouldBlock
                ? new DiskException("lock", folder, "another process uses this folder; stop it first", errno)
                : Libc.Failure("lock", path, errno);
        }

        return handle;
    }

    private static void CreateOne(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("the mesh keeps its data on POSIX file systems");
        }

        Directory.CreateDirectory(folder, FolderMode);
    }

    private static SafeFileHandle OpenHandle(string path, int flags)
    {
        var descriptor = Libc.Open(path, flags | Libc.CloseOnExec, FileMode);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Libc.Failure("open", path);
    }

    private static void Run(string operation, string path, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiskException(operation, path, e.Message, e.HResult, e);
        }
    }
}
