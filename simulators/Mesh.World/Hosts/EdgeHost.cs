using Mesh.Contracts;
using Mesh.Fog;
using Mesh.Nodes;

namespace Mesh.World;

/// <summary>An agent with its devices: it connects to one fog of its list, and to the next when that does not answer.</summary>
public sealed class EdgeHost : Host
{
    private static readonly UplinkChoice Everything = new(Enabled: true, Aggregates: false, AllReadings: true, []);
    private static readonly TimeSpan ConnectTime = TimeSpan.FromMilliseconds(50);

    /// <summary>Messages sent at one go.</summary>
    private const int Burst = 8;

    private readonly List<FogHost> _fogs;
    private readonly List<Device> _devices;
    private AgentHop? _hop;
    private BackOff _backOff;
    private Session? _session;
    private bool _pumpPlanned;
    private bool _offering;
    private int _attempt;
    private readonly Dictionary<Lane, Acknowledgement> _lastWord = [];

    public EdgeHost(WorldRun world, NodeSettings settings, IReadOnlyList<FogHost> fogs, IReadOnlyList<Device> devices)
        : base(world, settings, Everything)
    {
        _fogs = [.. fogs];
        _devices = [.. devices];
        _backOff = new BackOff(0);
    }

    /// <summary>Whether the fog of its connection has answered.</summary>
    public bool IsGreeted => _hop is { IsGreeted: true };

    public bool IsDrained => _hop is { IsDrained: true } && _devices.TrueForAll(d => d.Waiting.Count == 0);

    /// <summary>How many readings a device takes at a time.</summary>
    public int Load { get; set; } = 1;

    /// <summary>What its devices hold and it has not accepted yet.</summary>
    public int Waiting => _devices.Sum(d => d.Waiting.Count);

    /// <summary>Its sensors measure, times over.</summary>
    public void Measure(int times)
    {
        foreach (var device in _devices)
        {
            for (var i = 0; i < times; i++)
            {
                World.Count.Readings++;
                World.Count.DroppedByDevices += device.Measure(World.Truth);
            }
        }

        Live(Life, OfferReadings);
    }

    /// <summary>It prefers another fog from now on, and goes there.</summary>
    public void Move()
    {
        World.Count.Moves++;
        if (_session is { } session)
        {
            // The next attempt is at another fog.
            session.Leave();
        }
        else
        {
            _attempt++;
        }
    }

    /// <summary>The connection is gone.</summary>
    internal void Lost(Session session, int life) =>
        Live(
            life,
            () =>
            {
                if (session == _session)
                {
                    Disconnect("its connection broke");
                }
            }
        );

    /// <summary>A letter of a fog came, over this connection or, late, over an earlier one.</summary>
    internal void Receive(Letter letter) => Live(Life, () => Hear(letter));

    protected override void OnUp()
    {
        _hop = new AgentHop(Machine!.Outbox, "world", World.Seed(Name, Life));
        _backOff = new BackOff(World.Seed(Name, Life));
        _session = null;
        _offering = false;
        _pumpPlanned = false;
        Connect();
        OfferReadings();
    }

    protected override void OnDown()
    {
        _hop?.Dispose();
        _hop = null;
        _session = null;
    }

    protected override void OnFrame(Frame frame) => Ring();

    private void OfferReadings()
    {
        var readings = _devices.SelectMany(d => d.Waiting).Take(Limits.RangeItems).ToList();
        if (_offering || readings.Count == 0)
        {
            return;
        }

        _offering = true;
        var copies = readings.ConvertAll(r => r.Numbered(r.Boot, r.Seq));
        Offer(
            new ReadingsArrived(Name, copies, null),
            outcome =>
            {
                _offering = false;
                if (outcome.Refused)
                {
                    Later(TimeSpan.FromSeconds(1), OfferReadings);
                    return;
                }

                World.Referee.Accepted(this, readings);
                _devices.ForEach(d => d.Accepted(readings));
                OfferReadings();
            }
        );
    }

    private void Connect()
    {
        var fog = _fogs[_attempt % _fogs.Count];
        if (!fog.IsUp || fog.PausedUntil > Now || !World.Network.Reaches(Name, fog.Name))
        {
            _attempt++;
            Later(ConnectTime + _backOff.Next(), Connect);
            return;
        }

        var session = new Session(World, this, fog);
        _session = session;
        fog.Connected(session);
        session.Watch();
        Later(
            ConnectTime,
            () =>
            {
                if (session == _session)
                {
                    World.Say(Name, $"connects to {fog.Name}");
                    _hop!.Connected(Now);
                    Ring();
                }
            }
        );
    }

    private void Disconnect(string why)
    {
        World.Say(Name, why);
        _hop!.Disconnected();
        var session = _session;
        _session = null;
        session?.Leave();
        _attempt++;
        Later(_backOff.Next(), Connect);
    }

    private void Ring()
    {
        if (!_pumpPlanned)
        {
            _pumpPlanned = true;
            Later(TimeSpan.Zero, Pump);
        }
    }

    private void Pump()
    {
        _pumpPlanned = false;
        if (_session is not { } session)
        {
            return;
        }

        var sent = 0;
        try
        {
            while (sent < Burst && _hop!.Next(Now) is { } message)
            {
                sent++;
                World.Referee.Sends(this, message);
                World.Network.Send(
                    Name,
                    session.Fog.Name,
                    message.Payload,
                    came => session.Fog.Receive(session, message.Topic, came)
                );
            }
        }
        catch (Exception e) when (e is DiskException or FormatException)
        {
            Disconnect(e.Message);
            return;
        }

        if (_hop!.IsUnanswered(Now))
        {
            Disconnect("the fog does not answer");
        }
        else if (_hop.IsGreeted)
        {
            _backOff.Reset();
        }

        if (!_pumpPlanned && _session is not null)
        {
            _pumpPlanned = true;
            Later(sent == Burst ? TimeSpan.FromMilliseconds(1) : World.Options.Tick / 2, Pump);
        }
    }

    private void Hear(Letter letter)
    {
        if (_session is null || !Topics.TryParse(letter.Topic, out _, out _, out var kind) || kind != TopicKind.Ack)
        {
            return;
        }

        Acknowledgement ack;
        try
        {
            ack = AgentJson.ParseAcknowledgement(letter.Payload);
        }
        catch (WireException)
        {
            // As the product does: what is not understood says nothing.
            return;
        }

        Hear(ack);
        if (World.Options.Mutant == Mutant.StaleAcknowledgement && ack.Hello is not null)
        {
            // A late word of the journal before, taken for one of this journal.
            if (_lastWord.TryGetValue(ack.Lane, out var late) && late.Epoch != ack.Epoch && late.UpTo > ack.UpTo)
            {
                Hear(late with { Epoch = ack.Epoch, Hello = null });
            }
        }

        _lastWord[ack.Lane] = ack;
        Ring();
    }

    private void Hear(Acknowledgement ack)
    {
        if (_hop!.Hear(ack, Now) is { } delivered)
        {
            Offer(delivered, static _ => { });
        }
    }
}
