using System.Reactive.Subjects;
using Microsoft.Extensions.Logging;

namespace Mesh.Nodes;

/// <summary>
/// A running node: the thread that makes turns, and the promises around it.
/// </summary>
/// <remarks>
/// <code>
///   AcceptAsync ─▶ IntakeQueue ─▶ TurnMachine.Turn (NodeCore.Turn, Journal.Append: write, fdatasync) ─▶ promises kept
///                                                                  │
///                                       LaneReader (hops) ◀────────┼────────▶ LocalStore (view), Frames (watchers)
/// </code>
/// One thread makes turns, one at a time; what arrives while a frame is being synced becomes the next turn. Nothing is
/// told to a sender, and nothing leaves, before its frame is durable. When the journal fails the node stops for good. When
/// the disk is full it refuses readings before they touch anything, until there is room again.
/// </remarks>
public sealed partial class Node : IDisposable
{
    /// <summary>How often a live clock moves when nothing arrives.</summary>
    private static readonly TimeSpan TickEvery = TimeSpan.FromMilliseconds(100);

    private readonly TurnMachine _machine;
    private readonly ILogger _log;
    private readonly IntakeQueue _queue = new();
    private readonly Subject<Frame> _frames = new();
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;
    private readonly StoreFeed _feed;
    private volatile bool _stopping;

    private Node(TurnMachine machine, ILogger log, LocalStore store)
    {
        _machine = machine;
        _log = log;
        Store = store;
        machine.Applied = () => store.AppliedFrame;
        machine.MadeRoom = Publish;
        _feed = new StoreFeed(machine.Journal, store, log);
        _thread = new Thread(Run) { Name = $"turns of {machine.Settings.Node}", IsBackground = true };
    }

    public NodeSettings Settings => _machine.Settings;

    public LocalStore Store { get; }

    public Journal Journal => _machine.Journal;

    /// <summary>What its hops send.</summary>
    public Outbox Outbox => _machine.Outbox;

    /// <summary>The incarnation of this node's journal.</summary>
    public long Epoch => Journal.Epoch;

    /// <summary>Frames whose replay at the last start gave other outputs than they hold: 0 unless the program changed.</summary>
    public int ReplayDifferences => _machine.ReplayDifferences;

    /// <summary>Whether readings are refused because disk or journal are full.</summary>
    public bool IsFull => _machine.IsFull;

    /// <summary>Readings and other items refused for want of room since the start; their senders keep them if they can.</summary>
    public long RefusedItems => _machine.RefusedItems;

    /// <summary>Each frame once it is durable. Watchers run on the node's thread: they hand over and return.</summary>
    public IObservable<Frame> Frames => _frames;

    /// <summary>Ends when the node stops; fails when its journal failed.</summary>
    public Task Completion => _completed.Task;

    /// <summary>Gives an input to the node; completes when it is durable, with what became of it.</summary>
    /// <exception cref="NodeStoppedException">The node has stopped or its journal failed: the input may not be held.</exception>
    /// <exception cref="NodeBusyException">The disk is full and the input brings readings: it is not held.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up waiting; the input may be held or not.</exception>
    public async Task<InputOutcome> AcceptAsync(NodeInput input, CancellationToken cancel = default)
    {
        var pending = await _queue.EnqueueAsync(input, cancel).ConfigureAwait(false);
        return await pending.Durable.Task.WaitAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Looks at the core between turns; the delegate must be quick and must not change it.</summary>
    public T Look<T>(Func<NodeCore, T> look) => _machine.Look(look);

    /// <summary>Makes the last turn with a snapshot and stops. What was not accepted yet is refused.</summary>
    public void Dispose()
    {
        if (!_stopping)
        {
            _stopping = true;
            _queue.Wake();
            if (_thread.IsAlive)
            {
                _thread.Join();
            }

            _feed.Dispose();
            _machine.Dispose();
            _frames.Dispose();
        }
    }

    private void Run()
    {
        var pending = new List<PendingInput>();
        var failure = (Exception)new NodeStoppedException("the node was stopped");
        try
        {
            while (!_stopping)
            {
                pending.Clear();
                _queue.Take(pending, TickEvery);
                if (Settings.Linger > TimeSpan.Zero && pending.Count > 0)
                {
                    _queue.Take(pending, Settings.Linger);
                }

                Turn(pending);
            }

            Publish(_machine.End());
            _completed.TrySetResult();
        }
        catch (Exception e)
        {
            // The journal's failure, or a defect of ours: either way no promise can be kept any more.
            failure = e;
            LogStopped(_log, Settings.Node, e);
            foreach (var one in pending)
            {
                one.Durable.TrySetException(new NodeStoppedException("the node has stopped", e));
            }

            _completed.TrySetException(e);
        }
        finally
        {
            _queue.Close(failure);
        }
    }

    private void Turn(List<PendingInput> pending)
    {
        var outcomes = new List<InputOutcome>(pending.Count);
        var frame = _machine.Turn(pending.ConvertAll(p => p.Input), outcomes);
        for (var i = 0; i < pending.Count; i++)
        {
            if (outcomes[i].Refused)
            {
                pending[i].Durable.TrySetException(new NodeBusyException("the disk is full; nothing was accepted"));
            }
            else
            {
                pending[i].Durable.TrySetResult(outcomes[i]);
            }
        }

        Publish(frame);
    }

    private void Publish(Frame? frame)
    {
        if (frame is not null)
        {
            _feed.Ring();
            _frames.OnNext(frame);
            _machine.Retain();
        }
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "node {Node} stops: nothing further is accepted")]
    private static partial void LogStopped(ILogger log, string node, Exception cause);
}
