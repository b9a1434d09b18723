using Mesh.Contracts;
using Mesh.Rules.Running;

namespace Mesh.Rules;

// The watermark of a rule with lateness L is a lower bound on what its sources can still send in time:
//
//   of a source   the later of (its highest instant - L) and (clock - max_delay)
//   of a rule     the earliest over its live sources: those that have sent it something and are neither dead nor ended
//
// A derived source is as far as the rule that produces it. With no live source only ended ones and the clock remain.
// The clock's part is the same for all sources, so it need be taken once.
//
// Watermarks are counted in half microseconds, because "up to T" and "up to and including T" differ: a timer at T runs
// from the watermark 2T on, a reading at T from 2T + 1 on, and a final mark at T gives exactly 2T + 1.
internal sealed partial class RunningRule
{
    private static readonly long Start0 = Timestamp.MinValue.Micros;
    private static readonly long StartHalf = Start0 * 2;

    private readonly List<Source> _sources = [];
    private readonly HashSet<Source> _known = [];
    private readonly Source _direct = new("");
    private long _floor = StartHalf;
    private int _derivedSources;
    private readonly SlowestSource _slowestSources = new(static source => source.Highest);
    private Source? _slowest;
    private long _slowestAt;
    private long _ended;
    private bool _slowestIsKnown;

    /// <summary>The instant of what the rule is doing or did last, in microseconds; never goes back.</summary>
    public long Time { get; private set; } = Start0;

    /// <summary>The source that held the rule back when it was last looked at, and how far it must come.</summary>
    public (Source? Source, long Need) Awaits { get; set; }

    /// <summary>The earliest watermark at which there is something to do; <see cref="DueItem.NotDue"/> for never.</summary>
    public long Need
    {
        get
        {
            var (timer, reading) = (_due.Earliest, _waiting.Earliest);
            return timer == NotDue && reading == NotDue ? NotDue
                : timer <= reading ? timer * 2
                : (reading * 2) + 1;
        }
    }

    /// <summary>What <see cref="Need"/> was when the rule was last looked at.</summary>
    public long LastNeed { get; set; } = NotDue;

    /// <summary>With lateness 0: when something is due on the clock, in microseconds.</summary>
    public long DueAt => _due.Earliest;

    /// <summary>The watermark now; never lower than it has been.</summary>
    public long Watermark()
    {
        var watermark = FromRealSources(out var fixedPart) ? Math.Max(fixedPart, ClockPart) : long.MaxValue;
        if (_derivedSources > 0)
        {
            watermark = Math.Min(watermark, FromDerivedSources());
        }

        return Math.Max(_floor, watermark);
    }

    /// <summary>How far readers of this rule's derived readings may go: not past anything it has yet to do.</summary>
    public long Promise
    {
        get
        {
            if (Rule.Lateness == 0)
            {
                return _clock.Micros * 2;
            }

            var (timer, reading) = (_due.Earliest, _waiting.Earliest);
            var pending = Math.Min(timer, reading);
            return pending == NotDue ? Watermark() : Math.Min(Watermark(), pending * 2);
        }
    }

    /// <summary>The rule's time as people read it, in microseconds.</summary>
    public long CurrentTime => Rule.Lateness == 0 ? _clock.Micros : Math.Max(Time, Watermark() >> 1);

    /// <summary>The same source as last time still holds the rule back, and so does the clock: nothing to do.</summary>
    public bool IsHeldAsBefore(long need) =>
        _derivedSources == 0 && Awaits.Source is { } source && Holds(source, need) && ClockPart < need;

    /// <summary>A live source that has not come far enough for the watermark to reach <paramref name="need"/>.</summary>
    /// <param name="need">In half microseconds.</param>
    /// <param name="wanted">The instant that source must come to, in microseconds.</param>
    public Source? Blocker(long need, out long wanted)
    {
        wanted = Ceiling(need) + Rule.Lateness;
        if (Awaits.Source is { } last && _known.Contains(last) && Holds(last, need))
        {
            return last;
        }

        // If any source holds the rule back, the slowest does.
        FromRealSources(out _);
        if (_slowest is { } slowest && Holds(slowest, need))
        {
            return slowest;
        }

        foreach (var source in _derivedSources == 0 ? [] : _sources)
        {
            if (source.Producer is { } producer && producer.Promise < need && producer.Rule.Lateness > 0)
            {
                return producer.Blocker(need, out wanted);
            }
        }

        return null;
    }

