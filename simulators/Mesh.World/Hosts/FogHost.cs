using Mesh.Contracts;
using Mesh.Fog;
using Mesh.Nodes;

namespace Mesh.World;

/// <summary>A fog: what a broker would hand to <see cref="FogDesk"/>, and one request at a time to the cloud.</summary>
public sealed class FogHost : Host
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);
    private readonly CloudHost _cloud;
    private readonly NameTable _names = new();
    private readonly SortedDictionary<string, Session> _sessions = new(StringComparer.Ordinal);
    private FogDesk? _desk;
    private CloudHop? _hop;
    private CloudRequest? _request;
    private bool _pumpPlanned;

    public FogHost(WorldRun world, NodeSettings settings, CloudHost cloud)
        : base(world, settings, new UplinkChoice(Enabled: true, Aggregates: true, AllReadings: true, [])) =>
        _cloud = cloud;

    public bool IsDrained =>
        IsUp && Lanes.All.All(lane => Machine!.Look(core => core.DeliveredUpTo(lane) == core.NextItem(lane) - 1));

    /// <summary>An agent connects; an earlier connection of it is given up.</summary>
    internal void Connected(Session session)
    {
        var earlier = _sessions.GetValueOrDefault(session.Edge.Name);
        _sessions[session.Edge.Name] = session;
        earlier?.Leave();
    }

    internal void Lost(Session session, int life) =>
        Live(
            life,
            () =>
            {
                if (_sessions.GetValueOrDefault(session.Edge.Name) == session)
                {
                    _sessions.Remove(session.Edge.Name);
                    Offer(new SourceChanged(session.Edge.Name, Alive: false), static _ => { });
                }
            }
        );

    /// <summary>A message of an agent came, over this connection or, late, over an earlier one.</summary>
    internal void Receive(Session session, string topic, byte[] payload) =>
        Live(
            Life,
            () =>
            {
                if (FogDesk.Hear(topic, payload, Clock.Wall, _names) is { } heard)
                {
                    Take(session, Bent(heard));
                }
            }
        );

    protected override void OnUp()
    {
        _desk = new FogDesk(Settings.Site, Epoch);
        _hop = new CloudHop(Machine!.Outbox, World.Seed(Name, Life));
        _request = null;
        _pumpPlanned = false;
        _sessions.Clear();
        Ring();
    }

    protected override void OnDown()
    {
        _hop?.Dispose();
        _hop = null;
        _sessions.Clear();
    }

    protected override void OnFrame(Frame frame) => Ring();

    private void Take(Session session, Heard heard)
    {
        if (World.Options.Mutant == Mutant.AcknowledgeEarly && heard.Input is RangeArrived { Range: var range })
        {
            Send(session, _desk!.Answer(heard, new InputOutcome(range.To, Gap: false))!);
        }

        Offer(
            heard.Input,
            outcome =>
            {
                if (outcome.Refused)
                {
                    // As the broker does: without an answer the agent keeps what it sent.
                    session.Leave();
                }
                else if (heard.IsBirth)
                {
                    foreach (var letter in _desk!.Greet(heard, Machine!.Look(core => core), Clock.Wall))
                    {
                        Send(session, letter);
                    }
                }
                else if (_desk!.Answer(heard, outcome) is { } letter)
                {
                    Send(session, letter);
                }
            }
        );
    }

    private Heard Bent(Heard heard) =>
        World.Options.Mutant == Mutant.FogForgetsMarks
        && heard.Input is RangeArrived { Range: { Lane: Lane.Readings } range }
            ? heard with
            {
                Input = new ReadingsArrived(
                    heard.Agent,
                    [.. range.Items.Cast<Reading>().Select(r => r.Numbered(0, 0))],
                    range.Mark
                ),
            }
            : heard;

    private void Send(Session session, Letter letter)
    {
        World.Referee.Answers(this, session.Edge, letter);
        World.Network.Send(Name, session.Edge.Name, () => session.Edge.Receive(letter));
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
        if (_request is null)
        {
            try
            {
                _request = _hop!.Next(Now);
            }
            catch (Exception e) when (e is DiskException or FormatException)
            {
                _hop!.Failed(e.Message, Now);
            }

            if (_request is { } request)
            {
                Put(request);
            }
        }

        if (_request is null && !_pumpPlanned)
        {
            _pumpPlanned = true;
            var wait = _hop!.NotBefore - Now;
            Later(wait > TimeSpan.Zero ? wait : Idle, Pump);
        }
    }

    private void Put(CloudRequest request)
    {
        World.Referee.Sends(this, request.Range);
        var life = Life;
        World.Network.Send(
            Name,
            _cloud.Name,
            () => _cloud.Receive(request, (status, body) => Answer(life, request, status, body))
        );
        if (World.Options.Mutant == Mutant.CloudTakesGaps)
        {
            // It goes on at once, as if the answer had come, so that a lost request leaves a gap.
            _request = null;
            _hop!.Answered(request, 200, CloudHost.Json(request.Range.To, 0), null, Now);
            Ring();
            return;
        }

        Later(
            Timeout,
            () =>
            {
                if (_request == request)
                {
                    _request = null;
                    _hop!.Failed("no answer", Now);
                    Ring();
                }
            }
        );
    }

    private void Answer(int life, CloudRequest request, int status, byte[] body) =>
        World.Network.Send(
            _cloud.Name,
            Name,
            () =>
                Live(
                    life,
                    () =>
                    {
                        if (_request != request && World.Options.Mutant != Mutant.CloudTakesGaps)
                        {
                            return;
                        }

                        _request = null;
                        if (_hop!.Answered(request, status, body, null, Now).Input is { } input)
                        {
                            Offer(input, static _ => { });
                        }

                        Ring();
                    }
                )
        );
}
