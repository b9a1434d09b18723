using System.Globalization;
using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>A range on its way to the cloud: <c>PUT</c> of <paramref name="Json"/> to <paramref name="Path"/>.</summary>
/// <param name="Range">What it holds.</param>
/// <param name="Path">The address below the cloud's.</param>
/// <param name="Json">The body, not packed.</param>
public sealed record CloudRequest(LaneRange Range, string Path, byte[] Json)
{
    /// <summary>What it declares skipped, with the rules that said it.</summary>
    internal IReadOnlyList<ItemsSkipped> Skipped { get; init; } = [];

    /// <summary>When it was given out.</summary>
    internal TimeSpan At { get; init; }

    /// <summary>Whether more than it holds waits in its lane.</summary>
    internal bool IsCatchUp { get; init; }
}

/// <summary>What follows from an answer of the cloud, or from none.</summary>
/// <param name="Input">For the node, which forgets when it has journaled it.</param>
/// <param name="Trouble">What went wrong; null when the range was taken, or the cloud said where it stands.</param>
/// <param name="Refused">The trouble is one of this lane only.</param>
public readonly record struct CloudNews(NodeInput? Input, string? Trouble, bool Refused = false);

/// <summary>
/// Fog to cloud, without the wire: which range goes next, and what an answer means. One request is on its way at a time,
/// the most urgent lane's first. What fails is sent again, for ever, with back-off; the receiver skips what it has, so
/// sending twice does no harm. <see cref="HttpUplink"/> moves its requests over HTTP, a simulator over a network that it
/// breaks.
/// </summary>
/// <remarks>
/// A range that the cloud finds wrong (400, 413, 422) is halved until the one bad item is alone; that one is set aside,
/// durably, and declared skipped, so that it holds up nobody. A lane refused for another reason (401, 403, 404) waits by
/// itself, since that is for a person to mend.
/// <para>While a backlog of readings or aggregates is caught up with, its lane rests after each request for as long as
/// that took: what arrives meanwhile is to be acknowledged as quickly as ever. Not thread-safe: callers serialise.</para>
/// </remarks>
public sealed class CloudHop : IDisposable
{
    /// <summary>How long a lane rests that was refused.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromSeconds(20);

    /// <summary>The longest pause that an answer may ask for.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>Items in a row that are set aside before it must be something else that the cloud finds wrong.</summary>
    private const int MostRefusedInRow = 10;

    /// <summary>Items of an urgent lane in one range, so that those behind a backlog of it do not wait for long.</summary>
    private const int UrgentItems = 500;

    private readonly Outbox _outbox;
    private readonly BackOff _backOff;
    private readonly LaneAt[] _lanes;
    private readonly TokenBucket _rate;

    /// <summary>Bytes of a range of a bounded lane: about what a second may carry.</summary>
    private readonly long _mostBytes;

    private TimeSpan _notBefore;

    /// <param name="outbox">What is sent.</param>
    /// <param name="seed">What the jitter is drawn from.</param>
    public CloudHop(Outbox outbox, int seed)
    {
        _outbox = outbox;
        _backOff = new BackOff(seed);
        _rate = new TokenBucket(outbox.Settings.Hop.Rate);
        _mostBytes = Math.Clamp(outbox.Settings.Hop.Rate ?? Limits.BodyBytes, Limits.BatchBytes, Limits.BodyBytes);
        _notBefore = new Random(seed).NextDouble() * outbox.Settings.Hop.ReconnectSpread;
        _lanes = [.. Lanes.All.Select(lane => new LaneAt(outbox, lane))];
    }

    /// <summary>When something may be sent again, of whatever lane.</summary>
    public TimeSpan NotBefore => _notBefore;

    /// <summary>When the next lane that rests may be sent again; null when none rests.</summary>
    public TimeSpan? Rested(TimeSpan now) =>
        _lanes.Where(l => l.RestsUntil > now).Select(l => (TimeSpan?)l.RestsUntil).Min();

