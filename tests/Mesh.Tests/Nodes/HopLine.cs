using Mesh.Contracts;
using Mesh.Fog;
using Mesh.Nodes;
using Mesh.World;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Mesh.Tests.Nodes;

/// <summary>
/// An agent and two fogs, all of them the product's machines on disks in memory, and between them a line that loses,
/// doubles and reorders whatever the dice say. Nothing here waits: time is a number.
/// </summary>
internal sealed class HopLine : IDisposable
{
    private static long s_epoch = 1000;

    private readonly FakeTimeProvider _time = new(Some.Start.ToDateTimeOffset());
    private readonly TurnMachine _agent;
    private readonly FogEnd[] _fogs;
    private readonly List<(int Fog, HopMessage Message)> _up = [];
    private readonly List<Acknowledgement> _down = [];
    private readonly List<InputOutcome> _outcomes = [];

    /// <summary>The most that any fog, gone or not, ever held durably.</summary>
    private readonly long[] _everHeld = new long[Lanes.Count];

    private int _fog;
    private long _fed;

    public HopLine()
    {
        var settings = Some.Settings(node: "agent-1") with
        {
            Tier = Tier.Edge,
            Devices = null,
            Rules = [new NamedText("r.yaml", Some.Rules)],
        };
        _agent = Machine(settings, new UplinkChoice(Enabled: true, Aggregates: false, AllReadings: true, []), _time);
        Hop = new AgentHop(_agent.Outbox, "test", seed: 1);
        _fogs = [new FogEnd(_time), new FogEnd(_time)];
    }

    public AgentHop Hop { get; }

    public TimeSpan Now { get; private set; }

    public Outbox Outbox => _agent.Outbox;

    public FogEnd Fog => _fogs[_fog];

    /// <summary>What is on its way up, for tests that pick.</summary>
    public List<(int Fog, HopMessage Message)> Up => _up;

    public List<Acknowledgement> Down => _down;

    public void Feed(int count, Mark? mark = null)
    {
        var readings = Some.Range(_fed + 1, count).Items.Cast<Reading>().ToList();
        _fed += count;
        _agent.Turn([new ReadingsArrived("agent-1", readings, mark)], _outcomes);
    }

    public void Pass(TimeSpan time)
    {
        Now += time;
        _time.Advance(time);
    }

    public void Connect(int fog)
    {
        Hop.Disconnected();
        _fog = fog;
        Hop.Connected(Now);
    }

    /// <summary>The disk of a fog is replaced: it begins with nothing, under a new epoch.</summary>
    /// <param name="fog">Which.</param>
    /// <param name="back">By how much its clock is set back with that, so that the new epoch is the smaller one.</param>
    public void Replace(int fog, TimeSpan back = default)
    {
        _fogs[fog].Dispose();
        Pass(TimeSpan.FromSeconds(1));
        _fogs[fog] = new FogEnd(back == default ? _time : new FakeTimeProvider(_time.GetUtcNow() - back));
    }

    public bool Send()
    {
        if (Hop.Next(Now) is not { } message)
        {
            return false;
        }

        _up.Add((_fog, message));
        return true;
    }

    /// <summary>A message reaches the fog it was sent to, which answers.</summary>
    public void Arrive(int at, bool stays = false)
    {
        var (fog, message) = _up[at];
        if (!stays)
        {
            _up.RemoveAt(at);
        }

        _down.AddRange(_fogs[fog].Take(message));
        foreach (var lane in Lanes.All)
        {
            ref var held = ref _everHeld[(int)lane];
            held = Math.Max(held, _fogs[fog].UpTo(lane, Outbox.Epoch));
        }
    }

    public void Hear(int at, bool stays = false)
    {
        var ack = _down[at];
        if (!stays)
        {
            _down.RemoveAt(at);
        }

        if (Hop.Hear(ack, Now) is { } delivered)
        {
            Assert.True(delivered.UpTo <= _everHeld[(int)delivered.Lane], $"{delivered} was never held by anybody");
            _agent.Turn([delivered], _outcomes);
        }
    }

    /// <summary>The line works from now on: everything is exchanged until nothing is owed any more.</summary>
    public void Settle()
    {
        for (var step = 0; step < 5_000; step++)
        {
            var moved = Send();
            while (_up.Count > 0)
            {
                Arrive(0);
            }

            while (_down.Count > 0)
            {
                Hear(0);
            }

            if (Hop.IsUnanswered(Now))
            {
                Connect(_fog);
            }

            if (!moved && Hop.IsDrained)
            {
                return;
            }

            Pass(TimeSpan.FromMilliseconds(moved ? 1 : 500));
        }

        var where = Lanes.All.Select(l => $"{Lanes.Name(l)} {Hop.Acknowledged(l)} of {Outbox.Last(l)}");
        Assert.Fail($"it stands still: {string.Join(", ", where)}");
    }

    public void Dispose()
    {
        Hop.Dispose();
        _agent.Dispose();
        Array.ForEach(_fogs, f => f.Dispose());
    }

    private static TurnMachine Machine(NodeSettings settings, UplinkChoice uplink, TimeProvider time)
    {
        var machine = TurnMachine.Open(
            settings,
            new MemoryDisk(),
            time,
            () => Interlocked.Increment(ref s_epoch),
            NullLogger.Instance
        );
        machine.Begin(uplink, "test");
        return machine;
    }

    /// <summary>A fog: the product's desk and turns.</summary>
    public sealed class FogEnd : IDisposable
    {
        private readonly TurnMachine _machine;
        private readonly FogDesk _desk;
        private readonly NameTable _names = new();
        private readonly List<InputOutcome> _outcomes = [];
        private readonly TimeProvider _time;

        public FogEnd(TimeProvider time)
        {
            _time = time;
            _machine = Machine(Some.Settings(), UplinkChoice.None, time);
            _desk = new FogDesk("home", _machine.Journal.Epoch);
        }

        /// <summary>Every item that took effect, in order.</summary>
        public List<(Lane Lane, string Text)> Taken { get; } = [];

        public List<(Lane Lane, Skipped Skipped)> Skipped { get; } = [];

        public NodeCore Core => _machine.Look(core => core);

        public long UpTo(Lane lane, long epoch) => _machine.Look(core => core.Marks.UpTo("agent-1", epoch, lane));

        public IEnumerable<Acknowledgement> Take(HopMessage message)
        {
            var now = Timestamp.From(_time.GetUtcNow());
            var heard = FogDesk.Hear(message.Topic, message.Payload, now, _names)!;
            _outcomes.Clear();
            var frame = _machine.Turn([heard.Input], _outcomes);
            foreach (var (range, item) in Items(frame))
            {
                Taken.Add((range.Lane, EventJson.Text(item)));
            }

            Skipped.AddRange(Ranges(frame).SelectMany(r => r.Skipped.Select(s => (r.Lane, s))));
            var letters = heard.IsBirth
                ? _machine.Look(core => _desk.Greet(heard, core, now))
                : [_desk.Answer(heard, _outcomes[0])!];
            return letters.Select(l => AgentJson.ParseAcknowledgement(l.Payload)).ToList();
        }

        public void Dispose() => _machine.Dispose();

        private static IEnumerable<LaneRange> Ranges(Frame? frame) =>
            frame?.Inputs.OfType<RangeArrived>().Select(a => a.Range) ?? [];

        private static IEnumerable<(LaneRange Range, MeshEvent Item)> Items(Frame? frame) =>
            Ranges(frame).SelectMany(r => r.Items.Select(i => (r, i)));
    }
}
