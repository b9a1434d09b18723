using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>
/// What a hop sees of its node: the lanes as the journal holds them, and how far each is delivered. The same for a
/// running node and for one that a simulator drives.
/// </summary>
public sealed class Outbox
{
    private readonly TurnMachine _machine;

    internal Outbox(TurnMachine machine) => _machine = machine;

    public NodeSettings Settings => _machine.Settings;

    public Journal Journal => _machine.Journal;

    public string Sender => Settings.Node;

    public long Epoch => Journal.Epoch;

    /// <summary>The last item that a lane has; its frame may not be durable yet.</summary>
    public long Last(Lane lane) => Look(core => core.NextItem(lane)) - 1;

    /// <summary>The last item that the tier above has said it holds.</summary>
    public long Delivered(Lane lane) => Look(core => core.DeliveredUpTo(lane));

    /// <summary>
    /// Items of a lane journaled before this are not sent any more; <see cref="Timestamp.MinValue"/> where none is too old.
    /// </summary>
    internal Timestamp ExpiredBefore(Lane lane) =>
        Settings.Hop.Ttl[(int)lane] is { } ttl ? Look(core => core.Now) - ttl : Timestamp.MinValue;

    /// <summary>Items of a lane that were set aside.</summary>
    internal HashSet<long> Refused(Lane lane) =>
        Look(core => core.Refused.All.Where(r => r.Lane == lane).Select(r => r.Number).ToHashSet());

    /// <summary>The newest mark of a source here, with the last reading before it; null when it is not durable yet.</summary>
    public (Mark Mark, long Item)? DurableMark =>
        Look(core => core.NewestMark) is { } newest && newest.Frame <= Journal.LastFrame
            ? (newest.Mark, newest.Item)
            : null;

    public T Look<T>(Func<NodeCore, T> look) => _machine.Look(look);

    /// <summary>The durable word on an item that stands no longer in its place; null when it does, or is nowhere.</summary>
    internal DisplacedRun? DisplacedAt(Lane lane, long item) =>
        Look(core => core.Displaced.At(lane, item)) is { } run && run.Frame <= Journal.LastFrame ? run : null;

    /// <summary>The first item behind <paramref name="item"/> that stands no longer in its place.</summary>
    internal long NextDisplaced(Lane lane, long item)
    {
        var last = Journal.LastFrame;
        return Look(core =>
            core.Displaced.Of(lane)
                .Where(r => r.From > item && r.Frame <= last)
                .Select(r => r.From)
                .DefaultIfEmpty(long.MaxValue)
                .Min()
        );
    }

    /// <summary>Why items are not here any more, as ranges that cover <paramref name="from"/> to <paramref name="to"/>.</summary>
    internal IEnumerable<Skipped> WhyMissing(Lane lane, long from, long to)
    {
        var delivered = Math.Min(Delivered(lane), to);
        if (from <= delivered)
        {
            yield return new Skipped(from, delivered, SkipReasons.Elsewhere);
            from = delivered + 1;
        }

        if (from <= to)
        {
            yield return new Skipped(from, to, SkipReasons.Damaged);
        }
    }
}
