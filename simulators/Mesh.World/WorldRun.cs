using System.Globalization;
using Mesh.Contracts;
using Mesh.Nodes;
using Mesh.Simulators;

namespace Mesh.World;

/// <summary>
/// The whole mesh in one process, on one thread, under one seed, in virtual time: agents with their devices, fogs and a
/// cloud, each the product's own machine on a disk that fails, joined by a network that fails. A referee watches.
/// </summary>
/// <remarks>
/// <code>
///   devices ─▶ EdgeHost (TurnMachine, AgentHop) ─▶ Network ─▶ FogHost (FogDesk, TurnMachine, CloudHop) ─▶ CloudHost
///                      └─ MemoryDisk                                └─ MemoryDisk                          └─ MemoryDisk
///   FaultPlan breaks disks, processes, clocks and wires;    Referee sees every frame, message and start
/// </code>
/// The same options give the same run, line by line of its trace. For the given time things go wrong; then everything is
/// mended, and within <see cref="WorldOptions.Calm"/> nothing may wait anywhere any more.
/// </remarks>
public sealed class WorldRun : IDisposable
{
    private readonly Chance _network;
    private readonly Chance _epochs;
    private readonly FaultPlan _faults;
    private readonly WorldTrace _trace;
    private bool _measuring = true;

    public WorldRun(WorldOptions options)
    {
        if (options.Edges is < 1 or > 100 || options.Fogs is < 1 or > 20)
        {
            throw new ArgumentException($"{options.Edges} agents and {options.Fogs} fogs are no mesh", nameof(options));
        }

        Options = options;
        _trace = new WorldTrace(Agenda, options.Trace);
        _network = new Chance(options.Seed, 1);
        _epochs = new Chance(options.Seed, 3);
        DiskRandom = new Random((int)new Chance(options.Seed, 4).Next());
        Network = new Network(Agenda, _network);
        TrueClock = new WorldClock(Agenda);
        Referee = new Referee(this);
        Cloud = new CloudHost(this, Settings("cloud", Tier.Cloud, []));
        Fogs =
        [
            .. Enumerable
                .Range(1, options.Fogs)
                .Select(n => new FogHost(this, Settings(Name("fog", n), Tier.Fog, [WorldRules.Fog]), Cloud)),
        ];
        Edges = [.. Enumerable.Range(1, options.Edges).Select(NewEdge)];
        Hosts = [Cloud, .. Edges, .. Fogs];
        Fogs.ToList().ForEach(fog => fog.Disk.Lies = options.Mutant == Mutant.ForwardEarly);
        _faults = new FaultPlan(this);
    }

    public WorldOptions Options { get; }

    public Agenda Agenda { get; } = new();

    public Network Network { get; }

    public Referee Referee { get; }

    public CloudHost Cloud { get; }

    public IReadOnlyList<FogHost> Fogs { get; }

    public IReadOnlyList<EdgeHost> Edges { get; }

    /// <summary>The cloud first, then the agents, then the fogs.</summary>
    public IReadOnlyList<Host> Hosts { get; }

    internal WorldReport Count { get; } = new();

    /// <summary>What decides which sectors survive a cut.</summary>
    internal Random DiskRandom { get; }

    /// <summary>The instant that clocks should show.</summary>
    internal Timestamp Truth => TrueClock.Wall;

    private WorldClock TrueClock { get; }

    /// <summary>Runs to the end, or to the first promise that is broken.</summary>
    public WorldReport Run()
    {
        try
        {
            foreach (var host in Hosts)
            {
                host.Start();
            }

            Measure();
            _faults.Begin();
            while (Agenda.Step(Options.Duration)) { }
            Mend();
            Settle();
        }
        catch (ViolationException e)
        {
            (Count.Promise, Count.Violation) = (e.Promise, e.Message);
        }
        catch (Exception e)
        {
            // Whatever a node throws that is not the world's doing would have ended its process.
            (Count.Promise, Count.Violation) = ("R12 nothing stops a node", e.ToString());
        }

        (Count.Sent, Count.Lost, Count.Doubled) = (Network.Sent, Network.Lost, Network.Doubled);
        Count.Steps = Agenda.Steps;
        Count.Trace = [.. _trace.Last];
        Count.TraceHash = _trace.Hash;
        return Count;
    }

