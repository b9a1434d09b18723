using Mesh.Contracts;

namespace Mesh.Cloud;

/// <summary>What the cloud has heard of one node below since it started. Not kept: marks, in the journal, are what counts.</summary>
public sealed class Sender(string node)
{
    public string Node { get; } = node;

    /// <summary>When it last sent a range or its state; null: not since the cloud started.</summary>
    public Timestamp? Heard { get; internal set; }

    /// <summary>What it said last of itself.</summary>
    public NodeState? State { get; internal set; }

    public long Ranges { get; internal set; }

    /// <summary>Items in these ranges, those the cloud had already included.</summary>
    public long Items { get; internal set; }

    /// <summary>Ranges refused because something before them is missing.</summary>
    public long Gaps { get; internal set; }

    /// <summary>Bodies that were not understood.</summary>
    public long Rejected { get; internal set; }

    internal Sender Copy() => (Sender)MemberwiseClone();
}

/// <summary>The nodes that send to this cloud. At most <see cref="Capacity"/>; the one silent longest makes room.</summary>
public sealed class Senders(TimeProvider time)
{
    public const int Capacity = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Sender> _senders = new(StringComparer.Ordinal);
    private long _rejected;

    public long Rejected => Interlocked.Read(ref _rejected);

    public Timestamp Now => Timestamp.From(time.GetUtcNow());

    /// <summary>By name; copies, taken at one instant.</summary>
    public IReadOnlyList<Sender> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _senders.Values.Select(s => s.Copy()).OrderBy(s => s.Node, StringComparer.Ordinal)];
            }
        }
    }

    internal void Took(LaneRange range, bool gap) =>
        Note(
            range.Sender,
            sender =>
            {
                sender.Ranges++;
                sender.Items += range.Items.Count;
                sender.Gaps += gap ? 1 : 0;
            }
        );

    internal void Said(string node, NodeState state) => Note(node, sender => sender.State = state);

    internal void Refused(string node)
    {
        Interlocked.Increment(ref _rejected);
        Note(node, sender => sender.Rejected++);
    }

    private void Note(string node, Action<Sender> note)
    {
        lock (_gate)
        {
            if (!_senders.TryGetValue(node, out var sender))
            {
                if (_senders.Count == Capacity)
                {
                    _senders.Remove(_senders.Values.MinBy(s => s.Heard!.Value.Micros)!.Node);
                }

                _senders.Add(node, sender = new Sender(node));
            }

            sender.Heard = Now;
            note(sender);
        }
    }
}
