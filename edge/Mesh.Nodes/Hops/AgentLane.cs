using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>One lane of an <see cref="AgentHop"/>: its window, its patience and its batches.</summary>
internal sealed class AgentLane : IDisposable
{
    /// <summary>Items published and not acknowledged by the fog, at most.</summary>
    public const int WindowItems = 8 * Limits.BatchReadings;

    /// <summary>Bytes published and not acknowledged by the fog, at most; one message is sent however large it is.</summary>
    public const int WindowBytes = 8 * Limits.BatchBytes;

    private readonly Outbox _outbox;
    private readonly LaneReader _reader;
    private readonly BackOff _again;
    private readonly Queue<(long To, int Bytes)> _inFlight = new();
    private readonly List<ItemsSkipped> _declared = [];
    private readonly TokenBucket _rate;
    private int _inFlightBytes;
    private int _batchItems = Limits.BatchReadings;
    private bool _resend;
    private long _begunAt = -1;
    private TimeSpan _heard;
    private TimeSpan _notBefore;

    /// <summary>Up to here the lane is declared to be elsewhere, for a fog that holds less than another one acknowledged.</summary>
    private long _elsewhere;

    /// <param name="outbox">What is sent.</param>
    /// <param name="lane">Which lane of it.</param>
    /// <param name="rate">Shared by the lanes that must not crowd out others; without bound for the others.</param>
    /// <param name="seed">What the jitter of repetitions is drawn from.</param>
    public AgentLane(Outbox outbox, Lane lane, TokenBucket rate, int seed)
    {
        _rate = rate;
        _outbox = outbox;
        Lane = lane;
        _reader = new LaneReader(outbox, lane);
        _again = new BackOff(seed);
        Acknowledged = Sent = outbox.Delivered(lane);
    }

    public Action<Lane, long, int>? TooLarge { get; set; }

    public Lane Lane { get; }

    /// <summary>Whether the fog has said where this lane begins.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>The last item that the fog holds.</summary>
    public long Acknowledged { get; private set; }

    /// <summary>The last item that is on its way.</summary>
    public long Sent { get; private set; }

    /// <summary>The fog holds this much of the lane; a fog that says it again while the lane is open changes nothing.</summary>
    public void Open(long upTo, TimeSpan now)
    {
        if (!IsOpen)
        {
            IsOpen = true;
            Acknowledged = Math.Min(upTo, _outbox.Last(Lane));
            _elsewhere = _outbox.Look(core => core.DeliveredLongAgo(Lane));
            _begunAt = -1;
            _notBefore = now;
            Rewind(now);
        }
    }

    public void Close() => IsOpen = false;

    public Delivered? Hear(Acknowledgement ack, TimeSpan now)
    {
        _heard = now;
        _resend |= ack.Resend;
        var upTo = Math.Min(ack.UpTo, _outbox.Last(Lane));
        if (upTo > Acknowledged)
        {
            Acknowledged = upTo;
            Sent = Math.Max(Sent, upTo);
            while (_inFlight.TryPeek(out var oldest) && oldest.To <= upTo)
            {
                _inFlightBytes -= _inFlight.Dequeue().Bytes;
            }
        }

        var covered = _declared.FindAll(d => d.Numbers.To <= upTo);
        _declared.RemoveAll(d => d.Numbers.To <= upTo);
        return upTo > _outbox.Delivered(Lane) ? new Delivered(Lane, upTo) { Skipped = covered } : null;
    }

    /// <summary>The next batch; null when there is none, or no room for one.</summary>
    public (byte[] Payload, int Items, Mark? Mark)? Next(TimeSpan now)
    {
        if (!IsOpen)
        {
            return null;
        }

        if (_resend || (Sent > Acknowledged && now - _heard > AgentHop.Patience))
        {
            if (_begunAt == Acknowledged)
            {
                // The last time brought nothing: a fog that cannot take it now is not to be flooded with it.
                _notBefore = now + _again.Next();
            }
            else
            {
                _again.Reset();
            }

            _begunAt = Acknowledged;
            Rewind(now);
        }

        return
            now >= _notBefore && Sent - Acknowledged < WindowItems && _inFlightBytes < WindowBytes && _rate.IsOpen(now)
            ? Batch()
            : null;
    }

    public void Dispose() => _reader.Dispose();

    /// <summary>Begins again behind the last acknowledged item.</summary>
    private void Rewind(TimeSpan now)
    {
        _resend = false;
        _heard = now;
        Sent = Acknowledged;
        _inFlight.Clear();
        _declared.Clear();
        _inFlightBytes = 0;
        _reader.Rewind();
    }

    private (byte[] Payload, int Items, Mark? Mark)? Batch()
    {
        if (Whole() is not { } whole)
        {
            return null;
        }

        var (range, payload) = Fit(whole);
        Sent = range.To;
        _rate.Take(payload.Length);
        if (range.To > range.From - 1)
        {
            _inFlight.Enqueue((range.To, payload.Length));
            _inFlightBytes += payload.Length;
        }

        if (range.Items.Count < whole.Items.Count)
        {
            // Going back means finding the place again, which costs a scan: the next batches ask for what fits.
            _batchItems = Math.Max(1, range.Items.Count);
            _reader.Rewind();
        }

        return (payload, range.Items.Count, range.Mark);
    }

    /// <summary>What comes next, with what the fog is told to be elsewhere in front of it.</summary>
    private LaneRange? Whole()
    {
        var from = Math.Max(Sent, _elsewhere) + 1;
        var range = _reader.Read(from, _batchItems);
        _declared.AddRange(range is null ? [] : _reader.Skipped);
        if (from == Sent + 1)
        {
            return range;
        }

        range ??= new LaneRange(_outbox.Sender, _outbox.Epoch, Lane, from, [], [], null);
        return range with
        {
            From = Sent + 1,
            Skipped = [new Skipped(Sent + 1, from - 1, SkipReasons.Elsewhere), .. range.Skipped],
        };
    }

    /// <summary>As many items of the front as one message may hold; one that is too large by itself is declared skipped.</summary>
    private (LaneRange Range, byte[] Payload) Fit(LaneRange whole)
    {
        var range = whole;
        while (true)
        {
            var payload = Write(range);
            var count = range.Items.Count;
            var most = count == 1 && Lane != Lane.Readings ? Limits.LaneBytes : Limits.BatchBytes;
            if (payload.Length <= most || count == 0)
            {
                return (range, payload);
            }

            if (count == 1)
            {
                // No fog can ever take it; the others must not wait behind it.
                TooLarge?.Invoke(Lane, range.To, payload.Length);
                var gone = new Skipped(range.To, range.To, SkipReasons.TooLarge);
                _declared.Add(new ItemsSkipped(gone, LaneReader.RuleOf(range.Items[0])));
                range = range with { Items = [], Skipped = [.. range.Skipped, gone] };
                continue;
            }

            count = Math.Max(1, (int)(count * 0.9 * Limits.BatchBytes / payload.Length));
            range = range with { Items = [.. range.Items.Take(count)], Mark = null };
        }
    }

    private static byte[] Write(LaneRange range) =>
        range.Lane == Lane.Readings
            ? BatchJson.Write(
                new ReadingBatch(range.Epoch, range.From, [.. range.Items.Cast<Reading>()], range.Mark)
                {
                    Skipped = range.Skipped,
                }
            )
            : RangeJson.WriteNumbered(range with { Mark = null });
}
