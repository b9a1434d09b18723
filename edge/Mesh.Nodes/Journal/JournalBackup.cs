namespace Mesh.Nodes;

/// <summary>What a backup holds.</summary>
/// <param name="Node">Whose journal.</param>
/// <param name="Epoch">The epoch of its last segment.</param>
/// <param name="FirstFrame">The oldest frame.</param>
/// <param name="LastFrame">The newest.</param>
/// <param name="Bytes">Of its segments.</param>
public sealed record BackupContent(string Node, long Epoch, long FirstFrame, long LastFrame, long Bytes);

/// <summary>
/// Copies a node's journal, also while the node runs, and makes a node of such a copy again. The store need not be copied:
/// it is rebuilt from the journal.
/// </summary>
/// <remarks>
/// A segment never changes once the next one exists, and the last one only grows; a frame that is half there in the copy is
/// cut off by its first opening like one that a power cut tore. So segments copied from the oldest to the newest are a
/// journal as it was at some instant. Its numbers have gone on since: a restored journal begins a <b>new epoch</b>, so that
/// what it says under old numbers is never taken for what the first one said.
/// </remarks>
public static class JournalBackup
{
    private const int Chunk = 1024 * 1024;

    /// <summary>Copies a journal into a folder that holds none, and reads the copy back.</summary>
    /// <param name="disk">Where both lie.</param>
    /// <param name="data">The node's data folder, or its journal's.</param>
    /// <param name="target">The folder to write, created when absent.</param>
    /// <exception cref="JournalRefusedException">There is nothing to copy, the target holds a journal, or the copy is damaged.</exception>
    public static BackupContent Write(Disk disk, string data, string target)
    {
        var source = new JournalInspection(disk, data).Folder;
        return Copy(disk, source, Fresh(disk, target));
    }

    /// <summary>Makes a data folder of a backup; the journal in it begins a new epoch.</summary>
    /// <param name="disk">Where both lie.</param>
    /// <param name="backup">What <see cref="Write"/> has written.</param>
    /// <param name="data">The data folder of the node, created when absent.</param>
    /// <param name="newEpoch">Never used as an epoch of this node before.</param>
    /// <exception cref="JournalRefusedException">There is no backup, the folder holds a journal, or the backup is damaged.</exception>
    public static BackupContent Restore(Disk disk, string backup, string data, long newEpoch)
    {
        var source = new JournalInspection(disk, backup).Folder;
        var target = Fresh(disk, data);
        var content = Copy(disk, source, target);
        var options = new JournalOptions(content.Node, LargestSegment(disk, target), Reserve: false);
        using var journal = Journal.Open(disk, target, options, () => newEpoch, out var report);
        if (!report.NewEpoch)
        {
            journal.BeginEpoch(newEpoch);
        }

        return content with
        {
            Epoch = journal.Epoch,
        };
    }

    private static string Fresh(Disk disk, string data)
    {
        var journal = Path.Combine(data, "journal");
        foreach (var folder in (string[])[data, journal])
        {
            if (JournalInspection.HasSegments(disk, folder))
            {
                throw new JournalRefusedException($"{folder} holds a journal already; an empty folder is expected");
            }
        }

        if (disk.List(Path.Combine(data, "store")).Count > 0)
        {
            throw new JournalRefusedException($"{data} holds a store already; an empty folder is expected");
        }

        disk.CreateFolder(journal);
        return journal;
    }

    private static BackupContent Copy(Disk disk, string source, string target)
    {
        while (!TryCopy(disk, source, target))
        {
            // The node deleted a delivered segment meanwhile: the copy begins again with what there is now.
            foreach (var name in disk.List(target))
            {
                disk.Delete(Path.Combine(target, name));
            }
        }

        disk.SyncFolder(target);
        var findings = new JournalInspection(disk, target).Verify();
        var damages = findings.SelectMany(f => f.Damages).ToList();
        if (damages.Count > 0)
        {
            throw new JournalRefusedException($"the journal is damaged, see 'mesh journal verify': {damages[0]}");
        }

        var segments = findings.Select(f => f.Segment!).ToList();
        return new BackupContent(
            segments[0].Node,
            segments[^1].Epoch,
            segments[0].FirstFrame,
            segments[^1].FirstFrame + findings[^1].Frames - 1,
            segments.Sum(s => s.Bytes)
        );
    }

    private static bool TryCopy(Disk disk, string source, string target)
    {
        var names = disk.List(source)
            .Where(n => n.EndsWith(JournalSegment.Extension, StringComparison.Ordinal))
            .ToList();
        foreach (var name in names)
        {
            try
            {
                var end = name == names[^1] ? EndOf(disk, source, name) : long.MaxValue;
                CopyFile(disk, Path.Combine(source, name), Path.Combine(target, name), end);
            }
            catch (DiskException e) when (e.Errno == DiskException.NotFound)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Where the last whole frame ends, in a file that may be growing: a gap in it can be a frame that was being written
    /// while it was looked at. A gap that is still there when it is looked at again is damage.
    /// </summary>
    private static long EndOf(Disk disk, string folder, string name)
    {
        var header =
            SegmentHeader.Read(disk, folder, name, out var reason)
            ?? throw new JournalRefusedException(
                $"the journal is damaged, see 'mesh journal verify': {name}: {reason}"
            );
        using var file = disk.Open(Path.Combine(folder, name), DiskAccess.Read);
        long gap = -1;
        while (true)
        {
            var scanner = new SegmentScanner(file, header, SegmentHeader.Size, header.FirstFrame);
            var end = (long)SegmentHeader.Size;
            var again = false;
            while (scanner.TryNext(file.Length, out var number, out _, out var passed))
            {
                if (passed > 0 && gap == end)
                {
                    throw new JournalRefusedException(
                        $"the journal is damaged, see 'mesh journal verify': {name} at {end}: frame {number} is not joined to what is before it"
                    );
                }

                if (passed > 0)
                {
                    (gap, again) = (end, true);
                    break;
                }

                end = scanner.Offset;
            }

            if (!again)
            {
                return end;
            }
        }
    }

    private static void CopyFile(Disk disk, string from, string to, long end)
    {
        using var source = disk.Open(from, DiskAccess.Read);
        using var target = disk.Open(to, DiskAccess.Create);
        target.Allocate(source.Length);
        var length = Math.Min(source.Length, end);
        var buffer = new byte[Chunk];
        for (long at = 0; at < length; )
        {
            var read = source.Read(at, buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - at)));
            if (read == 0)
            {
                break;
            }

            if (buffer.AsSpan(0, read).IndexOfAnyExcept((byte)0) >= 0)
            {
                target.Write(at, buffer.AsSpan(0, read));
            }

            at += read;
        }

        target.Sync();
    }

    private static long LargestSegment(Disk disk, string folder) =>
        new JournalInspection(disk, folder).Verify().Max(f => f.Segment?.Bytes ?? 0);
}
