namespace Mesh.Cli;

/// <summary>What the process says when it ends.</summary>
internal static class Exit
{
    public const int Fine = 0;

    /// <summary>Something was found or failed: wrong rules, numbers that disagree, a node that cannot start.</summary>
    public const int Failed = 1;

    /// <summary>The command line or a configuration file is wrong; nothing was started.</summary>
    public const int Usage = 2;

    /// <summary>The journal could not be written or synced: the node stopped rather than promise what it cannot keep.</summary>
    public const int JournalFailed = 3;

    /// <summary>There was no room on the disk to start. A node that runs when its disk fills goes on and refuses instead.</summary>
    public const int DiskFull = 4;

    /// <summary>The data are another node's, or of a format that this program does not know: they are left as they are.</summary>
    public const int ForeignData = 5;
}
