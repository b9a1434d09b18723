using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>Undelivered items that stand no longer where their numbers say.</summary>
/// <param name="From">Number of the first.</param>
/// <param name="To">Number of the last.</param>
/// <param name="Frame">The frame that says so; of carried items also the one that holds them.</param>
/// <param name="Carried">Carried over into the frame; else dropped.</param>
public readonly record struct DisplacedRun(long From, long To, long Frame, bool Carried);

/// <summary>
/// What was done with undelivered items whose segments had to go: dropped, as the configured retention permits, or
/// carried over into a later frame under the same numbers. Part of a node's state, so that a hop can find the ones and
/// declare the others. What is delivered is forgotten, neighbours are one run, and carrying over takes whole segments at a
/// time: there are never more than a few runs to a segment of the journal.
/// </summary>
public sealed class Displaced
{
    private readonly List<DisplacedRun>[] _runs = [.. Lanes.All.Select(_ => new List<DisplacedRun>())];
    private readonly long[] _dropped = new long[Lanes.Count];

    /// <summary>Whether nothing undelivered is displaced.</summary>
    public bool IsEmpty => Array.TrueForAll(_runs, r => r.Count == 0);

    /// <summary>The oldest frame that holds carried items; <see cref="long.MaxValue"/> when there is none.</summary>
    public long OldestFrame =>
        _runs.SelectMany(r => r).Where(r => r.Carried).Select(r => r.Frame).DefaultIfEmpty(long.MaxValue).Min();

    /// <summary>Items of a lane that were dropped since the journal began.</summary>
    public long Dropped(Lane lane) => _dropped[(int)lane];

    /// <summary>Runs of a lane, ascending.</summary>
    public IReadOnlyList<DisplacedRun> Of(Lane lane) => _runs[(int)lane];

    /// <summary>The run that a number belongs to; null when its item stands in its place, or nowhere.</summary>
    public DisplacedRun? At(Lane lane, long item)
    {
        foreach (var run in _runs[(int)lane])
        {
            if (run.From <= item && item <= run.To)
            {
                return run;
            }
        }

        return null;
    }

    /// <summary>The first number from <paramref name="item"/> on that is not displaced.</summary>
    public long FirstInPlace(Lane lane, long item)
    {
        foreach (var run in _runs[(int)lane])
        {
            item = run.From <= item && item <= run.To ? run.To + 1 : item;
        }

        return item;
    }

    internal void Drop(Lane lane, long from, long to, long frame)
    {
        _dropped[(int)lane] += to - from + 1;
        Put(lane, new DisplacedRun(from, to, frame, Carried: false));
    }

    internal void Carry(Lane lane, long from, long to, long frame) =>
        Put(lane, new DisplacedRun(from, to, frame, Carried: true));

    /// <summary>The next tier holds the lane up to an item: what was displaced of it is no longer of interest.</summary>
    internal void Delivered(Lane lane, long upTo) => _runs[(int)lane].RemoveAll(r => r.To <= upTo);

    internal void Save(BinaryWriter writer)
    {
        foreach (var lane in Lanes.All)
        {
            writer.Write(_dropped[(int)lane]);
            writer.Write(_runs[(int)lane].Count);
            foreach (var run in _runs[(int)lane])
            {
                writer.Write(run.From);
                writer.Write(run.To);
                writer.Write(run.Frame);
                writer.Write(run.Carried);
            }
        }
    }

    internal void Restore(BinaryReader reader)
    {
        foreach (var lane in Lanes.All)
        {
            _dropped[(int)lane] = reader.ReadInt64();
            _runs[(int)lane].Clear();
            for (var count = reader.ReadInt32(); count > 0; count--)
            {
                var (from, to, frame) = (reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64());
                _runs[(int)lane].Add(new DisplacedRun(from, to, frame, reader.ReadBoolean()));
            }
        }
    }

    /// <summary>Puts a run in its place; what was known of its numbers before no longer holds.</summary>
    private void Put(Lane lane, DisplacedRun run)
    {
        var all = new List<DisplacedRun>();
        foreach (var old in _runs[(int)lane])
        {
            if (old.To < run.From || old.From > run.To)
            {
                all.Add(old);
                continue;
            }

            if (old.From < run.From)
            {
                all.Add(old with { To = run.From - 1 });
            }

            if (old.To > run.To)
            {
                all.Add(old with { From = run.To + 1 });
            }
        }

        all.Add(run);
        all.Sort((a, b) => a.From.CompareTo(b.From));
        var merged = _runs[(int)lane];
        merged.Clear();
        foreach (var next in all)
        {
            if (
                merged is [.., var last]
                && last.To + 1 == next.From
                && last.Carried == next.Carried
                && (!last.Carried || last.Frame == next.Frame)
            )
            {
                merged[^1] = last with { To = next.To, Frame = Math.Max(last.Frame, next.Frame) };
            }
            else
            {
                merged.Add(next);
            }
        }
    }
}
