namespace Mesh.Nodes;

/// <summary>An input on its way into a turn, and the promise to its sender.</summary>
internal sealed class PendingInput(NodeInput input)
{
    public NodeInput Input { get; } = input;

    /// <summary>Kept when the frame is durable; runs its continuations elsewhere, never on the node's thread.</summary>
    public TaskCompletionSource<InputOutcome> Durable { get; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What it counts for: its readings, and at least one.</summary>
    public int Readings { get; } =
        input switch
        {
            RangeArrived arrived => Math.Max(1, arrived.Range.Items.Count),
            ReadingsArrived arrived => Math.Max(1, arrived.Readings.Count),
            _ => 1,
        };

    /// <summary>About how many bytes it takes in memory.</summary>
    public long Bytes { get; } =
        input switch
        {
            RangeArrived arrived => arrived.Range.Items.Sum(ItemSize.Of),
            ReadingsArrived arrived => arrived.Readings.Sum(ItemSize.Of),
            _ => 1024,
        };
}

/// <summary>
/// What waits for the next turn. Bounded by the readings it holds, and by their bytes: beyond <see cref="MaxReadings"/> or
/// <see cref="MaxBytes"/> a sender waits outside, which holds back its acknowledgement and so the sender itself.
/// </summary>
internal sealed class IntakeQueue
{
    /// <summary>Readings queued at most; a single larger input is still taken when the queue is empty.</summary>
    public const int MaxReadings = 32_768;

    /// <summary>Readings of one turn at most.</summary>
    public const int TurnReadings = 4_096;

    /// <summary>Bytes queued at most, about; a single larger input is still taken when the queue is empty.</summary>
    public const long MaxBytes = 64 * 1024 * 1024;

    /// <summary>Bytes of one turn at most, about; a single larger input is a turn by itself.</summary>
    public const long TurnBytes = 8 * 1024 * 1024;

    private readonly object _gate = new();
    private readonly Queue<PendingInput> _queue = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private Exception? _closed;
    private int _readings;
    private long _bytes;
    private bool _woken;

    public async Task<PendingInput> EnqueueAsync(NodeInput input, CancellationToken cancel)
    {
        var pending = new PendingInput(input);
        while (true)
        {
            TaskCompletionSource room;
            lock (_gate)
            {
                if (_closed is not null)
                {
                    throw new NodeStoppedException("the node has stopped", _closed);
                }

                if (
                    _queue.Count == 0
                    || (_readings + pending.Readings <= MaxReadings && _bytes + pending.Bytes <= MaxBytes)
                )
                {
                    _queue.Enqueue(pending);
                    _readings += pending.Readings;
                    _bytes += pending.Bytes;
                    Monitor.Pulse(_gate);
                    return pending;
                }

                room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.Enqueue(room);
            }

            await room.Task.WaitAsync(cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Takes a turn's worth of inputs; waits up to <paramref name="patience"/> for the first.</summary>
    public void Take(List<PendingInput> into, TimeSpan patience)
    {
        lock (_gate)
        {
            if (_queue.Count == 0 && _closed is null && !_woken)
            {
                Monitor.Wait(_gate, patience);
            }

            _woken = false;

            var readings = 0;
            long bytes = 0;
            while (
                _queue.TryPeek(out var next)
                && (readings == 0 || (readings + next.Readings <= TurnReadings && bytes + next.Bytes <= TurnBytes))
            )
            {
                readings += next.Readings;
                bytes += next.Bytes;
                into.Add(_queue.Dequeue());
            }

            _readings -= readings;
            _bytes -= bytes;
            while (_readings < MaxReadings && _bytes < MaxBytes && _waiting.TryDequeue(out var room))
            {
                room.TrySetResult();
            }
        }
    }

    /// <summary>Wakes the turn loop, or keeps it from falling asleep.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            _woken = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Refuses everything from here on and breaks the promises that wait.</summary>
    public void Close(Exception reason)
    {
        lock (_gate)
        {
            _closed = reason;
            foreach (var pending in _queue)
            {
                pending.Durable.TrySetException(new NodeStoppedException("the node has stopped", reason));
            }

            _queue.Clear();
            while (_waiting.TryDequeue(out var room))
            {
                room.TrySetResult();
            }

            Monitor.PulseAll(_gate);
        }
    }
}
