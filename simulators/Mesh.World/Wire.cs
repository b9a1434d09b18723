using Mesh.Simulators;

namespace Mesh.World;

/// <summary>How one direction between two hosts is at the moment.</summary>
public sealed class Wire
{
    public TimeSpan Least { get; set; } = TimeSpan.FromMilliseconds(2);

    public TimeSpan Most { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Nothing comes through, and nobody is told.</summary>
    public bool Cut { get; set; }

    /// <summary>Share of messages lost, 0 to 1.</summary>
    public double Loss { get; set; }

    /// <summary>Share of messages that come twice, the second up to <see cref="Late"/> later.</summary>
    public double Twice { get; set; }

    /// <summary>Whether a message may overtake another.</summary>
    public bool Disorder { get; set; }

    /// <summary>How late a copy may come: long enough to meet another incarnation of the receiver.</summary>
    public TimeSpan Late { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>When the last one that keeps its place arrives.</summary>
    internal TimeSpan Arrival { get; set; }
}

/// <summary>
/// The wires between hosts. Each direction has its own state, so a partition may be one-way; a message is an action that
/// happens at the receiver, some time later, perhaps twice, or never.
/// </summary>
public sealed class Network(Agenda agenda, Chance chance)
{
    private readonly SortedDictionary<(string From, string To), Wire> _wires = [];

    public long Sent { get; private set; }

    public long Lost { get; private set; }

    public long Doubled { get; private set; }

    public Wire this[string from, string to]
    {
        get
        {
            if (!_wires.TryGetValue((from, to), out var wire))
            {
                _wires.Add((from, to), wire = new Wire());
            }

            return wire;
        }
    }

    public IEnumerable<Wire> Wires => _wires.Values;

    /// <summary>Whether a connection could be made: it needs both directions.</summary>
    public bool Reaches(string a, string b) => !this[a, b].Cut && !this[b, a].Cut;

    /// <summary>Sends; what arrives, arrives by <paramref name="arrive"/>.</summary>
    public void Send(string from, string to, Action arrive)
    {
        Sent++;
        var wire = this[from, to];
        if (wire.Cut || chance.Happens(wire.Loss))
        {
            Lost++;
            return;
        }

        var delay = TimeSpan.FromTicks((long)chance.Between(wire.Least.Ticks, wire.Most.Ticks));
        if (!wire.Disorder)
        {
            var at = agenda.Now + delay;
            wire.Arrival = at > wire.Arrival ? at : wire.Arrival;
            delay = wire.Arrival - agenda.Now;
        }

        agenda.In(delay, arrive);
        if (chance.Happens(wire.Twice))
        {
            Doubled++;
            agenda.In(delay + TimeSpan.FromTicks((long)chance.Between(0, wire.Late.Ticks)), arrive);
        }
    }
}
