using Mesh.Contracts;
using Mesh.Edge;
using Mesh.Nodes;

namespace Mesh.Simulators;

/// <summary>How a building is driven.</summary>
public sealed record BuildingRunOptions
{
    /// <summary>The source whose clock it moves, an id.</summary>
    public required string Source { get; init; }

    /// <summary>60: a minute passes in a second; <see cref="double.PositiveInfinity"/>: as fast as readings are taken.</summary>
    public double Speed { get; init; } = 60;

    /// <summary>Where it ends, with a final mark; null: it goes on until it is cancelled.</summary>
    public Timestamp? Until { get; init; }
}

/// <summary>
/// Drives a building into a node: readings in batches with marks, a final mark at the end or when it is asked to stop.
/// Commands may come from any thread; they take effect at the virtual instant the building has come to.
/// </summary>
public sealed class BuildingRun(Building building, BuildingRunOptions options, TimeProvider time)
{
    /// <summary>At most this much virtual time is made at once, so that commands take effect soon.</summary>
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(Building.Step);

    private static readonly TimeSpan Forever = TimeSpan.FromDays(1);
    private readonly Lock _gate = new();

    /// <summary>Readings the node has accepted.</summary>
    public long Accepted { get; private set; }

    /// <summary>Readings the building has made, counted by itself.</summary>
    public long Produced
    {
        get
        {
            lock (_gate)
            {
                return building.Total;
            }
        }
    }

    /// <summary>Readings made, per device.</summary>
    public IReadOnlyDictionary<string, long> ProducedByDevice()
    {
        lock (_gate)
        {
            return new Dictionary<string, long>(building.Produced, StringComparer.Ordinal);
        }
    }

    /// <summary>An <see cref="Obey"/> for every lock of the building.</summary>
    public Task<CommandResult> ObeyAsync(Command command, CancellationToken cancellation)
    {
        lock (_gate)
        {
            return Task.FromResult(building.Execute(command));
        }
    }

    /// <summary>Makes every lock of this part obey commands that arrive at the agent, each once and none that has expired.</summary>
    public void AttachTo(Actuators actuators)
    {
        foreach (var device in building.Locks)
        {
            actuators.Add(device, "lock", ObeyAsync);
        }
    }

    /// <summary>Runs to <see cref="BuildingRunOptions.Until"/>, or until <paramref name="stop"/>; both end it with a final mark.</summary>
    /// <param name="accept">Completes when the node has accepted.</param>
    /// <param name="stop">Ends the day in good order: nothing made is left unsent.</param>
    /// <param name="cancellation">Ends it at once, without a mark.</param>
    public async Task RunAsync(
        Func<NodeInput, CancellationToken, ValueTask> accept,
        CancellationToken stop,
        CancellationToken cancellation
    )
    {
        await accept(new SourceChanged(options.Source, Alive: true), cancellation);
        var pace = new Pace(time, options.Speed, building.Now);
        while (!stop.IsCancellationRequested && (options.Until is not { } until || building.Now + Slice <= until))
        {
            if (!await WaitAsync(pace, building.Now + Slice, stop, cancellation))
            {
                break;
            }

            List<Reading> readings;
            lock (_gate)
            {
                readings = [.. building.AdvanceTo(building.Now + Slice)];
            }

            await SendAsync(readings, accept, cancellation);
        }

        var end = options.Until is { } last
            ? Timestamp.Max(building.Now, stop.IsCancellationRequested ? default : last)
            : building.Now;
        await accept(new ReadingsArrived(options.Source, [], new Mark(end, Final: true)), cancellation);
    }

    private async Task SendAsync(
        List<Reading> readings,
        Func<NodeInput, CancellationToken, ValueTask> accept,
        CancellationToken cancellation
    )
    {
        for (var from = 0; from < readings.Count || from == 0; from += Limits.BatchReadings)
        {
            var count = Math.Min(Limits.BatchReadings, readings.Count - from);
            var last = from + count == readings.Count;
            var mark = last ? new Mark(building.Now, Final: false) : (Mark?)null;
            await accept(new ReadingsArrived(options.Source, readings.GetRange(from, count), mark), cancellation);
            Accepted += count;
        }
    }

    // False when it is to stop instead.
    private static async Task<bool> WaitAsync(
        Pace pace,
        Timestamp next,
        CancellationToken stop,
        CancellationToken cancellation
    )
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, cancellation);
        try
        {
            while (!await pace.WaitAsync(next, Forever, either.Token)) { }
            cancellation.ThrowIfCancellationRequested();
            return true;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return false;
        }
    }
}