    /// <summary>The most urgent range there is; null when nothing waits, or nothing may be sent yet.</summary>
    /// <param name="now">Time since any fixed instant; it never goes back.</param>
    /// <exception cref="DiskException">The journal cannot be read.</exception>
    public CloudRequest? Next(TimeSpan now)
    {
        if (now < _notBefore)
        {
            return null;
        }

        foreach (var lane in _lanes)
        {
            var bounded = lane.Lane >= Lane.Aggregates;
            if (now < lane.RestsUntil || (bounded && !_rate.IsOpen(now)))
            {
                continue;
            }

            var from = lane.UpTo + 1;
            if (lane.Reader.Read(from, lane.Items) is { } range && range.To >= from)
            {
                var skipped = lane.Reader.Skipped.ToList();
                var (fitting, json) = Fit(range with { Mark = null }, skipped, bounded ? _mostBytes : Limits.BodyBytes);
                if (fitting.Items.Count < range.Items.Count)
                {
                    // Going back means finding the place again, which costs a scan: the next ranges ask for what fits.
                    lane.Items = lane.MostItems = Math.Max(1, fitting.Items.Count);
                }

                if (bounded)
                {
                    _rate.Take(json.Length);
                }

                return new CloudRequest(fitting, PathOf(fitting), json)
                {
                    Skipped = skipped,
                    At = now,
                    IsCatchUp = bounded && (range.Items.Count == lane.Items || fitting.To < range.To),
                };
            }
        }

        return null;
    }

    /// <summary>The cloud answered.</summary>
    /// <param name="request">To what.</param>
    /// <param name="status">The status of HTTP.</param>
    /// <param name="body">The answer's body.</param>
    /// <param name="retryAfter">How long it asks to wait, with 429 and 503.</param>
    /// <param name="now">As for <see cref="Next"/>.</param>
    public CloudNews Answered(
        CloudRequest request,
        int status,
        ReadOnlySpan<byte> body,
        TimeSpan? retryAfter,
        TimeSpan now
    )
    {
        var lane = _lanes[(int)request.Range.Lane];
        var answered = string.Create(CultureInfo.InvariantCulture, $"the cloud answered {status} to {request.Path}");
        switch (status)
        {
            case 200 or 409:
                return Stands(lane, request, status, body, now);
            case 400 or 413 or 422:
                return Wrong(lane, request, answered, now);
            case 429 or 503 when retryAfter is { } pause:
                _notBefore = now + (pause < LongestPause ? pause : LongestPause);
                return new CloudNews(null, answered);
            case >= 400 and < 500 and not 408 and not 429:
                // Sending it again at once would change nothing and would keep the other lanes waiting.
                lane.RestsUntil = now + Rest;
                return new CloudNews(null, answered, Refused: true);
            default:
                return Failed(answered, now);
        }
    }

    /// <summary>No answer came.</summary>
    public CloudNews Failed(string reason, TimeSpan now)
    {
        _notBefore = now + _backOff.Next();
        return new CloudNews(null, reason);
    }

    public void Dispose() => Array.ForEach(_lanes, lane => lane.Reader.Dispose());

