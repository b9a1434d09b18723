using Mesh.Contracts;
using Mesh.Nodes;

namespace Mesh.World;

/// <summary>
/// Watches every frame, every message and every start, and knows from them what must be where. It asks nobody: what it
/// believes durable is what it saw become durable, and after each start it looks whether that is so.
/// </summary>
/// <remarks>
/// The promises by name are those of the guarantees (R) and of the protocol (S). A broken one ends the run by a
/// <see cref="ViolationException"/>.
/// </remarks>
public sealed partial class Referee(WorldRun world)
{
    private readonly Dictionary<ReadingId, Fate> _fates = [];
    private readonly Dictionary<string, Kept> _kept = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Node, long Epoch, Lane Lane), List<ReadingId>> _numbers = [];

    /// <summary>What any incarnation of a host above has ever held of a numbering.</summary>
    private readonly Dictionary<(string Sender, long Epoch, Lane Lane), long> _everHeld = [];

    /// <summary>An agent told its devices that it holds these.</summary>
    public void Accepted(Host host, IReadOnlyList<Reading> readings)
    {
        foreach (var reading in readings)
        {
            var fate = _fates.GetValueOrDefault(reading.Id);
            Require(
                fate is not null && (fate.Holders > 0 || fate.Applied),
                "R3 acknowledged only when durable",
                () => $"{host.Name} accepted {reading}, which is in no frame"
            );
            fate!.Promised = true;
        }
    }

    /// <summary>A frame has become durable at a host.</summary>
    public void Durable(Host host, Frame frame)
    {
        var kept = Of(host);
        Require(
            frame.Number == kept.Last + 1,
            "R4 numbers are given once",
            () => $"{host.Name} writes frame {frame.Number} behind {kept.Last}"
        );
        kept.Last = frame.Number;
        kept.Epoch = host.Epoch;
        kept.Frames[frame.Number] = FrameReading.Hash(FrameCodec.Encode(frame));
        foreach (var input in frame.Inputs)
        {
            switch (input)
            {
                case RangeArrived arrived:
                    Took(host, kept, arrived.Range);
                    break;
                case Delivered delivered when host is not CloudHost:
                    Forgets(host, delivered);
                    break;
            }
        }

        var readings = FrameReading.Readings(frame);
        foreach (var output in frame.Outputs)
        {
            switch (output)
            {
                case LaneItem item:
                    Number(host, item.Lane, item.Item, FrameReading.Of(item.Event));
                    if (item.Event is Detection)
                    {
                        Holds(host, kept, frame.Number, FrameReading.Of(item.Event), promised: true);
                    }

                    break;
                case ReadingsForwarded forwarded:
                    for (var i = 0; i < forwarded.Places.Count; i++)
                    {
                        var id = readings[forwarded.Places[i]];
                        Number(host, Lane.Readings, forwarded.From + i, id);
                        InOrder(host, kept, id);
                        Holds(host, kept, frame.Number, id, promised: false);
                    }

                    break;
            }
        }
    }

    /// <summary>Segments of a host may have been deleted.</summary>
    public void Retained(Host host)
    {
        var kept = Of(host);
        var first = host.Machine!.Journal.FirstFrame;
        while (kept.Held.TryPeek(out var oldest) && oldest.Frame < first)
        {
            kept.Held.Dequeue();
            kept.Frames.Remove(oldest.Frame);
            var fate = _fates[oldest.Thing];
            fate.Holders--;
            Require(
                fate.Holders > 0 || fate.Applied || fate.DiskGone || fate.Declared is not null,
                "R7 only what is delivered is deleted",
                () => $"{host.Name} deleted frame {oldest.Frame} with {oldest.Thing}, which nobody else holds"
            );
        }
    }

    /// <summary>A host has opened its journal: everything that was durable must be there, unchanged.</summary>
    public void Opened(Host host)
    {
        var kept = Of(host);
        var journal = host.Machine!.Journal;
        Require(
            journal.LastFrame >= kept.Last,
            "R1/R2 nothing durable is lost",
            () => $"{host.Name} opens with frame {journal.LastFrame}, and {kept.Last} was durable"
        );
        Require(
            kept.Epoch < 0 || kept.Epoch == journal.Epoch,
            "R2 a crash damages nothing",
            () => $"{host.Name} opens under epoch {journal.Epoch} instead of {kept.Epoch}"
        );
        Require(
            host.Machine.ReplayDifferences == 0,
            "R10 replay gives the same bytes",
            () => $"{host.Name} replays {host.Machine.ReplayDifferences} frames to other outputs"
        );
        var last = kept.Last;
        var expected = journal.FirstFrame;
        using var reader = journal.Read(journal.FirstFrame);
        while (reader.TryNext(out var stored))
        {
            Require(
                stored.Number == expected++,
                "R2 a crash damages nothing",
                () => $"{host.Name} has lost frame {expected - 1}"
            );
            if (stored.Number > last)
            {
                // Nobody was told of it, but it survived.
                Durable(host, FrameCodec.Decode(stored.Number, stored.Body.Span));
            }
            else
            {
                Require(
                    !kept.Frames.TryGetValue(stored.Number, out var hash)
                        || hash == FrameReading.Hash(stored.Body.Span),
                    "R2 a crash damages nothing",
                    () => $"frame {stored.Number} of {host.Name} is another one now"
                );
            }
        }

        Retained(host);
    }

    /// <summary>A host's disk is gone with all that was on it.</summary>
    public void Replaced(Host host)
    {
        var kept = Of(host);
        foreach (var (_, thing) in kept.Held)
        {
            var fate = _fates[thing];
            fate.Holders--;
            fate.DiskGone |= !fate.Applied;
        }

        _kept.Remove(host.Name);
    }

    private Kept Of(Host host)
    {
        if (!_kept.TryGetValue(host.Name, out var kept))
        {
            _kept.Add(host.Name, kept = new Kept());
        }

        return kept;
    }

    /// <summary>A range was taken: it joins what was held, and what it skips is declared.</summary>
    private void Took(Host host, Kept kept, LaneRange range)
    {
        var key = (range.Sender, range.Epoch, range.Lane);
        var upTo = kept.Marks.GetValueOrDefault(key);
        if (range.To < range.From)
        {
            return;
        }

        Require(
            range.From == upTo + 1,
            "S4 ranges join",
            () => $"{host.Name} took {range.Lane} {range.From} to {range.To} of {range.Sender} behind {upTo}"
        );
        kept.Marks[key] = range.To;
        _everHeld[key] = Math.Max(_everHeld.GetValueOrDefault(key), range.To);
        foreach (var skipped in range.Skipped)
        {
            world.Count.Skipped += skipped.To - skipped.From + 1;
            world.Say(
                host.Name,
                $"is told that {range.Lane} {skipped.From} to {skipped.To} of {range.Sender} will not come: {skipped.Reason}"
            );
            for (var item = skipped.From; item <= skipped.To; item++)
            {
                if (
                    Numbered(range.Sender, range.Epoch, range.Lane, item) is { } thing
                    && _fates.TryGetValue(thing, out var fate)
                )
                {
                    fate.Declared ??= skipped.Reason;
                }
            }
        }
    }

    /// <summary>A host notes that the next tier holds a lane up to an item: then it must have held it.</summary>
    private void Forgets(Host host, Delivered delivered) =>
        Require(
            _everHeld.GetValueOrDefault((host.Name, host.Epoch, delivered.Lane)) >= delivered.UpTo,
            "S7 forgotten only what the next tier holds",
            () => $"{host.Name} takes {delivered.Lane} as delivered up to {delivered.UpTo}, and nobody holds that"
        );

    private void Number(Host host, Lane lane, long item, ReadingId thing)
    {
        var key = (host.Name, host.Epoch, lane);
        if (!_numbers.TryGetValue(key, out var list))
        {
            _numbers.Add(key, list = []);
        }

        Require(
            item == list.Count + 1,
            "R4 numbers are given once",
            () => $"{host.Name} gives {lane} {item} to {thing} behind {list.Count}"
        );
        list.Add(thing);
    }

    private ReadingId? Numbered(string node, long epoch, Lane lane, long item) =>
        _numbers.TryGetValue((node, epoch, lane), out var list) && item <= list.Count ? list[(int)item - 1] : null;

    private static void InOrder(Host host, Kept kept, ReadingId id)
    {
        if (host is CloudHost)
        {
            // A device whose agent moved has its readings on two ways; the store orders them by their numbers.
            return;
        }

        var key = (id.Device, id.Boot);
        Require(
            id.Seq > kept.Order.GetValueOrDefault(key),
            "R5 order per device",
            () => $"{host.Name} forwards {id} behind {kept.Order[key]}"
        );
        kept.Order[key] = id.Seq;
    }

    private void Holds(Host host, Kept kept, long frame, ReadingId thing, bool promised)
    {
        if (!_fates.TryGetValue(thing, out var fate))
        {
            Require(
                host is EdgeHost || promised,
                "R4 once in effect",
                () => $"{thing} comes to {host.Name}, and no agent ever had it"
            );
            _fates.Add(thing, fate = new Fate());
        }

        fate.Promised |= promised;
        if (host is CloudHost)
        {
            world.Count.Twice += fate.Applied ? 1 : 0;
            Require(!fate.Applied || promised, "S1 once in effect", () => $"{thing} took effect twice");
            world.Count.Applied += fate.Applied ? 0 : 1;
            fate.Applied = true;
        }
        else
        {
            fate.Holders++;
            kept.Held.Enqueue((frame, thing));
        }
    }

    private static void Require(bool kept, string promise, Func<string> what)
    {
        if (!kept)
        {
            throw new ViolationException(promise, what());
        }
    }
}
