using Microsoft.Extensions.Logging;

namespace Mesh.Nodes;

/// <summary>How a node comes to life: what <see cref="TurnMachine"/> finds, the store beside it, then the threads.</summary>
public sealed partial class Node
{
    /// <summary>Opens the data folder, replays what it holds and starts making turns.</summary>
    /// <param name="settings">What the configuration says.</param>
    /// <param name="uplink">What goes up.</param>
    /// <param name="disk">The files.</param>
    /// <param name="time">The wall clock.</param>
    /// <param name="log">Where the node says what it does.</param>
    /// <param name="history">Whether the store keeps readings (the cloud's).</param>
    /// <param name="version">Of the program.</param>
    /// <exception cref="DiskException">The folder or its files cannot be used.</exception>
    /// <exception cref="JournalRefusedException">The journal is another node's or of an unknown version.</exception>
    public static Node Open(
        NodeSettings settings,
        UplinkChoice uplink,
        Disk disk,
        TimeProvider time,
        ILogger log,
        bool history = false,
        string version = "0"
    )
    {
        var machine = TurnMachine.Open(settings, disk, time, () => Numbering.New(time), log);
        LocalStore? store = null;
        try
        {
            store = LocalStore.Open(
                disk,
                new StoreOptions(Path.Combine(settings.Data, "store"), machine.Journal.Epoch, history),
                time,
                trouble => LogStore(log, settings.Node, trouble.ToString())
            );
            if (store.AppliedFrame > machine.Journal.LastFrame)
            {
                // Somebody put an older copy in its place. Its numbers have been given: they must not be given again.
                LogOlder(log, settings.Node, machine.Journal.LastFrame, store.AppliedFrame);
                machine.Journal.BeginEpoch(Numbering.New(time));
                store.Dispose();
                machine.Dispose();
                return Open(settings, uplink, disk, time, log, history, version);
            }

            var node = new Node(machine, log, store);
            machine.Begin(uplink, version);
            machine.Retain();
            node._feed.Start();
            node._thread.Start();
            return node;
        }
        catch
        {
            store?.Dispose();
            machine.Dispose();
            throw;
        }
    }

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "node {Node}: the journal ends at frame {Last}, the store knows frame {Applied}: an older copy of the journal is in its place; it goes on under a new epoch, use 'mesh restore' next time"
    )]
    private static partial void LogOlder(ILogger log, string node, long last, long applied);

    [LoggerMessage(Level = LogLevel.Warning, Message = "node {Node}: store: {Line}")]
    private static partial void LogStore(ILogger log, string node, string line);
}
