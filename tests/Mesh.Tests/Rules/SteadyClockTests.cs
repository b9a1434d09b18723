using CsCheck;
using Mesh.Contracts;
using Mesh.Rules;
using Xunit;

namespace Mesh.Tests.Rules;

public sealed class SteadyClockTests
{
    private static readonly Timestamp Noon = Timestamp.Parse("2026-03-02T12:00:00Z");

    /// <summary>How long to the next look at the clock, and by how much the wall is set before it; seconds.</summary>
    private static readonly Gen<(double Passed, double Set)[]> Lives = Gen.Select(
        Gen.Double[0, 100],
        Gen.OneOf(
            Gen.Const(0.0),
            Gen.Double[-0.9, 0.9],
            Gen.Double[-90, 90],
            Gen.Double[-4000, 4000],
            Gen.OneOf(Gen.Const(-315e6), Gen.Const(315e6), Gen.Const(-3600.0), Gen.Const(3600.0))
        )
    ).Array[1, 100];

    [Fact]
    public void It_goes_back_only_as_a_step_and_passes_half_of_the_time_at_least_and_all_of_it_at_most()
    {
        Lives.Sample(life =>
        {
            var clock = new SteadyClock();
            var (wall, elapsed) = (Noon, TimeSpan.Zero);
            var before = clock.Read(wall, elapsed).Now;
            foreach (var (seconds, set) in life)
            {
                var passed = TimeSpan.FromSeconds(seconds);
                elapsed += passed;
                wall += passed + TimeSpan.FromSeconds(set);
                var reading = clock.Read(wall, elapsed);
                var from = reading.Step?.From ?? reading.Now;
                Assert.InRange(
                    from - before,
                    (passed / 2) - SteadyClock.Tolerance - TimeSpan.FromMicroseconds(1),
                    passed + SteadyClock.Tolerance
                );
                Assert.True(from >= before);
                Assert.Equal(reading.Step?.To ?? reading.Now, reading.Now);
                Assert.True(reading.Step is null || (reading.Step.Value.To - from).Duration() > SteadyClock.Tolerance);
                before = reading.Now;
            }
        });
    }

    [Fact]
    public void It_comes_to_the_wall_that_nobody_sets_any_more()
    {
        Lives.Sample(life =>
        {
            var clock = new SteadyClock();
            var (wall, elapsed) = (Noon, TimeSpan.Zero);
            foreach (var (seconds, set) in life)
            {
                elapsed += TimeSpan.FromSeconds(seconds);
                wall += TimeSpan.FromSeconds(seconds + set);
                clock.Read(wall, elapsed);
            }

            for (var second = 0; second < 2 * 3600; second += 10)
            {
                clock.Read(wall + TimeSpan.FromSeconds(second), elapsed + TimeSpan.FromSeconds(second));
            }

            Assert.InRange(clock.Ahead, TimeSpan.Zero, SteadyClock.Tolerance);
        });
    }

    [Fact]
    public void A_start_whose_wall_is_behind_goes_on_from_where_it_was()
    {
        var clock = new SteadyClock(Noon);
        Assert.Equal(Noon, clock.Read(Noon - TimeSpan.FromMinutes(43), TimeSpan.Zero).Now);
        var set = clock.Read(Noon + TimeSpan.FromMinutes(3), TimeSpan.FromSeconds(30));
        Assert.Equal(new ClockStep(Noon + TimeSpan.FromSeconds(30), Noon + TimeSpan.FromMinutes(3)), set.Step);
    }

    [Fact]
    public void A_start_after_an_outage_is_no_step()
    {
        var clock = new SteadyClock(Noon);
        Assert.Equal(
            new ClockReading(Noon + TimeSpan.FromHours(1), null),
            clock.Read(Noon + TimeSpan.FromHours(1), TimeSpan.Zero)
        );
    }
}
