using System.CommandLine;
using System.Text.Json;
using Mesh.Contracts;
using Mesh.Nodes;
using Command = System.CommandLine.Command;

namespace Mesh.Cli;

/// <summary><c>mesh journal verify|dump|repair DIR</c>: what a node's journal holds, whether it is whole, and how to go on.</summary>
internal static class JournalCommand
{
    public static Command Create() =>
        new(
            "journal",
            "Check, show or repair the journal of a node, without its node\n\n  mesh journal verify /var/lib/mesh/fog-1"
        )
        {
            CreateVerify(),
            CreateDump(),
            CreateRepair(),
        };

    private static Argument<string> Folder() => new("folder") { Description = "The node's data folder" };

    private static Command CreateVerify()
    {
        var folder = Folder();
        var command = new Command("verify", "Check every frame; exit code 1 and the places when something is damaged")
        {
            folder,
        };
        command.SetAction(
            (parsed, _) => Failures.CatchAsync(() => VerifyAsync(new PosixDisk(), parsed.GetValue(folder)!))
        );
        return command;
    }

    private static async Task<int> VerifyAsync(Disk disk, string folder)
    {
        var findings = new JournalInspection(disk, folder).Verify();
        foreach (var found in findings)
        {
            var content =
                found.Segment is { } segment && found.Frames > 0
                    ? $"epoch {segment.Epoch}, {found.Frames} frames from {segment.FirstFrame}, {ByteSizes.Format(found.End)} of {ByteSizes.Format(segment.Bytes)}"
                : found.Segment is { } empty ? $"epoch {empty.Epoch}, no frames yet"
                : "no segment";
            await Terminal.Out.WriteLineAsync(
                $"{found.File}  {content}  {(found.Damages.Count == 0 ? "ok" : "DAMAGED")}"
            );
            foreach (var damage in found.Damages)
            {
                await Terminal.Out.WriteLineAsync($"  at {damage.Offset}: {damage.Reason}");
            }
        }

        var damages = findings.Sum(f => f.Damages.Count);
        if (damages == 0)
        {
            return Exit.Fine;
        }

        await Terminal.Error.WriteLineAsync(
            $"mesh: {damages} {(damages == 1 ? "place is" : "places are")} damaged; 'mesh journal repair {folder}' says what is lost and how to go on"
        );
        return Exit.Failed;
    }

    private static Command CreateDump()
    {
        var folder = Folder();
        var lane = new Option<string?>("--lane") { Description = "Only items of this lane" };
        lane.AcceptOnlyFromAmong([.. Lanes.All.Select(Lanes.Name)]);
        var kind = new Option<string?>("--kind") { Description = "Only parts of this kind" };
        kind.AcceptOnlyFromAmong([.. FrameJson.Kinds]);
        var from = new Option<long>("--from") { Description = "First frame" };
        var to = new Option<long>("--to") { Description = "Last frame", DefaultValueFactory = _ => long.MaxValue };
        var command = new Command(
            "dump",
            "Show frames, one JSON object per line\n\n  mesh journal dump data/fog-1 --lane alarms | jq .outputs"
        )
        {
            folder,
            lane,
            kind,
            from,
            to,
        };
        command.SetAction(
            (parsed, _) =>
                Failures.CatchAsync(() =>
                {
                    var filter = new FrameFilter(
                        parsed.GetValue(lane) is { } name && Lanes.TryParse(name, out var found) ? found : null,
                        parsed.GetValue(kind)
                    );
                    return DumpAsync(
                        new JournalInspection(new PosixDisk(), parsed.GetValue(folder)!),
                        filter,
                        parsed.GetValue(from),
                        parsed.GetValue(to)
                    );
                })
        );
        return command;
    }

    private static async Task<int> DumpAsync(JournalInspection journal, FrameFilter filter, long from, long to)
    {
        foreach (var frame in journal.Frames().Where(f => f.Number >= from && f.Number <= to))
        {
            using var line = new MemoryStream();
            await using var writer = new Utf8JsonWriter(line);
            bool wanted;
            try
            {
                wanted = FrameJson.Write(writer, frame, filter);
            }
            catch (FormatException e)
            {
                await Terminal.Error.WriteLineAsync(
                    $"mesh: {frame.Segment.File} at {frame.Offset}: frame {frame.Number}: {e.Message}"
                );
                return Exit.ForeignData;
            }

            if (wanted)
            {
                await writer.FlushAsync();
                await Terminal.Out.WriteLineAsync(System.Text.Encoding.UTF8.GetString(line.ToArray()));
            }
        }

        return Exit.Fine;
    }

    private static Command CreateRepair()
    {
        var folder = Folder();
        var yes = new Option<bool>("--yes") { Description = "Do it; without this, only say what would be done" };
        var command = new Command(
            "repair",
            "Say what damage has cost, and with --yes set damaged parts aside and begin a new epoch"
        )
        {
            folder,
            yes,
        };
        command.SetAction(
            (parsed, _) =>
                Failures.CatchAsync(() => RepairAsync(new PosixDisk(), parsed.GetValue(folder)!, parsed.GetValue(yes)))
        );
        return command;
    }

    private static async Task<int> RepairAsync(Disk disk, string folder, bool yes)
    {
        var repair = new JournalRepair(disk, folder);
        if (!repair.IsNeeded)
        {
            await Terminal.Out.WriteLineAsync("the journal is whole; there is nothing to repair");
            return Exit.Fine;
        }

        foreach (var damage in repair.Findings.SelectMany(f => f.Damages))
        {
            await Terminal.Out.WriteLineAsync($"damaged: {damage}");
        }

        foreach (var (from, to) in repair.Lost)
        {
            await Terminal.Out.WriteLineAsync($"lost: frames {from} to {to}");
        }

        foreach (var (lane, from, to) in repair.LostItems)
        {
            await Terminal.Out.WriteLineAsync($"lost: {Lanes.Name(lane)} {from} to {to}, unless they were delivered");
        }

        if (!yes)
        {
            await Terminal.Out.WriteLineAsync(
                $"nothing was changed. 'mesh journal repair {folder} --yes' sets these parts aside as *.damaged and begins a new epoch"
            );
            return Exit.Failed;
        }

        foreach (var file in repair.Run(Numbering.New(TimeProvider.System)))
        {
            await Terminal.Out.WriteLineAsync($"set aside: {file}");
        }

        await Terminal.Out.WriteLineAsync("a new epoch begins; the node can start");
        return Exit.Fine;
    }
}
