using Mesh.Nodes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.World;

/// <summary>
/// A machine with a disk, a clock and one process, which is a node of the product: <see cref="TurnMachine"/> and the
/// hops around it. The process ends by a cut, a kill or a failed disk and is started again after a while; what it had
/// planned dies with it.
/// </summary>
public abstract class Host : IDisposable
{
    /// <summary>Readings of one turn at most, as in the product.</summary>
    private const int TurnReadings = 4_096;

    private readonly UplinkChoice _uplink;
    private readonly Queue<(NodeInput Input, Action<InputOutcome> Then)> _inbox = new();
    private bool _turnPlanned;
    private bool _killed;
    private int _life;
    private int _waiting;

    protected Host(WorldRun world, NodeSettings settings, UplinkChoice uplink)
    {
        World = world;
        Settings = settings;
        _uplink = uplink;
        Clock = new WorldClock(world.Agenda);
    }

    public NodeSettings Settings { get; }

    public string Name => Settings.Node;

    public WorldClock Clock { get; }

    public MemoryDisk Disk { get; private set; } = new();

    /// <summary>Null while the process does not run.</summary>
    public TurnMachine? Machine { get; private set; }

    public bool IsUp => Machine is not null;

    public long Epoch => Machine!.Journal.Epoch;

    /// <summary>How long a turn takes to become durable.</summary>
    public TimeSpan SyncTime { get; set; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Until then the process stands still.</summary>
    public TimeSpan PausedUntil { get; set; }

    /// <summary>Not before then is it started again, should it end.</summary>
    public TimeSpan DownUntil { get; set; }

    /// <summary>Readings that waited for a turn at most, at any time.</summary>
    public int MostWaiting { get; private set; }

    public int Life => _life;

    protected WorldRun World { get; }

    protected TimeSpan Now => World.Agenda.Now;

    /// <summary>Starts the process, unless it runs.</summary>
    public void Start()
    {
        if (!IsUp)
        {
            Guard(() =>
            {
                Machine = TurnMachine.Open(Settings, Disk, Clock, () => World.NewEpoch(this), NullLogger.Instance);
                World.Referee.Opened(this);
                Machine.MadeRoom = Observe;
                var first = Machine.Begin(_uplink, "world");
                World.Say(Name, $"starts in epoch {Epoch} with frame {Machine.Journal.LastFrame}");
                Observe(first);
                OnUp();
                Later(World.Options.Tick, Tick);
            });
        }
    }

    /// <summary>Power goes, or the process is killed, now or after some operations on the disk.</summary>
    public void Crash(bool kill, int operations)
    {
        _killed = kill;
        if (operations > 0 && IsUp)
        {
            Disk.OperationsUntilCut = operations;
        }
        else
        {
            Die();
        }
    }

    /// <summary>The world ends.</summary>
    public void Dispose()
    {
        Stop();
        GC.SuppressFinalize(this);
    }

    /// <summary>The process ends in good order and is started again.</summary>
    public void End()
    {
        if (IsUp && PausedUntil <= Now)
        {
            Guard(() =>
            {
                World.Say(Name, "ends in good order");
                if (Machine!.End() is { } frame)
                {
                    Saw(frame);
                    Machine.Retain();
                    World.Referee.Retained(this);
                }

                Stop();
                World.StartLater(this);
            });
        }
    }

    /// <summary>The disk is gone and an empty one is in its place.</summary>
    public void ReplaceDisk()
    {
        Stop();
        var lies = Disk.Lies;
        Disk = new MemoryDisk { Lies = lies };
        World.Referee.Replaced(this);
        World.Say(Name, "has an empty disk");
        World.StartLater(this);
    }

    /// <summary>Gives an input to the node; <paramref name="then"/> runs when it is durable, or was refused for want of room.</summary>
    protected void Offer(NodeInput input, Action<InputOutcome> then)
    {
        _inbox.Enqueue((input, then));
        _waiting += Weight(input);
        MostWaiting = Math.Max(MostWaiting, _waiting);
        PlanTurn();
    }

    /// <summary>Plans something that this process does; it never happens if the process ends before.</summary>
    protected void Later(TimeSpan after, Action plan)
    {
        var life = _life;
        World.Agenda.In(after, () => Live(life, plan));
    }

    /// <summary>Runs what reaches the process from outside, or fails with it.</summary>
    protected void Live(int life, Action plan)
    {
        if (life != _life || !IsUp)
        {
            return;
        }

        if (PausedUntil > Now)
        {
            World.Agenda.In(PausedUntil - Now, () => Live(life, plan));
            return;
        }

        Guard(plan);
    }

    /// <summary>The process runs.</summary>
    protected abstract void OnUp();

    /// <summary>The process is gone; nothing of the machine can be used any more.</summary>
    protected abstract void OnDown();

    /// <summary>A frame is durable.</summary>
    protected abstract void OnFrame(Frame frame);

    private void Guard(Action plan)
    {
        try
        {
            plan();
        }
        catch (PowerCutException)
        {
            Die();
        }
        catch (Exception e) when (e is DiskException or JournalFailedException or JournalFullException)
        {
            World.Say(Name, $"ends: {e.Message}");
            World.Count.Failures++;
            Stop();
            World.StartLater(this);
        }
    }

    private void Die()
    {
        World.Say(Name, _killed ? "is killed" : "loses power");
        Stop();
        if (_killed)
        {
            World.Count.Kills++;
            Disk.Restart();
        }
        else
        {
            World.Count.Cuts++;
            Disk = Disk.Cut(World.DiskRandom);
        }

        World.StartLater(this);
    }

    private void Stop()
    {
        _life++;
        _turnPlanned = false;
        _inbox.Clear();
        _waiting = 0;
        PausedUntil = default;
        if (Machine is { } machine)
        {
            Machine = null;
            OnDown();
            machine.Dispose();
        }

        Disk.Restart();
    }

    /// <summary>Items in an input; one that has none counts for one.</summary>
    private static int Weight(NodeInput input) =>
        input switch
        {
            RangeArrived arrived => Math.Max(1, arrived.Range.Items.Count),
            ReadingsArrived arrived => Math.Max(1, arrived.Readings.Count),
            _ => 1,
        };

    private void Tick()
    {
        PlanTurn();
        Later(World.Options.Tick, Tick);
    }

    private void PlanTurn()
    {
        if (!_turnPlanned)
        {
            _turnPlanned = true;
            Later(SyncTime, Turn);
        }
    }

    private void Turn()
    {
        _turnPlanned = false;
        var inputs = new List<NodeInput>();
        var promises = new List<Action<InputOutcome>>();
        for (var readings = 0; readings < TurnReadings && _inbox.TryDequeue(out var next); )
        {
            inputs.Add(next.Input);
            promises.Add(next.Then);
            readings += Weight(next.Input);
        }

        _waiting -= inputs.Sum(Weight);

        var outcomes = new List<InputOutcome>(inputs.Count);
        var frame = Machine!.Turn(inputs, outcomes);
        if (frame is not null)
        {
            Saw(frame);
        }

        for (var i = 0; i < promises.Count; i++)
        {
            World.Count.Refused += outcomes[i].Refused ? 1 : 0;
            promises[i](outcomes[i]);
        }

        if (frame is not null)
        {
            Machine.Retain();
            World.Referee.Retained(this);
            OnFrame(frame);
        }

        if (_inbox.Count > 0)
        {
            PlanTurn();
        }
    }

    private void Saw(Frame frame)
    {
        World.Referee.Durable(this, frame);
        World.OnDurable?.Invoke(this, frame);
    }

    private void Observe(Frame? frame)
    {
        if (frame is not null)
        {
            Saw(frame);
            Machine!.Retain();
            World.Referee.Retained(this);
            OnFrame(frame);
        }
    }
}
