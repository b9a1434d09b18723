using Mesh.Contracts;
using Mesh.Rules;
using Microsoft.Extensions.Logging;

namespace Mesh.Nodes;

/// <summary>
/// The start of a node: open the journal, take up the newest snapshot, replay the frames behind it, compare what they
/// give with what they hold, and only then accept anything. Replay executes no action and sends nothing.
/// </summary>
public sealed partial class TurnMachine
{
    /// <summary>The time of the last frame; null in a new journal.</summary>
    private Timestamp? _last;

    /// <summary>Opens the journal in the data folder and brings the core to where it ends.</summary>
    /// <param name="settings">What the configuration says.</param>
    /// <param name="disk">The files.</param>
    /// <param name="time">The wall clock, and how time passes.</param>
    /// <param name="newEpoch">Gives a number never used as an epoch of this node before.</param>
    /// <param name="log">Where it says what it found.</param>
    /// <exception cref="DiskException">The folder or its files cannot be used.</exception>
    /// <exception cref="JournalRefusedException">The journal is another node's or of an unknown version.</exception>
    /// <exception cref="JournalFullException">No room for a first segment.</exception>
    public static TurnMachine Open(
        NodeSettings settings,
        Disk disk,
        TimeProvider time,
        Func<long> newEpoch,
        ILogger log
    )
    {
        var journal = Journal.Open(
            disk,
            Path.Combine(settings.Data, "journal"),
            new JournalOptions(settings.Node, settings.SegmentBytes) { MaxBytes = settings.MaxBytes ?? long.MaxValue },
            newEpoch,
            out var report
        );
        try
        {
            LogReport(log, settings.Node, report);
            var machine = new TurnMachine(settings, time, log, journal);
            machine.Replay();
            return machine;
        }
        catch (FormatException e)
        {
            journal.Dispose();
            throw new JournalRefusedException(
                $"the journal of node '{settings.Node}' cannot be read by this version of the program: {e.Message}: use the version that wrote it"
            );
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    /// <summary>Makes the first turn: that the node started, and what its configuration says now.</summary>
    /// <param name="uplink">What goes up.</param>
    /// <param name="version">Of the program.</param>
    /// <exception cref="JournalFullException">There is no room to begin.</exception>
    public Frame? Begin(UplinkChoice uplink, string version)
    {
        var live = Settings.Clock == ClockKind.Live;
        var down = live && _last is { } last ? Now().Now - last : TimeSpan.Zero;
        var first = new List<NodeInput> { new NodeStarted(version, down, uplink) };
        if (Settings.Devices is { } devices && _core.DevicesFile != devices)
        {
            first.Add(new DevicesChanged(devices));
        }

        if (!_core.Silences.Windows.SequenceEqual(Settings.Maintenance, MaintenanceWindow.SameText))
        {
            first.Add(new MaintenanceChanged(Settings.Maintenance));
        }

        if (!_core.RuleTexts.SequenceEqual(Settings.Rules))
        {
            first.Add(new RulesChanged(Settings.Rules));
        }

        var frame = Turn(first, [], snapshot: _snapshots.Due, Room.Enough);
        _begun = true;
        return frame;
    }

    /// <summary>Brings the core to where the journal ends.</summary>
    private void Replay()
    {
        var (snapshot, number, at) = FindSnapshot();
        if (snapshot is not null)
        {
            NodeSnapshot.Restore(_core, snapshot);
            _last = at;
        }
        else if (_journal.FirstFrame > 1)
        {
            // Only where damage took every snapshot: numbers go on where the oldest segment says they were.
            LogNoSnapshot(_log, Settings.Node, _journal.FirstFrame);
            _core.AlignWith(_journal.Segments[0].LaneNext);
        }

        var outcomes = new List<InputOutcome>();
        long bytes = 0;
        var differences = 0;
        using var reader = _journal.Read(Math.Max(number + 1, _journal.FirstFrame));
        while (reader.TryNext(out var stored))
        {
            outcomes.Clear();
            var recorded = FrameCodec.Decode(stored.Number, stored.Body.Span);
            var computed = _core.Replay(recorded, outcomes);
            if (!FrameCodec.SameOutputs(recorded, computed))
            {
                differences++;
                _core.AlignWith(recorded);
            }

            _last = recorded.Time;
            bytes += stored.Body.Length;
        }

        foreach (var segment in _journal.Segments)
        {
            _core.AlignWith(segment.LaneNext);
        }

        _snapshots.Found(
            snapshot is null ? 0 : number,
            snapshot?.Core.Length ?? 0,
            snapshot is null ? long.MaxValue / 16 : bytes
        );
        if (differences > 0)
        {
            LogDifferences(_log, Settings.Node, differences);
        }

        foreach (var entry in _core.AbsentAssemblies)
        {
            LogAbsent(_log, Settings.Node, entry.Name, RuleAssembly.HashOf(entry));
        }

        ReplayDifferences = differences;
        _clock = new SteadyClock(_last);
    }

    /// <summary>The newest snapshot, searched from the journal's end, a segment at a time.</summary>
    private (Snapshot? Snapshot, long Frame, Timestamp At) FindSnapshot()
    {
        foreach (var segment in _journal.Segments.Reverse())
        {
            ReadOnlyMemory<byte>? body = null;
            long number = 0;
            using var reader = _journal.Read(segment.FirstFrame);
            while (reader.TryNext(out var stored) && stored.Number <= segment.LastFrame)
            {
                if (FrameCodec.HoldsSnapshot(stored.Body.Span))
                {
                    (body, number) = (stored.Body.ToArray(), stored.Number);
                }
            }

            if (body is { } found)
            {
                var frame = FrameCodec.Decode(number, found.Span);
                return (frame.Outputs.OfType<Snapshot>().Single(), number, frame.Time);
            }
        }

        return (null, _journal.FirstFrame - 1, default);
    }

    private static void LogReport(ILogger log, string node, JournalReport report)
    {
        if (report.TornBytes > 0)
        {
            LogJournal(
                log,
                node,
                $"{report.TornBytes} bytes of a frame that was never finished are cut off; nobody was told of it"
            );
        }

        foreach (var damage in report.Damages)
        {
            LogJournal(log, node, damage.ToString());
        }

        if (report is { NewEpoch: true, Created: false })
        {
            LogJournal(log, node, "its end was lost: it goes on under a new epoch");
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "node {Node}: journal: {Line}")]
    private static partial void LogJournal(ILogger log, string node, string line);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "node {Node}: no snapshot can be read and the frames before {First} are gone: what only they held is lost"
    )]
    private static partial void LogNoSnapshot(ILogger log, string node, long first);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "node {Node}: the journal names rules in code of {File} (SHA-256 {Hash}), which 'plugins' in the configuration no longer does: what they said stands, what they remembered is given up"
    )]
    private static partial void LogAbsent(ILogger log, string node, string file, string hash);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "node {Node}: replaying gave other outputs than recorded in {Count} frames; what is recorded stands"
    )]
    private static partial void LogDifferences(ILogger log, string node, int count);
}
