using CsCheck;
using Mesh.Contracts;
using Mesh.Edge;
using Xunit;

namespace Mesh.Tests.Edge;

public sealed class ZonedClockTests
{
    private static readonly TimeZoneInfo Brussels = TimeZoneInfo.FindSystemTimeZoneById("Europe/Brussels");

    [Theory]
    [InlineData("2015-02-04 17:51:00", "2015-02-04T16:51:00Z")] // winter
    [InlineData("2015-07-04 17:51:00", "2015-07-04T15:51:00Z")] // summer
    [InlineData("2015-03-29 01:59:59", "2015-03-29T00:59:59Z")] // before the clocks skip an hour
    [InlineData("2015-03-29 02:30:00", "2015-03-29T01:30:00Z")] // never shown: as 03:30
    [InlineData("2015-03-29 03:00:00", "2015-03-29T01:00:00Z")]
    [InlineData("2015-10-25 02:30:00", "2015-10-25T00:30:00Z")] // shown twice: at the start of a log the first
    [InlineData("2015-10-25 03:00:00", "2015-10-25T02:00:00Z")]
    public void A_local_time_becomes_an_instant(string local, string instant) =>
        Assert.Equal(Timestamp.Parse(instant), new ZonedClock(Brussels).ToInstant(Written(local)));

    [Fact]
    public void A_log_that_runs_through_the_repeated_hour_stays_in_order()
    {
        var clock = new ZonedClock(Brussels);
        var start = Timestamp.Parse("2015-10-24T23:00:00Z");
        var instants = Enumerable.Range(0, 20).Select(i => start + TimeSpan.FromMinutes(13 * i)).ToList();

        // What a clock on a wall in Brussels showed at those instants.
        var shown = instants.Select(i => Shown(i));

        Assert.Equal(instants, shown.Select(clock.ToInstant));
    }

    [Fact]
    public void Any_instant_outside_the_repeated_hour_survives_the_wall()
    {
        Gen.Long[0, 2_000_000_000]
            .Sample(seconds =>
            {
                var instant = new Timestamp(seconds * 1_000_000);
                var shown = Shown(instant);
                var local = DateTime.SpecifyKind(shown.ToDateTimeOffset().DateTime, DateTimeKind.Unspecified);
                return Brussels.IsAmbiguousTime(local) || new ZonedClock(Brussels).ToInstant(shown) == instant;
            });
    }

    private static Timestamp Shown(Timestamp instant) => instant + Brussels.GetUtcOffset(instant.ToDateTimeOffset());

    private static Timestamp Written(string text)
    {
        Assert.True(LocalTime.TryParse(text, out var local, out var rest) && rest.IsEmpty);
        return local;
    }
}
