using System.Globalization;
using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>A range on its way to the cloud: <c>PUT</c> of <paramref name="Json"/> to <paramref name="Path"/>.</summary>
/// <param name="Range">What it holds.</param>
/// <param name="Path">The address below the cloud's.</param>
/// <param name="Json">The body, not packed.</param>
public sealed record CloudRequest(LaneRange Range, string Path, byte[] Json);

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
/// itself, since that is for a person to mend. Not thread-safe: callers serialise.
/// </remarks>
public sealed class CloudHop : IDisposable
{
    /// <summary>How long a lane rests that was refused.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromSeconds(20);

    /// <summary>The longest pause that an answer may ask for.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>Items of an urgent lane in one range, so that those behind a backlog of it do not wait for long.</summary>
    private const int UrgentItems = 500;

    private readonly Outbox _outbox;
    private readonly BackOff _backOff;
    private readonly LaneAt[] _lanes;
    private TimeSpan _notBefore;

    /// <param name="outbox">What is sent.</param>
    /// <param name="seed">What the jitter is drawn from.</param>
    public CloudHop(Outbox outbox, int seed)
    {
        _outbox = outbox;
        _backOff = new BackOff(seed);
        _lanes = [.. Lanes.All.Select(lane => new LaneAt(outbox, lane))];
    }

    /// <summary>When something may be sent again.</summary>
    public TimeSpan NotBefore => _notBefore;

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
            if (now < lane.RestsUntil)
            {
                continue;
            }

            var from = lane.UpTo + 1;
            if (lane.Reader.Read(from, lane.Items) is { } range && range.To >= from)
            {
                var (fitting, json) = Fit(range with { Mark = null });
                return new CloudRequest(fitting, PathOf(fitting), json);
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

        lane.Items = Math.Min(lane.Items * 2, lane.MostItems);
        return new CloudNews(
            lane.UpTo > _outbox.Delivered(lane.Lane) ? new Delivered(lane.Lane, lane.UpTo) : null,
            null
        );
    }

    private static CloudNews Wrong(LaneAt lane, CloudRequest request, string answered, TimeSpan now)
    {
        var count = request.Range.Items.Count;
        if (count > 1)
        {
            lane.Items = count / 2;
        }
        else
        {
            lane.RestsUntil = now + Rest;
        }

        return new CloudNews(null, answered, Refused: true);
    }

    private static string PathOf(LaneRange range) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"v1/nodes/{range.Sender}/epochs/{range.Epoch}/{Lanes.Name(range.Lane)}/{range.From}-{range.To}"
        );

    /// <summary>As many items of the front as one body may hold; one that is too large by itself is declared skipped.</summary>
    private static (LaneRange Range, byte[] Body) Fit(LaneRange range)
    {
        var json = RangeJson.Write(range);
        while (json.Length > Limits.BodyBytes)
        {
            var count = Math.Max(1, (int)(range.Items.Count * 0.9 * Limits.BodyBytes / json.Length));
            range =
                range.Items.Count > 1
                    ? range with
                    {
                        Items = [.. range.Items.Take(count)],
                    }
                    : range with
                    {
                        Items = [],
                        Skipped = [.. range.Skipped, new Skipped(range.To, range.To, SkipReasons.TooLarge)],
                    };
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

        public int MostItems { get; } = lane == Lane.Readings ? Limits.RangeItems : UrgentItems;

        /// <summary>Items of the next range at most; halved while the cloud finds something wrong with it.</summary>
        public int Items { get; set; } = lane == Lane.Readings ? Limits.RangeItems : UrgentItems;

        public TimeSpan RestsUntil { get; set; }
    }
}
