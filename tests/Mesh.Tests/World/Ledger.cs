using Mesh.Contracts;
using Mesh.Nodes;
using Mesh.World;

namespace Mesh.Tests.World;

/// <summary>What became durable where and when in a world, kept for a scenario to look at.</summary>
internal sealed class Ledger : IDisposable
{
    private readonly HashSet<ReadingId> _taken = [];
    private WorldRun? _world;

    /// <summary>Readings and detections in the order in which the cloud took them.</summary>
    public List<(TimeSpan At, MeshEvent Item)> Cloud { get; } = [];

    /// <summary>How old each reading was when a fog held it for the first time, and when that was.</summary>
    public List<(TimeSpan At, TimeSpan Age)> Fog { get; } = [];

    /// <summary>A world whose nodes this ledger watches.</summary>
    public WorldRun Watch(WorldOptions options)
    {
        _world = new WorldRun(options) { OnDurable = Note };
        return _world;
    }

    /// <summary>What the cloud took since an instant.</summary>
    public IEnumerable<T> Since<T>(TimeSpan from)
        where T : MeshEvent => Cloud.Where(c => c.At >= from).Select(c => c.Item).OfType<T>();

    /// <summary>The age that 99 of 100 readings did not exceed at the fog, of those since an instant.</summary>
    public TimeSpan P99(TimeSpan from)
    {
        var ages = Fog.Where(f => f.At >= from).Select(f => f.Age).Order().ToList();
        return ages[(int)(ages.Count * 0.99)];
    }

    /// <summary>Ends the world that it watches.</summary>
    public void Dispose() => _world?.Dispose();

    private void Note(Host host, Frame frame)
    {
        foreach (var item in frame.Inputs.OfType<RangeArrived>().SelectMany(r => r.Range.Items))
        {
            if (host is CloudHost)
            {
                Cloud.Add((_world!.Agenda.Now, item));
            }
            else if (item is Reading reading && _taken.Add(reading.Id))
            {
                Fog.Add((_world!.Agenda.Now, _world.Truth - reading.At));
            }
        }
    }
}
