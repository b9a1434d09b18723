using System.Reactive.Subjects;
using Mesh.Contracts;
using Microsoft.Extensions.Logging;

namespace Mesh.Nodes;

/// <summary>
/// A running node: the thread that makes turns, and the promises around it.
/// </summary>
/// <remarks>
/// <code>
///   AcceptAsync ─▶ IntakeQueue ─▶ NodeCore.Turn ─▶ Journal.Append (write, fdatasync) ─▶ promises kept
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

    /// <summary>How often a node with a full disk looks for room.</summary>
    private static readonly TimeSpan LookForRoomEvery = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Journal _journal;
    private readonly NodeCore _core;
    private readonly IntakeQueue _queue = new();
    private readonly Subject<Frame> _frames = new();
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _state = new();
    private readonly Thread _thread;
    private readonly SnapshotPlan _snapshots = new();
    private readonly StoreFeed _feed;
    private volatile bool _stopping;
    private long? _lookedForRoom;

    private Node(
        NodeSettings settings,
        TimeProvider time,
        ILogger log,
        Journal journal,
        NodeCore core,
        LocalStore store
    )
    {
        Settings = settings;
        _time = time;
        _log = log;
        _journal = journal;
        _core = core;
        Store = store;
        Outbox = new Outbox(settings, journal, core, _state);
        _feed = new StoreFeed(journal, store, log);
        _thread = new Thread(Run) { Name = $"turns of {settings.Node}", IsBackground = true };
    }

    public NodeSettings Settings { get; }

    public LocalStore Store { get; }

    public Journal Journal => _journal;

    /// <summary>What its hops send.</summary>
    public Outbox Outbox { get; }

    /// <summary>The incarnation of this node's journal.</summary>
    public long Epoch => _journal.Epoch;

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
    public T Look<T>(Func<NodeCore, T> look)
    {
        lock (_state)
        {
            return look(_core);
        }
    }

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
            _journal.Dispose();
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

                if (!HasRoom())
                {
                    Refuse(pending);
                }

                Turn(pending, snapshot: _snapshots.Due && _journal.HasReserve);
            }

            Turn([], snapshot: _journal.HasReserve);
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

    private void Turn(List<PendingInput> pending, bool snapshot)
    {
        Frame frame;
        var outcomes = new List<InputOutcome>(pending.Count);
        var inputs = pending.ConvertAll(p => p.Input);
        Span<long> next = stackalloc long[Contracts.Lanes.Count];
        lock (_state)
        {
            foreach (var lane in Contracts.Lanes.All)
            {
                next[(int)lane] = _core.NextItem(lane);
            }

            frame = _core.Turn(_journal.LastFrame + 1, inputs, Now(), outcomes, snapshot);
        }

        if (frame.Inputs.Count > 0 || frame.Outputs.Count > 0)
        {
            var body = FrameCodec.Encode(frame);
            _journal.Append(frame.Number, body, next);
            _snapshots.Wrote(body.Length, frame);
        }

        for (var i = 0; i < pending.Count; i++)
        {
            pending[i].Durable.TrySetResult(outcomes[i]);
        }

        if (frame.Inputs.Count > 0 || frame.Outputs.Count > 0)
        {
            _feed.Ring();
            _frames.OnNext(frame);
            if (frame.Outputs is [.., Snapshot])
            {
                Retention.Apply(_journal, _core, Store, _snapshots.Spare, Settings.KeepBytes);
            }
        }
    }

    /// <summary>Whether the next segment is sure; if not, what is delivered goes, however much should be kept.</summary>
    private bool HasRoom()
    {
        if (_journal.HasReserve)
        {
            return true;
        }

        if (_lookedForRoom is { } last && _time.GetElapsedTime(last) < LookForRoomEvery)
        {
            return false;
        }

        var news = _lookedForRoom is null;
        if (!_journal.FillReserve())
        {
            Retention.Apply(_journal, _core, Store, _snapshots.Spare, keep: 0);
        }

        if (_journal.FillReserve())
        {
            _lookedForRoom = null;
            LogRoom(_log, Settings.Node);
            return true;
        }

        _lookedForRoom = _time.GetTimestamp();
        if (news)
        {
            LogFull(_log, Settings.Node);
        }

        return false;
    }

    private static void Refuse(List<PendingInput> pending)
    {
        foreach (var one in pending.Where(p => p.BringsItems))
        {
            one.Durable.TrySetException(new NodeBusyException("the disk is full; nothing was accepted"));
        }

        pending.RemoveAll(p => p.BringsItems);
    }

    private Timestamp Now() => Timestamp.From(_time.GetUtcNow());

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "node {Node}: the disk is full: readings are refused, their senders keep them; free space and it goes on by itself"
    )]
    private static partial void LogFull(ILogger log, string node);

    [LoggerMessage(Level = LogLevel.Information, Message = "node {Node}: the disk has room again")]
    private static partial void LogRoom(ILogger log, string node);

    [LoggerMessage(Level = LogLevel.Critical, Message = "node {Node} stops: nothing further is accepted")]
    private static partial void LogStopped(ILogger log, string node, Exception cause);
}
