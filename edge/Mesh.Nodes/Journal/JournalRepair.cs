using System.Globalization;
using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>
/// Makes a damaged journal one that a node opens without a complaint: damaged bytes are copied aside and zeroed, files that
/// are no segments are renamed, and a new epoch begins, since numbers may have been given to others that are lost here.
/// What was intact stays where it is.
/// </summary>
public sealed class JournalRepair
{
    private readonly Disk _disk;
    private readonly JournalInspection _inspection;

    /// <summary>Looks at the journal; changes nothing yet.</summary>
    /// <exception cref="JournalRefusedException">There is no journal, or it is of an unknown format.</exception>
    public JournalRepair(Disk disk, string folder)
    {
        _disk = disk;
        _inspection = new JournalInspection(disk, folder);
        Findings = _inspection.Verify();
        if (Findings.Any(f => f.Unreadable > 0))
        {
            var first = Findings.First(f => f.Unreadable > 0).Damages.First(d => d.Offset > 0);
            throw new JournalRefusedException($"{first}; nothing is repaired that another version can read");
        }

        Lost = [.. LostFrames()];
        LostItems = [.. LostOfLanes()];
    }

    public IReadOnlyList<SegmentFindings> Findings { get; }

    public bool IsNeeded => Findings.Any(f => f.Damages.Count > 0);

    /// <summary>Frames between the first and the last that are not there.</summary>
    public IReadOnlyList<(long From, long To)> Lost { get; }

    /// <summary>Item numbers that no intact frame holds although frames before and behind them do.</summary>
    public IReadOnlyList<(Lane Lane, long From, long To)> LostItems { get; }

    /// <summary>Carries it out and begins a new epoch.</summary>
    /// <param name="newEpoch">Never used as an epoch of this node before.</param>
    /// <returns>The files that hold what was set aside.</returns>
    /// <exception cref="DiskException">A node runs on the folder, or the disk refuses.</exception>
    public IReadOnlyList<string> Run(long newEpoch)
    {
        var node =
            Findings.FirstOrDefault(f => f.Segment is not null)?.Segment?.Node
            ?? throw new JournalRefusedException($"no segment in {_inspection.Folder} has an intact header");
        var before = _disk.List(_inspection.Folder);
        using (_disk.Lock(_inspection.Folder))
        {
            foreach (var damage in Findings.Where(f => f.Segment is not null).SelectMany(f => f.Damages))
            {
                SetAside(damage);
            }
        }

        // Opening does the rest: it renames what is no segment, cuts a torn end, and begins an epoch if the end is lost.
        var size = Findings.Max(f => f.Segment?.Bytes ?? 0);
        var options = new JournalOptions(node, size, Reserve: false);
        using var journal = Journal.Open(_disk, _inspection.Folder, options, () => newEpoch, out var report);
        if (!report.NewEpoch)
        {
            journal.BeginEpoch(newEpoch);
        }

        return
        [
            .. _disk
                .List(_inspection.Folder)
                .Except(before, StringComparer.Ordinal)
                .Where(n => n.EndsWith(".damaged", StringComparison.Ordinal)),
        ];
    }

    private void SetAside(JournalDamage damage)
    {
        var path = Path.Combine(_inspection.Folder, damage.File);
        using var file = _disk.Open(path, DiskAccess.Write);
        var bytes = new byte[Math.Clamp(file.Length - damage.Offset, 0, damage.Bytes)];
        if (bytes.Length == 0 || damage.Offset < SegmentHeader.Size)
        {
            return;
        }

        file.Read(damage.Offset, bytes);
        var aside = string.Create(CultureInfo.InvariantCulture, $"{path}.{damage.Offset}.damaged");
        using (var copy = _disk.Open(aside, DiskAccess.OpenOrCreate))
        {
            copy.Write(0, bytes);
            copy.Sync();
        }

        _disk.SyncFolder(_inspection.Folder);
        file.Write(damage.Offset, new byte[bytes.Length]);
        file.Sync();
    }

    private IEnumerable<(long From, long To)> LostFrames()
    {
        long? expected = null;
        foreach (var frame in _inspection.Frames())
        {
            if (expected is { } wanted && frame.Number > wanted)
            {
                yield return (wanted, frame.Number - 1);
            }

            expected = frame.Number + 1;
        }
    }

    private IEnumerable<(Lane Lane, long From, long To)> LostOfLanes()
    {
        var next = new long[Lanes.Count];
        foreach (var frame in _inspection.Frames())
        {
            foreach (var lane in Lanes.All)
            {
                if (FrameCodec.Items(frame.Body.Span, lane) is not { } items)
                {
                    continue;
                }

                var expected = next[(int)lane];
                if (expected > 0 && items.From > expected)
                {
                    yield return (lane, expected, items.From - 1);
                }

                next[(int)lane] = items.To + 1;
            }
        }
    }
}
