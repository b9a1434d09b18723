using Microsoft.Extensions.Logging;

namespace Mesh.Nodes;

/// <summary>
/// The thread that reads frames from the journal into the store. It reads what is durable and nothing else, so the store
/// can be behind but never ahead; when the store has lost a file it begins again where the store asks.
/// </summary>
internal sealed partial class StoreFeed : IDisposable
{
    private readonly Journal _journal;
    private readonly LocalStore _store;
    private readonly ILogger _log;
    private readonly ManualResetEventSlim _news = new(initialState: true);
    private readonly Thread _thread;
    private volatile bool _stopping;

    public StoreFeed(Journal journal, LocalStore store, ILogger log)
    {
        (_journal, _store, _log) = (journal, store, log);
        _thread = new Thread(Run) { Name = "store feed", IsBackground = true };
    }

    public void Start()
    {
        _store.Start();
        _thread.Start();
    }

    /// <summary>There is a new frame.</summary>
    public void Ring() => _news.Set();

    public void Dispose()
    {
        _stopping = true;
        _news.Set();
        _store.Dispose();
        _thread.Join();
        _news.Dispose();
    }

    private void Run()
    {
        while (!_stopping)
        {
            try
            {
                Feed();
            }
            catch (Exception e) when (e is DiskException or FormatException)
            {
                // The view falls behind, visibly; what it shows is still in the journal.
                LogTrouble(_log, e.Message);
                _news.Reset();
                if (!_stopping)
                {
                    _news.Wait(TimeSpan.FromSeconds(5));
                }
            }
        }
    }

    private void Feed()
    {
        using var reader = _journal.Read(Math.Max(_store.StartFeed(), _journal.FirstFrame));
        while (true)
        {
            // In this order: whoever stops this sets the flag before the bell, so one of the two is seen.
            _news.Reset();
            if (_stopping)
            {
                return;
            }

            if (!reader.TryNext(out var stored))
            {
                _news.Wait();
            }
            else if (!_store.Enqueue(FrameCodec.Decode(stored.Number, stored.Body.Span)))
            {
                return;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "the store cannot be fed: {Reason}; trying again")]
    private static partial void LogTrouble(ILogger log, string reason);
}
