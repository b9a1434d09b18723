using System.Collections.Concurrent;
using Mesh.Contracts;
using Mesh.Nodes;
using Mesh.Rules;
using Mesh.Tests.Nodes;
using Mesh.World;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Tests.Sinks;

/// <summary>A live node on a disk in memory with its sinks; publishes go into a queue of the test.</summary>
internal sealed class RunningSinks : IAsyncDisposable
{
    private readonly NodeSettings _settings;
    private long _seq;

    private RunningSinks(NodeSettings settings) => _settings = settings;

    private LockedDisk _disk = new(new MemoryDisk());

    public Node Node { get; private set; } = null!;

    public NodeTasks Tasks { get; private set; } = null!;

    public ConcurrentQueue<SinkAction> Published { get; } = new();

    /// <summary>What the broker says to each publish.</summary>
    public Func<SinkAction, Delivery> Broker { get; set; } = static _ => Delivery.Done;

    public static async Task<RunningSinks> StartAsync(string rules, params NotifyDestination[] notify)
    {
        var running = new RunningSinks(
            Some.Settings(ClockKind.Live) with
            {
                Rules = [new NamedText("r.yaml", rules)],
                Notify = notify,
            }
        );
        await running.OpenAsync();
        return running;
    }

    public Task OpenAsync()
    {
        Node = Node.Open(_settings, Some.Everything, _disk, TimeProvider.System, NullLogger.Instance);
        Tasks = new NodeTasks(Node, PublishAsync, TimeProvider.System, NullLoggerFactory.Instance);
        return Tasks.StartAsync();
    }

    /// <summary>Takes the power away at this instant, and starts again with what is on the disk then.</summary>
    public async Task CutPowerAsync()
    {
        MemoryDisk? left = null;
        _disk.Do(disk => left = disk.Cut(new Random(1)));
        await Tasks.DisposeAsync();
        Node.Dispose();
        _disk = new LockedDisk(left!);
        Published.Clear();
        await OpenAsync();
    }

    public async Task SayAsync(string device, double value)
    {
        var now = Timestamp.From(TimeProvider.System.GetUtcNow());
        var reading = new Reading
        {
            Device = device,
            Sensor = "temperature",
            Value = Value.Of(value),
            At = now,
            Seq = ++_seq,
            Boot = 1,
        };
        await Node.AcceptAsync(new ReadingsArrived("agent-1", [reading], null), OpenNode.Cancel);
    }

    public static Task Until(Func<bool> condition) => NodeOnDiskTests.Until(() => Task.FromResult(condition()));

    public SinkCursor? Cursor(string sink) => Node.Look(core => core.Sinks.Of(sink));

    public IReadOnlyList<DeadLetter> Letters => Node.Look(core => core.DeadLetters.All.ToList());

    public async ValueTask DisposeAsync()
    {
        await Tasks.DisposeAsync();
        Node.Dispose();
    }

    private Task<Delivery> PublishAsync(SinkAction action, CancellationToken cancel)
    {
        var delivery = Broker(action);
        if (delivery.Outcome == DeliveryOutcome.Delivered)
        {
            Published.Enqueue(action);
        }

        return Task.FromResult(delivery);
    }
}
