using Mesh.Contracts;
using Mesh.Rules.Running;

namespace Mesh.Rules;

// The clock. Live, it is told. Recorded, it is the earliest over the sources that have not ended, where a source's clock
// is the highest arrival time it has sent, or a mark; readings wait until it has come to theirs. Two sources' readings
// of one instant are ordered by source name, so that who came first to this process makes no difference.
public sealed partial class RuleEngine
{
    private readonly PriorityQueue<Arrival, Arrival> _waiting = new(ArrivalOrder.Instance);
    private long _arrivals;
    private readonly SlowestSource _slowest = new(static source => source.Clock);
    private bool _slowestIsKnown;
    private long _allEndedAt;

    private void Record(Source from, Reading reading)
    {
        if (from.Final)
        {
            from.Final = false;
            _slowestIsKnown = false;
        }

        MoveSource(from, reading.ReceivedOrAt.Micros);
        var reached = RecordedClock();
        if (_waiting.Count == 0 && from.Clock <= reached)
        {
            AdvanceTo(reached);
            ReviveIfEnded(from);
            Apply(reading, from);
            return;
        }

        Enqueue(new Arrival(from.Clock, from, _arrivals++, reading));
        Release();
    }

    private void RecordMark(Source from, Timestamp time, bool final)
    {
        MoveSource(from, time.Micros);
        if (final && !from.Final)
        {
            from.Final = true;
            _slowestIsKnown = false;
            Enqueue(new Arrival(from.Clock, from, _arrivals++, null));
        }

        Release();
    }

    private void Enqueue(Arrival arrival) => _waiting.Enqueue(arrival, arrival);

    // Applies what the clock has reached, running what is due before each.
    private void Release()
    {
        var reached = RecordedClock();
        while (_waiting.Count > 0 && _waiting.Peek().At <= reached)
        {
            var arrival = _waiting.Dequeue();
            AdvanceTo(arrival.At);
            if (arrival.Reading is { } reading)
            {
                ReviveIfEnded(arrival.Source);
                Apply(reading, arrival.Source);
            }
            else
            {
                End(arrival.Source, new Timestamp(arrival.At));
            }
        }

        AdvanceTo(reached);
    }

    private static void MoveSource(Source source, long to)
    {
        if (to > source.Clock)
        {
            source.Clock = to;
        }
    }

    // Looks at all sources only when one has come or ended.
    private long RecordedClock()
    {
        if (!_slowestIsKnown)
        {
            _slowest.Clear();
            _allEndedAt = NodeClock.Unknown;
            foreach (var source in _sources.Values)
            {
                _allEndedAt = Math.Max(_allEndedAt, source.Clock);
                if (!source.Final)
                {
                    _slowest.Add(source);
                }
            }

            _slowestIsKnown = true;
        }

        return Math.Max(_clock.Micros, _slowest.Find()?.Clock ?? _allEndedAt);
    }

    // Everything due up to and including the instant runs, each at its own instant, in the order of the rules.
    private void AdvanceTo(long to)
    {
        if (to <= NodeClock.Unknown)
        {
            return;
        }

        if (!_allStarted)
        {
            StartRules(to);
        }

        while (_dueRules.Count > 0 && _dueRules.Earliest <= to)
        {
            _clock.Micros = Math.Max(_clock.Micros, _dueRules.Earliest);
            RunDue(_dueRules.First);
        }

        _clock.Micros = Math.Max(_clock.Micros, to);
    }

    private void StartRules(long to)
    {
        var first = !_clock.IsKnown;
        _clock.Micros = first ? to : _clock.Micros;
        _allStarted = true;
        List<Reading>? latest = null;
        foreach (var rule in _rules)
        {
            if (!rule.IsStarted)
            {
                latest ??= [.. _devices.Latest()];
                Guard(rule, () => rule.Begin(_clock.Micros, first, latest));
                ExpectOf(rule);
                Progress(rule);
            }
        }
    }

    /// <summary>A reading, or (null) a final mark, that waits for the clock.</summary>
    private readonly record struct Arrival(long At, Source Source, long Order, Reading? Reading);

    private sealed class ArrivalOrder : IComparer<Arrival>
    {
        public static readonly ArrivalOrder Instance = new();

        public int Compare(Arrival x, Arrival y)
        {
            var order = x.At.CompareTo(y.At);
            order = order != 0 ? order : string.CompareOrdinal(x.Source.Name, y.Source.Name);
            return order != 0 ? order : x.Order.CompareTo(y.Order);
        }
    }
}
