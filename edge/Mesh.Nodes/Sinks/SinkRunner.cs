using System.Collections.Concurrent;
using Mesh.Contracts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Nodes;

/// <summary>
/// Carries out what frames hold for sinks.
/// <code>
///   journal ─▶ SinkReader (one per sink) ─▶ Deliver ─▶ delivered, refused, expired ─▶ SinkAdvanced ─▶ journal
///                                             └─ failed ─▶ back-off, again
/// </code>
/// Each sink has its own task, its own place in the journal and its own back-off: a dead one delays nobody else. Within a
/// sink order is kept, so what cannot be delivered holds back what follows it, until it expires and becomes a dead letter.
/// The cursor moves after the delivery; what a crash in between repeats carries the same id.
/// </summary>
public sealed partial class SinkRunner : BackgroundService
{
    /// <summary>Longest wait between two attempts; the mean is half of it.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    /// <summary>Actions delivered before the cursor is moved, where more are at hand; also what a crash may repeat.</summary>
    private const int Batch = 64;

    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);

    private readonly Node _node;
    private readonly IReadOnlyDictionary<SinkKind, Deliver> _deliver;
    private readonly TimeProvider _time;
    private readonly ILogger<SinkRunner> _log;
    private readonly Bell _news;
    private readonly ConcurrentDictionary<string, HopStatus> _status = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (SinkReader Reader, Task Work)> _sinks = new(StringComparer.Ordinal);

    /// <param name="node">Whose actions.</param>
    /// <param name="deliver">What this node can carry out; the rest becomes dead letters that say so.</param>
    /// <param name="time">For expiry and back-off.</param>
    /// <param name="log">Says once when a sink goes and comes, and what was given up.</param>
    public SinkRunner(
        Node node,
        IReadOnlyDictionary<SinkKind, Deliver> deliver,
        TimeProvider time,
        ILogger<SinkRunner> log
    )
    {
        (_node, _deliver, _time, _log) = (node, deliver, time, log);
        _news = new Bell(node);
    }

    /// <summary>How the sinks do that have had something to do since the start.</summary>
    public IReadOnlyCollection<HopStatus> Status => [.. _status.Values.OrderBy(s => s.Target, StringComparer.Ordinal)];

    public override void Dispose()
    {
        _news.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                Begin(stoppingToken);
                await _news.WaitAsync(Idle, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) { }
        finally
        {
            await Task.WhenAll(_sinks.Values.Select(s => s.Work)).ConfigureAwait(false);
            foreach (var (reader, _) in _sinks.Values)
            {
                reader.Dispose();
            }
        }
    }

    /// <summary>Gives work to every sink that has some and rests.</summary>
    private void Begin(CancellationToken cancel)
    {
        foreach (var cursor in _node.Look(core => core.Sinks.Behind.ToList()))
        {
            var known = _sinks.TryGetValue(cursor.Sink, out var sink);
            if (!known || sink.Work.IsCompleted)
            {
                var reader = known ? sink.Reader : new SinkReader(_node.Journal, cursor.Sink);
                _sinks[cursor.Sink] = (
                    reader,
                    Task.Run(() => DrainAsync(cursor.Sink, reader, cancel), CancellationToken.None)
                );
            }
        }
    }

    /// <summary>Carries out what waits in one sink.</summary>
    private async Task DrainAsync(string sink, SinkReader reader, CancellationToken cancel)
    {
        try
        {
            // In this order: whatever the cursor counts stands in a frame up to the one that is being made.
            var last = _node.Journal.LastFrame + 1;
            var cursor = _node.Look(core => core.Sinks.Of(sink))!;
            reader.Seek(cursor.Done, cursor.From);
            var (upTo, frame, dead) = (cursor.Done, cursor.From, new List<DeadLetter>());
            while (reader.Next() is { } entry)
            {
                if (await CarryOutAsync(sink, entry.Action, Flush, cancel).ConfigureAwait(false) is { } letter)
                {
                    dead.Add(letter);
                }

                (upTo, frame) = (entry.Number, entry.Frame);
                if (!reader.HasMore || upTo - cursor.Done >= Batch)
                {
                    await Flush().ConfigureAwait(false);
                }
            }

            await Flush().ConfigureAwait(false);
            if (upTo < cursor.Next - 1 && reader.Frame > last)
            {
                // Damage has taken them out of the journal: nothing waits for what is not there.
                LogMissing(_log, sink, cursor.Next - 1 - upTo);
                upTo = cursor.Next - 1;
                await Flush().ConfigureAwait(false);
            }

            async Task Flush()
            {
                if (upTo > cursor.Done)
                {
                    await _node
                        .AcceptAsync(new SinkAdvanced(sink, upTo, frame, [.. dead]), cancel)
                        .ConfigureAwait(false);
                    cursor = cursor with { Done = upTo };
                    dead.Clear();
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or NodeStoppedException) { }
        catch (Exception e) when (e is DiskException or FormatException)
        {
            reader.Forget();
            LogTrouble(_log, sink, e.Message);
        }
    }

    /// <summary>Tries until it works, is refused or is worth nothing any more; then a letter tells why.</summary>
    private async Task<DeadLetter?> CarryOutAsync(
        string sink,
        SinkAction action,
        Func<Task> beforeWaiting,
        CancellationToken cancel
    )
    {
        var status = _status.GetOrAdd(sink, static name => new HopStatus { Target = name });
        var backOff = new BackOff(action.Id.GetHashCode(StringComparison.Ordinal), LongestWait);
        var attempts = 0;
        var reason = "the node was away";
        while (true)
        {
            if (Timestamp.From(_time.GetUtcNow()) >= action.Expires)
            {
                return GiveUp(sink, action, $"expired after {attempts} attempts: {reason}");
            }

            status.CountAttempt();
            attempts++;
            var delivery = await TryAsync(action, cancel).ConfigureAwait(false);
            if (delivery.Outcome == DeliveryOutcome.Delivered)
            {
                if (!status.Connected && attempts > 1)
                {
                    LogUp(_log, sink);
                }

                status.Up();
                status.CountSent(1);
                return null;
            }

            reason = delivery.Reason;
            if (delivery.Outcome == DeliveryOutcome.Refused)
            {
                return GiveUp(sink, action, reason);
            }

            if (status.Down(reason))
            {
                LogDown(_log, sink, reason);
            }

            await beforeWaiting().ConfigureAwait(false);
            await WaitAsync(action, delivery.After, backOff, cancel).ConfigureAwait(false);
        }
    }

    private async Task<Delivery> TryAsync(SinkAction action, CancellationToken cancel)
    {
        if (!_deliver.TryGetValue(action.Kind, out var deliver))
        {
            return Delivery.Refused($"this node cannot {action.Kind.ToString().ToLowerInvariant()}: it has no broker");
        }

        try
        {
            return await deliver(action, cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            // A defect of ours in one sink must not stop the others; the action is tried again and shows the trouble.
            LogTrouble(_log, action.Sink, e.ToString());
            return Delivery.Failed(e.Message);
        }
    }

    private Task WaitAsync(SinkAction action, TimeSpan? asked, BackOff backOff, CancellationToken cancel)
    {
        var wait = backOff.Next();
        wait = asked > wait ? asked.Value : wait;
        var left = action.Expires - Timestamp.From(_time.GetUtcNow());
        wait = wait < left ? wait : left;
        return wait <= TimeSpan.Zero ? Task.CompletedTask : Task.Delay(wait, _time, cancel);
    }

    private DeadLetter GiveUp(string sink, SinkAction action, string reason)
    {
        LogGivenUp(_log, sink, action.Id, reason);
        return new DeadLetter(action.Id, sink, Timestamp.From(_time.GetUtcNow()), reason, action, null);
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Sink} does not take what rules send: {Reason}; it is kept and tried again"
    )]
    private static partial void LogDown(ILogger log, string sink, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Sink} takes what rules send again")]
    private static partial void LogUp(ILogger log, string sink);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "{Sink}: action {Id} is given up: {Reason}; 'mesh deadletters' shows it and can try it again"
    )]
    private static partial void LogGivenUp(ILogger log, string sink, string id, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Sink}: {Count} actions are not in the journal any more")]
    private static partial void LogMissing(ILogger log, string sink, long count);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Sink}: {Trouble}")]
    private static partial void LogTrouble(ILogger log, string sink, string trouble);
}
