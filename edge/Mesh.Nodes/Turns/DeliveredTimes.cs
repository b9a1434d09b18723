using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>
/// When the cursors of the lanes moved, coarsely: enough to say which items were acknowledged so long ago that another
/// receiver need not get them again. At most <see cref="Entries"/> steps of each lane are kept.
/// </summary>
internal sealed class DeliveredTimes(TimeSpan keep)
{
    private const int Entries = 64;

    private readonly List<Step>[] _steps =
    [
        [],
        [],
        [],
        [],
    ];

    /// <summary>A cursor came to <paramref name="upTo"/>.</summary>
    public void Note(Lane lane, long upTo, Timestamp now)
    {
        var steps = _steps[(int)lane];
        if (steps is [.., var last] && now >= last.First && now - last.First < keep / (Entries / 2))
        {
            steps[^1] = last with { Last = now, UpTo = upTo };
            return;
        }

        steps.Add(new Step(now, now, upTo));
        while (steps.Count > Entries || (steps.Count > 1 && steps[1].Last < now - keep))
        {
            steps.RemoveAt(0);
        }
    }

    /// <summary>The last item of which it is sure that it was acknowledged before an instant; 0: none.</summary>
    public long Before(Lane lane, Timestamp instant) =>
        _steps[(int)lane].Where(s => s.Last <= instant).Select(s => s.UpTo).DefaultIfEmpty().Max();

    internal void Save(BinaryWriter writer)
    {
        foreach (var steps in _steps)
        {
            writer.Write(steps.Count);
            foreach (var (first, last, upTo) in steps)
            {
                writer.Write(first.Micros);
                writer.Write(last.Micros);
                writer.Write(upTo);
            }
        }
    }

    internal void Restore(BinaryReader reader)
    {
        foreach (var steps in _steps)
        {
            steps.Clear();
            for (var count = reader.ReadInt32(); count > 0; count--)
            {
                steps.Add(new(new(reader.ReadInt64()), new(reader.ReadInt64()), reader.ReadInt64()));
            }
        }
    }

    private readonly record struct Step(Timestamp First, Timestamp Last, long UpTo);
}
