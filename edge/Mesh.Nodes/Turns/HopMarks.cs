using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>
/// Up to which item of which numbering a node holds what others sent: one number per (sender, epoch, lane). A range is
/// taken only where it joins what is there, and a numbering that is not known begins with 1; so a lost message shows as
/// a gap instead of as missing data. A sender that has no longer what comes before says so with skipped numbers.
/// </summary>
/// <remarks>Of each sender the four epochs that came last are kept; there are at most 100,000 marks, then new senders are refused.</remarks>
public sealed class HopMarks
{
    private const int EpochsKept = 4;
    private const int MaxMarks = 100_000;

    private readonly SortedDictionary<(string Sender, long Epoch, Lane Lane), long> _marks = new(
        Comparer<(string Sender, long Epoch, Lane Lane)>.Create(
            static (a, b) =>
                string.CompareOrdinal(a.Sender, b.Sender) is var sender and not 0 ? sender
                : a.Epoch.CompareTo(b.Epoch) is var epoch and not 0 ? epoch
                : a.Lane.CompareTo(b.Lane)
        )
    );

    private readonly Dictionary<(string Sender, Lane Lane), List<long>> _epochs = [];

    /// <summary>The number of the last item held, 0 when nothing of this numbering is known.</summary>
    public long UpTo(string sender, long epoch, Lane lane) => _marks.GetValueOrDefault((sender, epoch, lane));

    /// <summary>
    /// What is new in a range: null when it leaves a gap; an empty one when all of it is held. A mark in front of items
    /// that are held is old, and a final one would end what has begun anew since.
    /// </summary>
    public LaneRange? Trim(LaneRange range)
    {
        var known = _marks.TryGetValue((range.Sender, range.Epoch, range.Lane), out var upTo);
        if (!known)
        {
            return range.From == 1 && _marks.Count < MaxMarks ? range : null;
        }

        if (range.From > upTo + 1)
        {
            return null;
        }

        if (range.From == upTo + 1)
        {
            return range;
        }

        return range.To > upTo
            ? CutFront(range, upTo + 1)
            : range with
            {
                From = upTo + 1,
                Items = [],
                Skipped = [],
                Mark = range.To == upTo ? range.Mark : null,
            };
    }

    /// <summary>Notes that everything in a range is held.</summary>
    public void Advance(LaneRange range)
    {
        if (range.To < range.From)
        {
            return;
        }

        var key = (range.Sender, range.Epoch, range.Lane);
        if (!_marks.ContainsKey(key))
        {
            Remember(range);
        }

        _marks[key] = range.To;
    }

    public IEnumerable<(string Sender, long Epoch, Lane Lane, long UpTo)> All =>
        _marks.Select(m => (m.Key.Sender, m.Key.Epoch, m.Key.Lane, m.Value));

    /// <summary>The epochs of a sender stay in the order in which they came, which decides what is forgotten next.</summary>
    public void Save(BinaryWriter writer)
    {
        writer.Write(_marks.Count);
        foreach (
            var ((sender, lane), epochs) in _epochs
                .OrderBy(e => e.Key.Sender, StringComparer.Ordinal)
                .ThenBy(e => e.Key.Lane)
        )
        {
            foreach (var epoch in epochs)
            {
                writer.Write(sender);
                writer.Write(epoch);
                writer.Write((byte)lane);
                writer.Write(_marks[(sender, epoch, lane)]);
            }
        }
    }

    public void Restore(BinaryReader reader)
    {
        _marks.Clear();
        _epochs.Clear();
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            var (sender, epoch, lane) = (reader.ReadString(), reader.ReadInt64(), (Lane)reader.ReadByte());
            _marks[(sender, epoch, lane)] = reader.ReadInt64();
            Epochs(sender, lane).Add(epoch);
        }
    }

    private void Remember(LaneRange range)
    {
        var epochs = Epochs(range.Sender, range.Lane);
        epochs.Add(range.Epoch);
        if (epochs.Count > EpochsKept)
        {
            _marks.Remove((range.Sender, epochs[0], range.Lane));
            epochs.RemoveAt(0);
        }
    }

    private List<long> Epochs(string sender, Lane lane)
    {
        if (!_epochs.TryGetValue((sender, lane), out var epochs))
        {
            _epochs.Add((sender, lane), epochs = []);
        }

        return epochs;
    }

    /// <summary>Drops the items and skipped numbers below <paramref name="from"/>.</summary>
    private static LaneRange CutFront(LaneRange range, long from)
    {
        var items = new List<MeshEvent>();
        var skipped = new List<Skipped>();
        var number = range.From;
        var next = 0;
        foreach (var item in range.Items)
        {
            while (next < range.Skipped.Count && range.Skipped[next].From == number)
            {
                number = range.Skipped[next++].To + 1;
            }

            if (number++ >= from)
            {
                items.Add(item);
            }
        }

        foreach (var one in range.Skipped.Where(s => s.To >= from))
        {
            skipped.Add(one with { From = Math.Max(one.From, from) });
        }

        return range with
        {
            From = from,
            Items = items,
            Skipped = skipped,
        };
    }
}
