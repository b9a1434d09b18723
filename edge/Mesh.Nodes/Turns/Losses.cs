using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>
/// What will never reach the tier above, counted by lane and reason: here (this node's own items) and below (what its
/// senders declared), and by rule where it is known whose detection it was. Part of the snapshot.
/// </summary>
/// <remarks>At most <see cref="MaxRules"/> rules are told apart; what others lose counts as <c>other</c>.</remarks>
public sealed class Losses
{
    public const int MaxRules = 1000;
    private const string Other = "other";

    private readonly SortedDictionary<(Lane Lane, string Reason), long> _here = [];
    private readonly SortedDictionary<(Lane Lane, string Reason), long> _below = [];
    private readonly SortedDictionary<string, long> _rules = new(StringComparer.Ordinal);

    /// <summary>Items of this node, by lane and reason.</summary>
    public IEnumerable<(Lane Lane, string Reason, long Items)> Here => All(_here);

    /// <summary>Items that senders declared skipped, by lane and reason.</summary>
    public IEnumerable<(Lane Lane, string Reason, long Items)> Below => All(_below);

    /// <summary>Detections and aggregates of this node that are lost, by rule.</summary>
    public IReadOnlyDictionary<string, long> Rules => _rules;

    /// <summary>Items of a lane that are lost here or below; what another receiver has is not.</summary>
    public long Lost(Lane lane) =>
        Here.Concat(Below).Where(l => l.Lane == lane && SkipReasons.IsLoss(l.Reason)).Sum(l => l.Items);

    internal void CountHere(Lane lane, string reason, long items, string? rule = null)
    {
        Count(_here, lane, reason, items);
        if (rule is not null)
        {
            var name = _rules.Count < MaxRules || _rules.ContainsKey(rule) ? rule : Other;
            _rules[name] = _rules.GetValueOrDefault(name) + items;
        }
    }

    internal void CountBelow(Lane lane, string reason, long items) => Count(_below, lane, reason, items);

    internal void Save(BinaryWriter writer)
    {
        Save(writer, _here);
        Save(writer, _below);
        writer.Write(_rules.Count);
        foreach (var (rule, items) in _rules)
        {
            writer.Write(rule);
            writer.Write(items);
        }
    }

    internal void Restore(BinaryReader reader)
    {
        Restore(reader, _here);
        Restore(reader, _below);
        _rules.Clear();
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            _rules.Add(reader.ReadString(), reader.ReadInt64());
        }
    }

    private static IEnumerable<(Lane Lane, string Reason, long Items)> All(
        SortedDictionary<(Lane Lane, string Reason), long> counts
    ) => counts.Select(c => (c.Key.Lane, c.Key.Reason, c.Value));

    /// <summary>A reason comes from a wire: one that is not known must not grow the table.</summary>
    private static void Count(
        SortedDictionary<(Lane Lane, string Reason), long> counts,
        Lane lane,
        string reason,
        long items
    )
    {
        var key = (lane, SkipReasons.All.Contains(reason, StringComparer.Ordinal) ? reason : Other);
        counts[key] = counts.GetValueOrDefault(key) + items;
    }

    private static void Save(BinaryWriter writer, SortedDictionary<(Lane Lane, string Reason), long> counts)
    {
        writer.Write(counts.Count);
        foreach (var ((lane, reason), items) in counts)
        {
            writer.Write((byte)lane);
            writer.Write(reason);
            writer.Write(items);
        }
    }

    private static void Restore(BinaryReader reader, SortedDictionary<(Lane Lane, string Reason), long> counts)
    {
        counts.Clear();
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            counts.Add(((Lane)reader.ReadByte(), reader.ReadString()), reader.ReadInt64());
        }
    }
}
