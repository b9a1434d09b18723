using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>
/// Since when the oldest undelivered item of each lane waits. At most <see cref="Entries"/> instants of a lane are kept:
/// when there are more, every second one goes, so the age is known to a thirtieth of itself.
/// </summary>
internal sealed class LaneAges
{
    private const int Entries = 64;
    private static readonly TimeSpan s_finest = TimeSpan.FromSeconds(1);

    private readonly List<(long Number, Timestamp Time)>[] _since =
    [
        [],
        [],
        [],
        [],
    ];
    private readonly TimeSpan[] _step = [s_finest, s_finest, s_finest, s_finest];

    /// <summary>An item got its number.</summary>
    public void Numbered(Lane lane, long number, Timestamp now)
    {
        var since = _since[(int)lane];
        if (since is [.., var last] && now >= last.Time && now - last.Time < _step[(int)lane])
        {
            return;
        }

        since.Add((number, now));
        if (since.Count > Entries)
        {
            _step[(int)lane] *= 2;
            for (var i = since.Count - 1; i > 0; i -= 2)
            {
                since.RemoveAt(i - 1);
            }
        }
    }

    /// <summary>The cursor of a lane came to an item; <paramref name="last"/> is the last there is.</summary>
    public void Delivered(Lane lane, long upTo, long last)
    {
        var since = _since[(int)lane];
        while (since.Count > (upTo < last ? 1 : 0) && (upTo >= last || since[1].Number <= upTo + 1))
        {
            since.RemoveAt(0);
        }

        _step[(int)lane] = since.Count == 0 ? s_finest : _step[(int)lane];
    }

    /// <summary>When the oldest undelivered item was journaled; null when none waits.</summary>
    public Timestamp? Oldest(Lane lane) => _since[(int)lane] is [var first, ..] ? first.Time : null;

    internal void Save(BinaryWriter writer)
    {
        foreach (var lane in Lanes.All)
        {
            writer.Write(_step[(int)lane].Ticks);
            writer.Write(_since[(int)lane].Count);
            foreach (var (number, time) in _since[(int)lane])
            {
                writer.Write(number);
                writer.Write(time.Micros);
            }
        }
    }

    internal void Restore(BinaryReader reader)
    {
        foreach (var lane in Lanes.All)
        {
            _step[(int)lane] = new TimeSpan(reader.ReadInt64());
            _since[(int)lane].Clear();
            for (var count = reader.ReadInt32(); count > 0; count--)
            {
                _since[(int)lane].Add((reader.ReadInt64(), new Timestamp(reader.ReadInt64())));
            }
        }
    }
}
