using Microsoft.Win32.SafeHandles;

namespace Mesh.Nodes;

/// <summary>An open file of <see cref="PosixDisk"/>.</summary>
internal sealed class PosixFile : DiskFile
{
    private readonly SafeFileHandle _handle;

    internal PosixFile(string path, SafeFileHandle handle)
        : base(path) => _handle = handle;

    public override long Length
    {
        get
        {
            try
            {
                return RandomAccess.GetLength(_handle);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw Failed("length of", e);
            }
        }
    }

    public override int Read(long offset, Span<byte> buffer)
    {
        try
        {
            var total = 0;
            while (total < buffer.Length)
            {
                var read = RandomAccess.Read(_handle, buffer[total..], offset + total);
                if (read == 0)
                {
                    break;
                }

                total += read;
            }

            return total;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed("read", e);
        }
    }

    /// <summary>Where the file system cannot reserve blocks (some network and FUSE ones), only the length is set.</summary>
    public override void Allocate(long bytes)
    {
        var errno = Libc.Allocate(_handle, 0, bytes);
        if (errno is Libc.NotSupported or Libc.InvalidArgument)
        {
            SetLength(bytes);
        }
        else if (errno != 0)
        {
            throw Libc.Failure("allocate", Path, errno);
        }
    }

    public override void SetLength(long bytes)
    {
        if (Libc.Truncate(_handle, bytes) != 0)
        {
            throw Libc.Failure("set length of", Path);
        }
    }

    protected override void WriteAt(long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(_handle, bytes, offset);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed("write", e);
        }
    }

    protected override void SyncContent()
    {
        if (Libc.DataSync(_handle) != 0)
        {
            throw Libc.Failure("sync", Path);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _handle.Dispose();
        }
    }

    private DiskException Failed(string operation, Exception e) => new(operation, Path, e.Message, e.HResult, e);
}
