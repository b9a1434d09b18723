using Mesh.Contracts;
using Mesh.Nodes;

namespace Mesh.Edge;

/// <summary>How a recording is sent.</summary>
public sealed record ReplayOptions
{
    /// <summary>The source whose clock the readings move, an id.</summary>
    public required string Source { get; init; }

    /// <summary>1 as recorded, 60 sixty times as fast, <see cref="double.PositiveInfinity"/> (default) as fast as they are taken.</summary>
    public double Speed { get; init; } = double.PositiveInfinity;

    /// <summary>Passes over the file, 1 to 1,000,000.</summary>
    public int Times { get; init; } = 1;

    /// <summary>
    /// Readings at the start not to send, because an earlier run had them acknowledged: its <see cref="Replay.Sent"/>.
    /// Sending them again would do no harm, their identities are the same.
    /// </summary>
    public long From { get; init; }
}

/// <summary>
/// Sends a recording into a node: readings in batches with marks, and at the end a final mark at the last instant, which
/// lets the node finish everything that waits for time. Under a pace the marks go on while nothing happens, so that
/// timers run when they are due and not when the next reading comes.
/// </summary>
public sealed class Replay
{
    /// <summary>While nothing happens, a mark this often on the wall.</summary>
    public static readonly TimeSpan MarkEvery = TimeSpan.FromSeconds(1);

    private readonly Recording _recording;
    private readonly ReplayOptions _options;
    private readonly TimeProvider _time;
    private readonly List<Reading> _batch = new(Limits.BatchReadings);
    private Timestamp _last;

    public Replay(Recording recording, ReplayOptions options, TimeProvider time)
    {
        if (!(options.Speed > 0) || options.Times < 1 || options.From < 0)
        {
            throw new ArgumentException("a speed above 0 and at least one pass are expected", nameof(options));
        }

        _recording = recording;
        _options = options;
        _time = time;
        Sent = options.From;
    }

    /// <summary>What became of the lines so far.</summary>
    public RecordingReport Report { get; } = new();

    /// <summary>Readings the node has taken, over all passes, those of an earlier run included.</summary>
    public long Sent { get; private set; }

    /// <summary>Sends all of it. The node's acceptance is awaited for each batch, so a slow node slows the replay.</summary>
    /// <exception cref="IOException">The file cannot be read any more.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; what was accepted stays accepted.</exception>
    public async Task RunAsync(Func<NodeInput, CancellationToken, ValueTask> accept, CancellationToken cancellation)
    {
        await accept(new SourceChanged(_options.Source, Alive: true), cancellation);
        Pace? pace = null;
        long index = 0;
        foreach (var reading in _recording.ReadTimes(_options.Times, Report))
        {
            _last = Timestamp.Max(_last, reading.ReceivedOrAt);
            if (index++ < _options.From)
            {
                continue;
            }

            pace ??= new Pace(_time, _options.Speed, reading.ReceivedOrAt);
            if (pace.Until(reading.ReceivedOrAt) > TimeSpan.Zero)
            {
                await FlushAsync(accept, final: false, cancellation);
                await WaitAsync(pace, reading.ReceivedOrAt, accept, cancellation);
            }

            _batch.Add(reading);
            if (_batch.Count == Limits.BatchReadings)
            {
                await FlushAsync(accept, final: false, cancellation);
            }
        }

        await FlushAsync(accept, final: true, cancellation);
    }

    private async Task WaitAsync(
        Pace pace,
        Timestamp next,
        Func<NodeInput, CancellationToken, ValueTask> accept,
        CancellationToken cancellation
    )
    {
        while (!await pace.WaitAsync(next, MarkEvery, cancellation))
        {
            // Nothing is received before the next reading; its own instant is not over before it is sent.
            var now = Timestamp.Min(pace.Now, next);
            await accept(new ReadingsArrived(_options.Source, [], new Mark(now, Final: false)), cancellation);
        }
    }

    private async Task FlushAsync(
        Func<NodeInput, CancellationToken, ValueTask> accept,
        bool final,
        CancellationToken cancellation
    )
    {
        if (_batch.Count == 0 && !final)
        {
            return;
        }

        // The highest instant sent so far: "all before it has been sent", whatever arrives at it still.
        var upTo = _batch.Aggregate(default(Timestamp), (most, r) => Timestamp.Max(most, r.ReceivedOrAt));
        var mark = new Mark(final ? _last : upTo, final);
        await accept(new ReadingsArrived(_options.Source, [.. _batch], mark), cancellation);
        Sent += _batch.Count;
        _batch.Clear();
    }
}
