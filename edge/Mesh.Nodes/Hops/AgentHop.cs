using Mesh.Contracts;
using Mesh.Rules;

namespace Mesh.Nodes;

/// <summary>A message of an agent for its fog, to be published with QoS 1.</summary>
/// <param name="Topic">Where.</param>
/// <param name="Payload">Its JSON.</param>
/// <param name="Retain">Whether the broker keeps it for a fog that comes later.</param>
/// <param name="Items">Items of a lane in it.</param>
public sealed record HopMessage(string Topic, byte[] Payload, bool Retain, int Items = 0);

/// <summary>
/// Edge to fog, without the wire: what an agent publishes next, and what it makes of what the fog says. No socket, no
/// thread, no clock; <see cref="MqttUplink"/> moves its messages over MQTT, a simulator over a network that it breaks.
/// </summary>
/// <remarks>
/// <code>
///   Connected ─▶ birth (hello n) ─▶ the fog's answer to n, per lane: upTo, epoch ─▶ lane open
///   lane open ─▶ batches behind upTo, at most a window ─▶ acknowledgements of that epoch ─▶ Delivered
/// </code>
/// What guards against loss: a lane begins only where the fog's answer to this very birth says that it ends there; an
/// acknowledgement counts only if it is of this agent's numbering and of the fog's journal of that answer; and what is
/// sent is forgotten only when the node has journaled <see cref="Delivered"/>. What guards against standing still: what
/// stays unacknowledged, marks included, is sent again when patience ends, and a word of a newer journal makes the agent
/// ask anew. Sending twice does no harm, for the fog skips what it holds.
/// <para>Not thread-safe: callers serialise.</para>
/// </remarks>
public sealed class AgentHop : IDisposable
{
    /// <summary>How long the fog may say nothing before what is unacknowledged is sent again, or a birth is given up.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Outbox _outbox;
    private readonly string _version;
    private readonly AgentLane[] _lanes;
    private long _hello;
    private long _fogEpoch = -1;
    private bool _connected;
    private bool _owesBirth;
    private TimeSpan _asked;
    private Mark? _ackedMark;
    private (Mark Mark, TimeSpan At)? _sentMark;

    /// <param name="outbox">What is sent.</param>
    /// <param name="version">Of the program, for the birth.</param>
    /// <param name="seed">What the jitter of repetitions is drawn from.</param>
    public AgentHop(Outbox outbox, string version, int seed)
    {
        _outbox = outbox;
        _version = version;
        var (free, bounded) = (new TokenBucket(null), new TokenBucket(outbox.Settings.Hop.Rate));
        _lanes =
        [
            .. Lanes.All.Select(lane => new AgentLane(outbox, lane, lane < Lane.Aggregates ? free : bounded, seed)),
        ];
    }

    /// <summary>Whether the fog has answered the last birth.</summary>
    public bool IsGreeted => _connected && _lanes[(int)Lane.Readings].IsOpen;

    /// <summary>Told of an item too large for any message, with its bytes: it is declared skipped, and kept here.</summary>
    public Action<Lane, long, int> TooLarge
    {
        init => Array.ForEach(_lanes, lane => lane.TooLarge = value);
    }

    /// <summary>The last item of a lane that the fog of this connection, or the one before, holds durably.</summary>
    public long Acknowledged(Lane lane) => _lanes[(int)lane].Acknowledged;

    /// <summary>Whether the fog holds every item there is, and the newest mark.</summary>
    public bool IsDrained
    {
        get
        {
            var newest = _outbox.Look(core => core.NewestMark);
            return Array.TrueForAll(_lanes, lane => lane.Acknowledged >= _outbox.Last(lane.Lane))
                && (newest is not { } mark || Holds(mark.Mark, mark.Item));
        }
    }

    /// <summary>What the broker publishes should the agent be gone.</summary>
    public HopMessage Will => State(new AgentState(Online: false, 0, null, Recorded: false));

    /// <summary>A connection stands: the next message is a birth, and nothing of what a fog said before counts.</summary>
    public void Connected(TimeSpan now)
    {
        _connected = true;
        Ask(now);
    }

    public void Disconnected()
    {
        _connected = false;
        foreach (var lane in _lanes)
        {
            lane.Close();
        }
    }

    /// <summary>Whether the fog leaves a birth unanswered for so long that another connection should be tried.</summary>
    public bool IsUnanswered(TimeSpan now) => _connected && !IsGreeted && now - _asked > Patience;