    /// <summary>The cloud said up to where it holds the lane; with 409 sending goes on from there, and what it has lost is sent again.</summary>
    private CloudNews Stands(LaneAt lane, CloudRequest request, int status, ReadOnlySpan<byte> body, TimeSpan now)
    {
        RangeAnswer answer;
        try
        {
            answer = RangeAnswer.Parse(body);
        }
        catch (WireException e)
        {
            return Failed($"the cloud's answer is not understood: {e.Message}", now);
        }

        if (status == 409 && answer.UpTo == request.Range.From - 1)
        {
            return Failed("the cloud refuses the very range that it asks for; it may know too many senders", now);
        }

        _backOff.Reset();
        _notBefore = now;
        lane.UpTo = Math.Min(answer.UpTo, _outbox.Last(lane.Lane));
        if (status == 409)
        {
            return default;
        }

        lane.GrowMost();
        lane.Items = Math.Min(lane.Items * 2, lane.MostItems);
        lane.RefusedInRow = request.Range.Items.Count > 0 ? 0 : lane.RefusedInRow;
        lane.RestsUntil = request.IsCatchUp ? now + (now - request.At) : now;
        return new CloudNews(
            lane.UpTo > _outbox.Delivered(lane.Lane)
                ? new Delivered(lane.Lane, lane.UpTo)
                {
                    Skipped = [.. request.Skipped.Where(s => s.Numbers.To <= lane.UpTo)],
                }
                : null,
            null
        );
    }

    private static CloudNews Wrong(LaneAt lane, CloudRequest request, string answered, TimeSpan now)
    {
        var count = request.Range.Items.Count;
        if (count > 1)
        {
            lane.Items = count / 2;
            return new CloudNews(null, answered, Refused: true);
        }

        // Should nothing come of it, it is not sent again at once. And where one after the other is refused, it is not the
        // items that are wrong: setting all of them aside would lose what somebody can still save.
        var aside = count == 1 && lane.RefusedInRow < MostRefusedInRow;
        lane.RefusedInRow += count;
        lane.RestsUntil = now + (aside ? TimeSpan.FromSeconds(1) : Rest);
        return aside
            ? new CloudNews(
                new ItemRefused(lane.Lane, request.Range.To, answered, EventJson.Text(request.Range.Items[0])),
                answered,
                Refused: true
            )
            : new CloudNews(null, answered, Refused: true);
    }

    private static string PathOf(LaneRange range) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"v1/nodes/{range.Sender}/epochs/{range.Epoch}/{Lanes.Name(range.Lane)}/{range.From}-{range.To}"
        );

    /// <summary>As many items of the front as one body may hold; one that is too large by itself is declared skipped.</summary>
    private static (LaneRange Range, byte[] Body) Fit(LaneRange range, List<ItemsSkipped> skipped, long most)
    {
        var json = RangeJson.Write(range);
        while (json.Length > most)
        {
            if (range.Items.Count > 1)
            {
                var count = Math.Max(1, (int)(range.Items.Count * 0.9 * most / json.Length));
                range = range with { Items = [.. range.Items.Take(count)] };
            }
            else if (json.Length <= Limits.BodyBytes)
            {
                break;
            }
            else
            {
                var gone = new Skipped(range.To, range.To, SkipReasons.TooLarge);
                skipped.Add(new ItemsSkipped(gone, LaneReader.RuleOf(range.Items[0])));
                range = range with { Items = [], Skipped = [.. range.Skipped, gone] };
            }

            json = RangeJson.Write(range);
        }

        return (range, json);
    }

    private sealed class LaneAt(Outbox outbox, Lane lane)
    {
        public Lane Lane { get; } = lane;

        public LaneReader Reader { get; } = new(outbox, lane);

        /// <summary>The last item that the cloud holds.</summary>
        public long UpTo { get; set; } = outbox.Delivered(lane);

        /// <summary>Items of a range at most; fewer where so many were too many bytes, until they are smaller again.</summary>
        public int MostItems { get; set; } = HardMost(lane);

        public void GrowMost() => MostItems = Math.Min(MostItems + (MostItems / 8) + 1, HardMost(Lane));

        private static int HardMost(Lane lane) => lane == Lane.Readings ? Limits.RangeItems : UrgentItems;

        /// <summary>Items of the next range at most; halved while the cloud finds something wrong with it.</summary>
        public int Items { get; set; } = HardMost(lane);

        public TimeSpan RestsUntil { get; set; }

        /// <summary>Items refused since one was taken.</summary>
        public int RefusedInRow { get; set; }
    }
}