    /// <summary>The clock, in microseconds, at which the watermark reaches <paramref name="need"/> if no source speaks.</summary>
    public long ClockFor(long need)
    {
        if (Rule.Lateness == 0 || need == NotDue)
        {
            return need == NotDue ? NotDue : Ceiling(need);
        }

        var clock = _clock.Micros;
        if (FromRealSources(out var fixedPart) && fixedPart < need)
        {
            clock = Math.Max(clock, Ceiling(need) + Rule.MaxDelay);
            clock = IsHeld && ClockPart < need ? Math.Max(clock, _holdUntil) : clock;
        }

        foreach (var source in _derivedSources == 0 ? [] : _sources)
        {
            if (source.Producer is { } producer && producer.Promise < need)
            {
                clock = Math.Max(clock, producer.ClockFor(need));
            }
        }

        return clock;
    }

    /// <summary>Keeps what the watermark is now, before a change of sources that must not move it back.</summary>
    public void Freeze()
    {
        if (Rule.Lateness > 0)
        {
            _floor = Watermark();
        }
    }

    public bool Knows(Source source) => _known.Contains(source);

    /// <summary>The readings waiting exceed the bound: the first is applied early, visibly.</summary>
    public bool Overflows => _waiting.Count > _limits.MaxWaiting;

    public void ForceFirst()
    {
        _counters.Forced++;
        _floor = Math.Max(_floor, _waiting.Earliest * 2);
        ApplyFirst();
    }

    // Counted from below: 2T needs a source at T, 2T + 1 one at T + 1.
    private static long Ceiling(long half) => (half >> 1) + (half & 1);

    private bool Holds(Source source, long need) =>
        source.Producer is null && !source.Ended && source.Alive && (source.Highest - Rule.Lateness) * 2 < need;

    /// <summary>A source has ended, died or come back: whatever was concluded from it is void.</summary>
    public void SourcesChanged()
    {
        _slowestIsKnown = false;
        Awaits = default;
    }

    // What the sources alone have promised; false when there are only derived ones, which promise for themselves.
    // Sources only go forwards, so the slowest remains the slowest until it moves itself.
    private bool FromRealSources(out long watermark)
    {
        if (!_slowestIsKnown || (_slowest is { } known && known.Highest != _slowestAt))
        {
            FindSlowest();
        }

        watermark = _slowest is null ? _ended : (_slowestAt - Rule.Lateness) * 2;
        return _sources.Count == 0 || _derivedSources < _sources.Count;
    }

    private void FindSlowest()
    {
        if (!_slowestIsKnown)
        {
            SortSources();
        }

        _slowest = _slowestSources.Find();
        _slowestAt = _slowest?.Highest ?? long.MaxValue;
    }

    private void SortSources()
    {
        _slowestSources.Clear();
        (_ended, _slowestIsKnown) = (StartHalf, true);
        foreach (var source in _sources)
        {
            if (source.Producer is not null)
            {
                continue;
            }

            if (source.Ended)
            {
                _ended = Math.Max(_ended, (source.EndedAt * 2) + 1);
            }
            else if (source.Alive)
            {
                _slowestSources.Add(source);
            }
        }
    }

    private long FromDerivedSources()
    {
        var least = long.MaxValue;
        foreach (var source in _sources)
        {
            least = source.Producer is { } producer ? Math.Min(least, producer.Promise) : least;
        }

        return least;
    }

    /// <summary>The source has sent the rule something, or has ended as the last one: it counts from now on.</summary>
    public void Join(Source source)
    {
        if (_known.Contains(source))
        {
            return;
        }

        Freeze();
        AddSource(source);
    }

    /// <summary>A rule that derives readings this rule takes: it holds this rule back from the start.</summary>
    public void Follow(RunningRule producer)
    {
        if (Rule.Lateness > 0 && !_known.Contains(producer.Derived))
        {
            AddSource(producer.Derived);
        }
    }

    /// <summary>The producer is gone and holds nobody.</summary>
    public void Unfollow(RunningRule producer)
    {
        Freeze();
        SourcesChanged();
        _known.Remove(producer.Derived);
        _derivedSources -= _sources.Remove(producer.Derived) ? 1 : 0;
    }

    /// <summary>The rule is gone: those it followed have one fewer to tell.</summary>
    public void UnfollowAll()
    {
        foreach (var source in _known)
        {
            source.Consumers.Remove(this);
        }
    }

    private void AddSource(Source source)
    {
        _known.Add(source);
        _sources.Add(source);
        _slowestIsKnown = false;
        if (source.Producer is not null)
        {
            _derivedSources++;
            if (!source.Consumers.Contains(this))
            {
                source.Consumers.Add(this);
            }
        }
    }

    // In time: not strictly below the watermark. A derived reading is never late.
    private bool IsInTime(Reading reading, Source source)
    {
        if (source.Producer is not null)
        {
            return true;
        }

        var half = reading.At.Micros * 2;
        if (half < _floor || (_derivedSources == 0 && half < ClockPart))
        {
            return false;
        }

        // Some live source holds the watermark at or below the reading's instant: the usual case, found at once.
        return Blocker(half + 1, out _) is not null || half >= Watermark();
    }
}