    /// <summary>
    /// What to publish now; null when there is nothing until a frame is written, an acknowledgement comes, or half a
    /// second has passed.
    /// </summary>
    /// <param name="now">Time since any fixed instant; it never goes back.</param>
    /// <exception cref="DiskException">The journal cannot be read.</exception>
    public HopMessage? Next(TimeSpan now)
    {
        if (!_connected)
        {
            return null;
        }

        if (_owesBirth)
        {
            _owesBirth = false;
            return State(
                new AgentState(
                    Online: true,
                    _outbox.Epoch,
                    _version,
                    Recorded: _outbox.Settings.Clock == ClockKind.Recorded
                )
                {
                    Hello = _hello,
                }
            );
        }

        foreach (var lane in _lanes)
        {
            if (lane.Next(now) is var (payload, items, mark))
            {
                _sentMark = mark is { } given ? (given, now) : _sentMark;
                return Batch(lane.Lane, payload, items);
            }

            if (!lane.IsOpen && IsGreeted && now - _asked > Patience && _outbox.Last(lane.Lane) > lane.Acknowledged)
            {
                // The answer for this lane got lost.
                Ask(now);
                return Next(now);
            }
        }

        return OwedMark(now);
    }

    /// <summary>Takes the fog's word; what comes back is for the node, which forgets when it has journaled it.</summary>
    public Delivered? Hear(Acknowledgement ack, TimeSpan now)
    {
        var lane = _lanes[(int)ack.Lane];
        if (!_connected || ack.Boot != _outbox.Epoch)
        {
            return null;
        }

        if (ack.Epoch < _fogEpoch)
        {
            // Late words of a journal that is gone; or a fog whose clock was set back has a new one. Only one that lives
            // answers to a new birth.
            if (now - _asked > Patience)
            {
                Ask(now);
            }

            return null;
        }

        if (ack.Hello is { } hello)
        {
            if (hello != _hello)
            {
                return null;
            }

            if (ack.Epoch > _fogEpoch)
            {
                Begin(ack.Epoch);
            }

            lane.Open(ack.UpTo, now);
        }
        else if (ack.Epoch > _fogEpoch || !lane.IsOpen)
        {
            if (ack.Epoch > _fogEpoch && _fogEpoch >= 0)
            {
                // The fog behind the broker has another journal now: what it holds has to be asked for.
                Ask(now);
            }

            return null;
        }

        if (ack.Mark is { } mark && ack.Lane == Lane.Readings)
        {
            _ackedMark = mark;
        }

        return lane.Hear(ack, now);
    }

    public void Dispose() => Array.ForEach(_lanes, lane => lane.Dispose());

    private void Ask(TimeSpan now)
    {
        _hello++;
        _owesBirth = true;
        _asked = now;
        Begin(-1);
    }

    private void Begin(long epoch)
    {
        _fogEpoch = epoch;
        _ackedMark = null;
        _sentMark = null;
        foreach (var lane in _lanes)
        {
            lane.Close();
        }
    }

    /// <summary>
    /// A mark goes with the readings before it; one that follows all of them, or got lost, goes by itself. A final one
    /// must not come behind later readings, which belong to a new beginning; by then it is held anyhow.
    /// </summary>
    private HopMessage? OwedMark(TimeSpan now)
    {
        var lane = _lanes[(int)Lane.Readings];
        if (
            _outbox.DurableMark is not var (mark, item)
            || Holds(mark, item)
            || !lane.IsOpen
            || lane.Sent != item
            || (_sentMark is { } sent && sent.Mark == mark && now - sent.At <= Patience)
        )
        {
            return null;
        }

        _sentMark = (mark, now);
        var payload = BatchJson.Write(new ReadingBatch(_outbox.Epoch, item + 1, [], mark));
        return Batch(Lane.Readings, payload, 0);
    }

    private HopMessage Batch(Lane lane, byte[] payload, int items) =>
        new(Topics.Of(_outbox.Settings.Site, _outbox.Sender, lane), payload, Retain: false, items);

    private bool Holds(Mark mark, long item) =>
        _lanes[(int)Lane.Readings].Acknowledged > item
        || (_ackedMark is { } acked && (acked == mark || acked.Time > mark.Time));

    private HopMessage State(AgentState state) =>
        new(Topics.Of(_outbox.Settings.Site, _outbox.Sender, TopicKind.State), AgentJson.Write(state), Retain: true);
}
