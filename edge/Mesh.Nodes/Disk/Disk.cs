namespace Mesh.Nodes;

/// <summary>How a file is opened.</summary>
public enum DiskAccess
{
    /// <summary>An existing file, for reading.</summary>
    Read,

    /// <summary>An existing file, for reading and writing.</summary>
    Write,

    /// <summary>A new file; it is an error if the name is taken.</summary>
    Create,

    /// <summary>A file for reading and writing, created when absent.</summary>
    OpenOrCreate,
}

/// <summary>
/// The one seam between durable code and a file system: what the journal does with files goes through it, so that the
/// same code runs on a real disk and on a simulated one that loses unsynced sectors, fills up and fails.
/// </summary>
/// <remarks>
/// Every member throws <see cref="DiskException"/> and nothing else when the file system refuses. A name (created,
/// renamed, deleted) is durable only after <see cref="SyncFolder"/> of its folder, content only after
/// <see cref="DiskFile.Sync"/>.
/// </remarks>
public abstract class Disk
{
    public abstract DiskFile Open(string path, DiskAccess access);

    public abstract bool Exists(string path);

    /// <summary>Creates a folder and those above it, for this user only; no error when it exists.</summary>
    public abstract void CreateFolder(string folder);

    /// <summary>Names (without the folder) of what is in a folder, files and folders, in ordinal order; empty when there is no folder.</summary>
    public abstract IReadOnlyList<string> List(string folder);

    /// <summary>Renames a file within its folder or file system, replacing what has the new name.</summary>
    public abstract void Rename(string from, string to);

    public abstract void Delete(string path);

    /// <summary>Makes names in the folder durable.</summary>
    public abstract void SyncFolder(string folder);

    /// <summary>Bytes this user may still allocate on the file system of the folder.</summary>
    public abstract long FreeBytes(string folder);

    /// <summary>
    /// Takes the folder for this opener alone until the result is disposed or the process ends, however it ends.
    /// </summary>
    /// <exception cref="DiskException">Another opener, in this process or another, holds it.</exception>
    public abstract IDisposable Lock(string folder);
}
