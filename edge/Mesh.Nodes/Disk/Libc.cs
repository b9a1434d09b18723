using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mesh.Nodes;

/// <summary>
/// The system calls whose results .NET does not report: it returns normally from a flush that the kernel answered with
/// an error. Only these few go past it. Constants are those of Linux on x86-64 and arm64.
/// </summary>
internal static partial class Libc
{
    internal const int ReadOnly = 0;
    internal const int ReadWrite = 2;
    internal const int Create = 0x40;
    internal const int Exclusive = 0x80;
    internal const int CloseOnExec = 0x80000;

    internal const int LockExclusive = 2;
    internal const int LockNoWait = 4;

    internal const int WouldBlock = 11;
    internal const int InvalidArgument = 22;
    internal const int NotSupported = 95;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    internal static partial int DataSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    internal static partial int Sync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    internal static partial int Lock(SafeFileHandle file, int operation);

    /// <summary>Returns the error number instead of setting it.</summary>
    [LibraryImport("libc", EntryPoint = "posix_fallocate")]
    internal static partial int Allocate(SafeFileHandle file, long offset, long length);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    internal static partial int Truncate(SafeFileHandle file, long length);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Rename(string from, string to);

    [LibraryImport("libc", EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Unlink(string path);

    internal static DiskException Failure(string operation, string path, int errno) =>
        new(operation, path, $"{Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})", errno);

    internal static DiskException Failure(string operation, string path) =>
        Failure(operation, path, Marshal.GetLastPInvokeError());
}