    public void Dispose()
    {
        foreach (var host in Hosts)
        {
            host.Dispose();
        }

        _trace.Dispose();
    }

    internal void Say(string who, string what) => _trace.Say(who, what);

    /// <summary>A number for chance that belongs to one life of one host.</summary>
    internal int Seed(string name, int life)
    {
        var sum = name.Aggregate(17L, (hash, letter) => (hash * 31) + letter);
        return (int)new Chance(Options.Seed, 5, sum, life).Next();
    }

    /// <summary>As the product numbers: seconds of the host's own clock, which may be wrong, and chance behind.</summary>
    internal long NewEpoch(Host host)
    {
        if (Options.Mutant == Mutant.EpochAgain && host is FogHost)
        {
            return 1;
        }

        var seconds = Math.Clamp(host.Clock.GetUtcNow().ToUnixTimeSeconds(), 1, uint.MaxValue);
        return ((seconds << 21) | (long)(_epochs.Next() & 0x1FFFFF)) & Limits.Number;
    }

    internal void StartLater(Host host) => Agenda.In(_faults.Restart(host), host.Start);

    private static string Name(string tier, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{tier}-{number}");

    private NodeSettings Settings(string node, Tier tier, IReadOnlyList<NamedText> rules) =>
        new()
        {
            Node = node,
            Tier = tier,
            Site = "world",
            Data = "/data",
            SegmentBytes = Options.SegmentBytes,
            KeepBytes = Options.KeepBytes,
            Rules = rules,
        };

    private EdgeHost NewEdge(int number)
    {
        var name = Name("edge", number);
        var devices = Enumerable
            .Range(1, Options.Devices)
            .Select(n => new Device($"{name}-d{n}", "temperature", (1000 * number) + n))
            .ToList();
        var home = (number - 1) % Fogs.Count;
        return new EdgeHost(
            this,
            Settings(name, Tier.Edge, [WorldRules.Edge]),
            [.. Fogs.Skip(home), .. Fogs.Take(home)],
            devices
        );
    }

    private void Measure()
    {
        if (_measuring)
        {
            foreach (var edge in Edges)
            {
                edge.Measure(edge.Load);
            }

            Agenda.In(Options.Every, Measure);
        }
    }

    private void Mend()
    {
        Say("world", "everything is mended");
        _measuring = false;
        _faults.End();
    }

    /// <summary>Liveness: within the calm everybody is connected, and nothing waits anywhere.</summary>
    private void Settle()
    {
        var begin = Agenda.Now;
        while (!(Edges.All(e => e.IsDrained) && Fogs.All(f => f.IsDrained)))
        {
            if (Count.Reconnected == default && Edges.All(e => e.IsGreeted))
            {
                Count.Reconnected = Agenda.Now - begin;
            }

            if (Agenda.Now - begin > Options.Calm)
            {
                throw new ViolationException(
                    "R16/L2 the backlog drains",
                    string.Join("; ", Edges.Select(Waits).Concat(Fogs.Select(Waits)).Concat(Referee.Missing))
                );
            }

            var until = Agenda.Now + TimeSpan.FromSeconds(1);
            while (Agenda.Step(until)) { }
        }

        Count.Settled = Agenda.Now - begin;
        Referee.Settle();
        Say("world", "everything has arrived");
    }

    private static string Waits(Host host) =>
        host.IsUp
            ? $"{host.Name}: "
                + string.Join(
                    ", ",
                    Lanes.All.Select(lane =>
                        $"{Lanes.Name(lane)} {host.Machine!.Look(c => c.DeliveredUpTo(lane))} of {host.Machine.Look(c => c.NextItem(lane)) - 1}"
                    )
                )
            : $"{host.Name}: down";
}
