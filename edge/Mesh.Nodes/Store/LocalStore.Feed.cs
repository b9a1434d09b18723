namespace Mesh.Nodes;

/// <summary>The thread that applies, and those who wait for it.</summary>
public sealed partial class LocalStore
{
    /// <summary>Doublings of the second between two attempts: at most about a minute.</summary>
    private const int MostDoublings = 6;
    private readonly Lock _announceGate = new();
    private readonly List<(long Frame, TaskCompletionSource Done)> _waiting = [];
    private readonly Queue<Frame> _queue = new();
    private readonly object _queueGate = new();
    private int _queuedItems;
    private bool _feedRequested = true;
    private bool _stopping;
    private bool _hurry;
    private Thread? _thread;

    /// <summary>Starts the thread that applies what is enqueued.</summary>
    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "store" };
        _thread.Start();
    }

    /// <summary>The first frame the store wants; from then on <see cref="Enqueue"/> takes frames in order.</summary>
    public long StartFeed()
    {
        lock (_queueGate)
        {
            _queue.Clear();
            _queuedItems = 0;
            _feedRequested = false;
            return AppliedFrame + 1;
        }
    }

    /// <summary>
    /// Hands over the next frame, waiting while <see cref="StoreOptions.QueueFrames"/> are. False when the store wants
    /// to be fed from another frame: ask <see cref="StartFeed"/>.
    /// </summary>
    public bool Enqueue(Frame frame)
    {
        lock (_queueGate)
        {
            while (_queue.Count >= _options.QueueFrames && !_feedRequested && !_stopping)
            {
                Monitor.Wait(_queueGate);
            }

            if (_feedRequested || _stopping)
            {
                return false;
            }

            _queue.Enqueue(frame);
            _queuedItems += StoreChanges.Items(frame);
            Monitor.PulseAll(_queueGate);
            return true;
        }
    }

    /// <summary>Waits until a frame is visible; false when the deadline passes first.</summary>
    public async Task<bool> WaitFor(long frame, TimeSpan deadline, CancellationToken cancel = default)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_announceGate)
        {
            if (AppliedFrame >= frame)
            {
                return true;
            }

            _waiting.Add((frame, done));
        }

        lock (_queueGate)
        {
            // Somebody waits: no lingering for more frames.
            _hurry = true;
            Monitor.PulseAll(_queueGate);
        }

        try
        {
            await done.Task.WaitAsync(deadline, _time, cancel).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return AppliedFrame >= frame;
        }
        finally
        {
            lock (_announceGate)
            {
                _waiting.RemoveAll(w => w.Done == done);
            }
        }
    }

    private void Announce()
    {
        lock (_announceGate)
        {
            foreach (var (_, done) in _waiting.Where(w => w.Frame <= AppliedFrame))
            {
                done.TrySetResult();
            }
        }
    }

    private void RequestFeed()
    {
        lock (_queueGate)
        {
            _feedRequested = true;
            _queue.Clear();
            _queuedItems = 0;
            Monitor.PulseAll(_queueGate);
        }
    }

    private void Stop()
    {
        lock (_queueGate)
        {
            _stopping = true;
            Monitor.PulseAll(_queueGate);
        }

        _thread?.Join();
    }

    private void Run()
    {
        var failures = 0;
        while (Take() is { } batch)
        {
            if (Apply(batch))
            {
                failures = 0;
                continue;
            }

            var since = _time.GetTimestamp();
            var pause = TimeSpan.FromSeconds(1 << Math.Min(failures++, MostDoublings));
            lock (_queueGate)
            {
                while (!_stopping && pause - _time.GetElapsedTime(since) is var left && left > TimeSpan.Zero)
                {
                    Monitor.Wait(_queueGate, left);
                }
            }
        }
    }

    /// <summary>Frames for one batch, or null at the end.</summary>
    private List<Frame>? Take()
    {
        lock (_queueGate)
        {
            while (_queue.Count == 0 && !_stopping)
            {
                Monitor.Wait(_queueGate);
            }

            var since = _time.GetTimestamp();
            while (!_stopping && !_hurry && _queuedItems < _options.BatchItems && _queue.Count < _options.QueueFrames)
            {
                var left = _options.Linger - _time.GetElapsedTime(since);
                if (left <= TimeSpan.Zero || !Monitor.Wait(_queueGate, left))
                {
                    break;
                }
            }

            if (_stopping)
            {
                return null;
            }

            var batch = new List<Frame>();
            for (var items = 0; _queue.Count > 0 && items < _options.BatchItems; )
            {
                var frame = _queue.Dequeue();
                batch.Add(frame);
                items += StoreChanges.Items(frame);
                _queuedItems -= StoreChanges.Items(frame);
            }

            _hurry &= _queue.Count > 0;
            Monitor.PulseAll(_queueGate);
            return batch;
        }
    }
}
