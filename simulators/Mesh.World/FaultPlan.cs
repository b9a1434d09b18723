using System.Globalization;
using Mesh.Simulators;

namespace Mesh.World;

/// <summary>Lets things go wrong, one after another, at times and places drawn from the seed, until it is told to stop.</summary>
internal sealed class FaultPlan
{
    /// <summary>Operations on a disk that a crash waits for at most; a turn makes two, a new segment about ten.</summary>
    private const int MostOperations = 40;

    private readonly WorldRun _world;
    private readonly Chance _chance;
    private readonly List<Faults> _kinds;
    private bool _over;

    public FaultPlan(WorldRun world)
    {
        _world = world;
        _chance = new Chance(world.Options.Seed, 2);
        _kinds = [.. Enum.GetValues<Faults>().Where(f => int.PopCount((int)f) == 1 && world.Options.Faults.HasFlag(f))];
    }

    public void Begin()
    {
        if (_kinds.Count > 0)
        {
            _world.Agenda.In(
                Seconds(_world.Options.Between.TotalSeconds / 2, _world.Options.Between.TotalSeconds * 1.5),
                Next
            );
        }
    }

    /// <summary>No further faults, and what is broken is mended.</summary>
    public void End()
    {
        _over = true;
        foreach (var wire in _world.Network.Wires)
        {
            (wire.Cut, wire.Loss, wire.Twice, wire.Disorder) = (false, 0, 0, false);
        }

        foreach (var host in _world.Hosts)
        {
            host.Disk.Capacity = long.MaxValue;
            host.Disk.SyncsUntilFailure = -1;
            host.Disk.OperationsUntilCut = -1;
            host.SyncTime = TimeSpan.FromMilliseconds(1);
            host.PausedUntil = default;
        }
    }

    /// <summary>How long a process is down; sometimes the next start does not come to its end either.</summary>
    public TimeSpan Restart(Host host)
    {
        if (!_over && _chance.Happens(0.15) && (_world.Options.Faults & (Faults.Cut | Faults.Kill)) != Faults.None)
        {
            host.Disk.OperationsUntilCut = _chance.Whole(0, 20);
        }

        return _over ? TimeSpan.FromSeconds(1) : Seconds(0.2, 20);
    }

    private void Next()
    {
        if (_over)
        {
            return;
        }

        _world.Count.Faults++;
        Happen(_kinds[_chance.Whole(0, _kinds.Count - 1)]);
        Begin();
    }

    private void Happen(Faults fault)
    {
        var host = _world.Hosts[_chance.Whole(0, _world.Hosts.Count - 1)];
        switch (fault)
        {
            case Faults.Cut or Faults.Kill:
                var operations = _chance.Whole(0, MostOperations);
                Say(host, $"{fault} in {operations} operations");
                host.Crash(kill: fault == Faults.Kill, operations);
                break;
            case Faults.Restart:
                host.End();
                break;
            case Faults.Network:
                Disturb();
                break;
            case Faults.Partition:
                Part();
                break;
            case Faults.Full:
                Say(host, "disk full");
                host.Disk.Capacity = 0;
                While(5, 90, () => host.Disk.Capacity = long.MaxValue);
                break;
            case Faults.Sync:
                host.Disk.SyncsUntilFailure = _chance.Whole(0, 10);
                Say(host, "a sync will fail");
                break;
            case Faults.Slow:
                host.SyncTime = Seconds(0.05, 3);
                Say(host, $"syncs take {host.SyncTime}");
                While(5, 60, () => host.SyncTime = TimeSpan.FromMilliseconds(1));
                break;
            case Faults.Clock:
                host.Clock.Error = Jump();
                Say(host, $"clock is {host.Clock.Error} ahead");
                break;
            case Faults.Replace:
                var fog = _world.Fogs[_chance.Whole(0, _world.Fogs.Count - 1)];
                fog.ReplaceDisk();
                break;
            case Faults.Move:
                _world.Edges[_chance.Whole(0, _world.Edges.Count - 1)].Move();
                break;
            case Faults.Pause:
                host.PausedUntil = _world.Agenda.Now + Seconds(1, 70);
                Say(host, $"stands still until {host.PausedUntil}");
                break;
            case Faults.Overload:
                var edge = _world.Edges[_chance.Whole(0, _world.Edges.Count - 1)];
                Say(edge, "ten times as many readings");
                edge.Load = 10;
                While(5, 30, () => edge.Load = 1);
                break;
        }
    }

    private void Disturb()
    {
        var (from, to) = Link();
        var wire = _world.Network[from, to];
        (wire.Loss, wire.Twice, wire.Disorder) = (_chance.Between(0, 0.6), _chance.Between(0, 0.5), true);
        wire.Most = Seconds(0.02, 3);
        _world.Say(
            from,
            string.Create(CultureInfo.InvariantCulture, $"to {to} loses {wire.Loss:P0}, doubles {wire.Twice:P0}")
        );
        While(
            5,
            60,
            () =>
            {
                (wire.Loss, wire.Twice, wire.Disorder) = (0, 0, false);
                wire.Most = TimeSpan.FromMilliseconds(20);
            }
        );
    }

    private void Part()
    {
        var (from, to) = Link();
        _world.Network[from, to].Cut = true;
        var both = _chance.Happens(0.5);
        if (both)
        {
            _world.Network[to, from].Cut = true;
        }

        _world.Say(from, $"no longer reaches {to}{(both ? ", nor is reached" : "")}");
        While(
            2,
            120,
            () =>
            {
                _world.Network[from, to].Cut = false;
                _world.Network[to, from].Cut = false;
                _world.Say(from, $"and {to} are joined again");
            }
        );
    }

    /// <summary>A direction between two hosts that talk to each other.</summary>
    private (string From, string To) Link()
    {
        var fog = _world.Fogs[_chance.Whole(0, _world.Fogs.Count - 1)].Name;
        var other = _world.Hosts[_chance.Whole(0, _world.Edges.Count)].Name;
        return _chance.Happens(0.5) ? (fog, other) : (other, fog);
    }

    private TimeSpan Jump() =>
        _chance.Whole(0, 3) switch
        {
            0 => TimeSpan.Zero,
            1 => TimeSpan.FromDays(3652 * (_chance.Happens(0.5) ? 1 : -1)),
            2 => TimeSpan.FromHours(_chance.Happens(0.5) ? 1 : -1),
            _ => Seconds(-600, 600),
        };

    private void While(double least, double most, Action mend) =>
        _world.Agenda.In(
            Seconds(least, most),
            () =>
            {
                if (!_over)
                {
                    mend();
                }
            }
        );

    private TimeSpan Seconds(double least, double most) =>
        TimeSpan.FromMilliseconds((long)(_chance.Between(least, most) * 1000));

    private void Say(Host host, string what) => _world.Say(host.Name, what);
}
