using Mesh.Contracts;

namespace Mesh.Rules.Testing;

/// <summary>One thing that happens: an event, or a reading that arrives.</summary>
internal readonly record struct TestMoment(Timestamp At, TestEvent? Event, FedReading? Fed);

/// <summary>
/// Lays feed and events on one line of time. What the network and down times do to readings is worked out here, so that
/// running a test is only walking along the line. At one instant events come before readings.
/// </summary>
internal static class TestTimeline
{
    public static List<TestMoment> Of(RuleTest test)
    {
        var restarts = test.Events.OfType<RestartEvent>().OrderBy(r => r.At.Micros).ToList();
        var arrivals = new List<(Timestamp At, FedReading Fed)>(test.Feed.Count);
        foreach (var fed in test.Feed)
        {
            if (
                Uncut(Delayed(fed, test.Events), fed.Via, test.Events) is { } arrival
                && Up(arrival, restarts) is { } at
            )
            {
                arrivals.Add((at, fed));
            }
        }

        foreach (var again in test.Events.OfType<DuplicateEvent>())
        {
            var copies = arrivals.Where(a => a.At >= again.At - again.Back && a.At <= again.At).ToList();
            arrivals.AddRange(copies.Select(c => (again.At, c.Fed)));
        }

        var moments = test
            .Events.Where(e => e is not (CutEvent or DelayEvent or DuplicateEvent))
            .Select(e => new TestMoment(Held(e, restarts), e, null))
            .Concat(arrivals.Select(a => new TestMoment(a.At, null, a.Fed)))
            .Where(m => m.At <= test.Until);
        return [.. moments.OrderBy(m => m.At.Micros).ThenBy(m => m.Event is null)];
    }

    private static Timestamp Delayed(FedReading fed, IReadOnlyList<TestEvent> events)
    {
        var delay = TimeSpan.Zero;
        foreach (var each in events.OfType<DelayEvent>())
        {
            var covers = fed.Arrival >= each.At && (each.For is not { } lasts || fed.Arrival < each.At + lasts);
            delay = covers && (each.Via is null || each.Via == fed.Via) ? each.Delay : delay;
        }

        return fed.Arrival + delay;
    }

    // Null when the reading never arrives, because the link stays cut.
    private static Timestamp? Uncut(Timestamp at, string via, IReadOnlyList<TestEvent> events)
    {
        foreach (var cut in events.OfType<CutEvent>().OrderBy(c => c.At.Micros))
        {
            var covers = at >= cut.At && (cut.For is null || at < cut.End) && (cut.Via is null || cut.Via == via);
            if (covers && cut.For is null)
            {
                return null;
            }

            at = covers ? cut.End : at;
        }

        return at;
    }

    // Null when the reading is lost because the node is down.
    private static Timestamp? Up(Timestamp at, List<RestartEvent> restarts)
    {
        foreach (var restart in restarts)
        {
            if (at >= restart.At && at < restart.End)
            {
                if (!restart.Buffered)
                {
                    return null;
                }

                at = restart.End;
            }
        }

        return at;
    }

    // What happens to a node that is down happens to it when it is up again.
    private static Timestamp Held(TestEvent one, List<RestartEvent> restarts) =>
        one is RestartEvent ? one.At : restarts.Find(r => one.At > r.At && one.At < r.End)?.End ?? one.At;
}
