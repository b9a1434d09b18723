using System.CommandLine;
using Mesh.Contracts;
using Mesh.Nodes;
using Command = System.CommandLine.Command;

namespace Mesh.Cli;

/// <summary><c>mesh backup</c> and <c>mesh restore</c>: a consistent copy of a node's journal, and a node of it again.</summary>
internal static class BackupCommand
{
    public static Command CreateBackup()
    {
        var folder = new Argument<string>("folder") { Description = "The node's data folder" };
        var target = new Argument<string>("target") { Description = "The folder to write; it must hold no journal" };
        var command = new Command(
            "backup",
            "Copy a node's journal, also while the node runs\n\n  mesh backup /var/lib/mesh/fog-1 /backup/fog-1-monday"
        )
        {
            folder,
            target,
        };
        command.SetAction(
            (parsed, _) =>
                Failures.CatchAsync(async () =>
                {
                    var content = JournalBackup.Write(
                        new PosixDisk(),
                        parsed.GetValue(folder)!,
                        parsed.GetValue(target)!
                    );
                    await Terminal.Out.WriteLineAsync(Described(content));
                    return Exit.Fine;
                })
        );
        return command;
    }

    public static Command CreateRestore()
    {
        var backup = new Argument<string>("backup") { Description = "What 'mesh backup' has written" };
        var folder = new Argument<string>("folder") { Description = "The node's data folder; it must be empty" };
        var command = new Command(
            "restore",
            "Make a node's data folder of a backup, under a new epoch\n\n  mesh restore /backup/fog-1-monday /var/lib/mesh/fog-1"
        )
        {
            backup,
            folder,
        };
        command.SetAction(
            (parsed, _) =>
                Failures.CatchAsync(async () =>
                {
                    var content = JournalBackup.Restore(
                        new PosixDisk(),
                        parsed.GetValue(backup)!,
                        parsed.GetValue(folder)!,
                        Numbering.New(TimeProvider.System)
                    );
                    await Terminal.Out.WriteLineAsync(Described(content));
                    await Terminal.Out.WriteLineAsync(
                        $"a new epoch begins, {content.Epoch}: what was delivered since the backup is not delivered twice, what was not is lost"
                    );
                    return Exit.Fine;
                })
        );
        return command;
    }

    private static string Described(BackupContent content) =>
        $"node {content.Node}: frames {content.FirstFrame} to {content.LastFrame}, {ByteSizes.Format(content.Bytes)}";
}
