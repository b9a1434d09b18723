namespace Mesh.Nodes;

/// <summary>A file system said no: which operation, on what, and why in its own words.</summary>
public sealed class DiskException : Exception
{
    internal const int NotFound = 2;
    internal const int IsAFolder = 21;

    internal const int NoSpace = 28;
    private const int QuotaExceeded = 122;

    public DiskException(string operation, string path, string reason, int errno = 0, Exception? inner = null)
        : base($"{operation} {path}: {reason}", inner)
    {
        Operation = operation;
        Path = path;
        Errno = errno;
    }

    public string Operation { get; }

    public string Path { get; }

    /// <summary>The error number of the operating system, 0 when there is none.</summary>
    public int Errno { get; }

    /// <summary>There is no room; it may come back.</summary>
    public bool IsFull => Errno is NoSpace or QuotaExceeded;
}
