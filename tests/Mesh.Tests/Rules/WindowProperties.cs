using System.Collections.Concurrent;
using System.Numerics;
using CsCheck;
using Mesh.Contracts;
using Mesh.Rules;
using Mesh.Rules.Running;
using Xunit;

namespace Mesh.Tests.Rules;

/// <summary>Windows against a slow recomputation: every window said must be what its readings come to from scratch.</summary>
public class WindowProperties
{
    private const string Lets =
        "lateness: 0s, let: {n: count(), k: count(value), s: sum(value), m: avg(value), lo: min(value), hi: max(value), "
        + "f: first(value), l: last(value), sd: stddev(value), p: p50(value), q: p95(value), d: distinct(value), c: collect(value)}";

    private static readonly ConcurrentDictionary<string, IReadOnlyList<CompiledRule>> Compiled = new();

    private static readonly Gen<(double At, double? Value)[]> Feed = Gen.Select(Gen.Int[1, 40], Gen.Int[-20, 300])
        .Array[0, 80]
        .Select(items =>
        {
            var at = 20.0;
            return items.Select(i => (at += i.Item1 / 4.0, i.Item2 < -10 ? (double?)null : i.Item2 / 10.0)).ToArray();
        });

    [Fact]
    public void Sliding_windows_are_what_their_readings_come_to() =>
        Check("sliding: 10s, every: reading", (feed, start, end) => feed.Where(r => r.At > start && r.At <= end));

    [Fact]
    public void Sliding_windows_are_so_when_readings_leave() =>
        Check("sliding: 7s", (feed, start, end) => feed.Where(r => r.At > start && r.At <= end), twice: true);

    [Fact]
    public void Hopping_windows_are_what_their_readings_come_to() =>
        Check("sliding: 10s, every: 3s", (feed, start, end) => feed.Where(r => r.At >= start && r.At < end));

    [Fact]
    public void Tumbling_windows_are_what_their_readings_come_to() =>
        Check("tumbling: 9s", (feed, start, end) => feed.Where(r => r.At >= start && r.At < end));

    [Fact]
    public void Count_windows_are_what_their_readings_come_to() =>
        Check("count: 5, every: 2", (feed, start, end) => feed.Where(r => r.At >= start && r.At <= end));

    [Fact]
    public void Every_hop_that_has_a_reading_is_said_once() =>
        Feed.Sample(
            feed =>
            {
                var said = Windows("sliding: 10s, every: 3s", feed).Select(a => Seconds(a.End)).ToList();
                var last = feed.Length == 0 ? 0 : feed[^1].At + 20;
                var expected = Enumerable.Range(0, 2000).Select(i => i * 3.0).Where(t => t <= last);
                Assert.Equal(
                    expected.Where(t => feed.Any(r => r.At >= t - 10 && r.At < t)),
                    // The grid of three seconds counts from the epoch, and so does the start of tests: 08:00:00.
                    said
                );
            },
            iter: 80
        );

    [Fact]
    public void A_sum_is_the_nearest_number_in_any_order_and_forgets_what_is_taken_away() =>
        Gen.Select(Gen.Double[-1e9, 1e9].Array[0, 40], Gen.Double[-1e-3, 1e12].Array[0, 40])
            .Sample(
                (kept, gone) =>
                {
                    var sum = default(ExactSum);
                    foreach (var value in gone.Concat(kept))
                    {
                        sum.Add(value);
                    }

                    foreach (var value in gone.Reverse())
                    {
                        sum.Subtract(value);
                    }

                    AssertNearest(kept, sum.Value);
                },
                iter: 800
            );

    [Fact]
    public void A_sketch_is_within_one_percent_and_merges() =>
        Gen.Select(Gen.Double[-1e6, 1e6].Array[1, 300], Gen.Double[0, 1].Array[1, 300], Gen.Double[0.001, 99.999])
            .Sample(
                (a, b, percent) =>
                {
                    var (first, second) = (new QuantileSketch(), new QuantileSketch());
                    Array.ForEach(a, first.Add);
                    Array.ForEach(b, second.Add);
                    second.Add(77);
                    second.Remove(77);
                    first.Merge(second);
                    var sorted = a.Concat(b).Order().ToArray();
                    var rank = Math.Clamp((int)Math.Ceiling(percent * sorted.Length / 100), 1, sorted.Length);
                    var exact = sorted[rank - 1];
                    Assert.Equal(sorted.Length, first.Count);
                    Assert.InRange(
                        first.AtRank(rank),
                        exact - (Math.Abs(exact) * 0.0101) - 1e-11,
                        exact + (Math.Abs(exact) * 0.0101) + 1e-11
                    );
                },
                iter: 500
            );

    [Fact]
    public void Percentiles_of_more_than_ten_thousand_are_approximate_and_say_so()
    {
        var feed = Enumerable
            .Range(0, 12_000)
            .Select(i => (20 + (i / 1000.0), (double?)((i * 7919) % 12_000)))
            .ToArray();
        foreach (var shape in (string[])["count: 12000", "sliding: 1h, every: 1h", "count: 12000, every: 1000"])
        {
            var said = Assert.Single(Windows(shape, feed));
            Assert.InRange(Of(said, "q").Number, 11_399 * 0.99, 11_399 * 1.01);
            Assert.Equal(Value.True, Of(said, "approximate"));
            Assert.Equal(10_000, Of(said, "d").Number);
            Assert.Equal(1_000, Of(said, "c").Items.Count);
        }
    }

    [Fact]
    public void A_window_that_shrinks_below_the_bound_is_exact_again()
    {
        // Half come at once, the rest later: when the first half has left, 6,000 remain.
        var feed = Enumerable
            .Range(0, 12_000)
            .Select(i => ((i < 6_000 ? 20 : 60) + (i % 6_000 / 1000.0), (double?)i))
            .ToArray();
        var said = Windows("sliding: 50s, every: 10s", feed);
        var wide = said.Single(a => a.Count == 12_000);
        var narrow = said.Last(a => a.Count == 6_000 && Of(a, "lo").Number == 6_000);
        Assert.Equal(Value.True, Of(wide, "approximate"));
        Assert.Equal(8_999, Of(narrow, "p").Number);
        Assert.DoesNotContain(narrow.Values, v => v.Key == "approximate");
    }

    [Fact]
    public void A_sliding_window_is_bounded_and_counts_what_it_drops()
    {
        var engine = new RuleEngine(new RuleEngineOptions { Clock = ClockKind.Recorded, MaxWindowReadings = 10 });
        engine.Load(RuleTexts.Compile($"- {{id: a, window: {{of: t, sliding: 1h, every: reading}}, {Lets}}}"));
        for (var i = 0; i < 25; i++)
        {
            engine.Offer("s", RuleTexts.Reading("d", "t", Value.Of(i), i, i + 1));
        }

        var outputs = engine.Drain();
        Assert.Equal(10, ((Aggregate)outputs[^1].Event).Count);
        Assert.Equal(15, Assert.Single(engine.Status).WindowDropped);
    }

    private static void Check(
        string shape,
        Func<(double At, double? Value)[], double, double, IEnumerable<(double At, double? Value)>> inside,
        bool twice = false
    ) =>
        Feed.Sample(
            feed =>
            {
                foreach (var said in Windows(shape, feed))
                {
                    var readings = inside(feed, Seconds(said.Start), Seconds(said.End)).ToList();
                    if (twice && readings.Count == said.Count + 1)
                    {
                        // Said when readings left, before the reading of that very instant.
                        readings.RemoveAt(readings.Count - 1);
                    }

                    AssertIs(said, readings.ConvertAll(r => r.Value));
                }
            },
            iter: 80
        );

    private static void AssertIs(Aggregate said, List<double?> readings)
    {
        var known = readings.OfType<double>().ToArray();
        var sorted = known.Order().ToArray();
        Assert.Equal(readings.Count, said.Count);
        Assert.Equal(known.Length, said.Numbers);
        Assert.Equal(readings.Count, Of(said, "n").Number);
        Assert.Equal(known.Length, Of(said, "k").Number);
        Assert.Equal(known.Distinct().Count(), Of(said, "d").Number);
        Assert.Equal(known.Select(v => Value.Of(v)), Of(said, "c").Items);
        if (known.Length == 0)
        {
            Assert.All("s m lo hi f l sd p q".Split(' '), name => Assert.True(Of(said, name).IsUnknown));
            return;
        }

        AssertNearest(known, Of(said, "s").Number);
        Assert.Equal(Of(said, "s").Number, said.Sum);
        Assert.Equal(Of(said, "s").Number / known.Length, Of(said, "m").Number);
        Assert.Equal(sorted[0], Of(said, "lo").Number);
        Assert.Equal(sorted[^1], Of(said, "hi").Number);
        Assert.Equal((sorted[0], sorted[^1]), (said.Min, said.Max));
        Assert.Equal(known[0], Of(said, "f").Number);
        Assert.Equal(known[^1], Of(said, "l").Number);
        var mean = known.Average();
        Assert.Equal(Math.Sqrt(known.Sum(v => (v - mean) * (v - mean)) / known.Length), Of(said, "sd").Number, 9);
        Assert.Equal(sorted[(int)Math.Ceiling(0.5 * sorted.Length) - 1], Of(said, "p").Number);
        Assert.Equal(sorted[((95 * sorted.Length) + 99) / 100 - 1], Of(said, "q").Number);
    }

    // No neighbour of the result is nearer to the exact sum, counted in units of 2^-1074.
    private static void AssertNearest(IEnumerable<double> values, double result)
    {
        var exact = values.Aggregate(BigInteger.Zero, (sum, v) => sum + Exact(v));
        var error = BigInteger.Abs(Exact(result) - exact);
        Assert.True(error <= BigInteger.Abs(Exact(Math.BitIncrement(result)) - exact));
        Assert.True(error <= BigInteger.Abs(Exact(Math.BitDecrement(result)) - exact));
    }

    private static BigInteger Exact(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)((bits >> 52) & 0x7FF);
        var mantissa = (bits & 0xFFFFFFFFFFFFF) | (exponent == 0 ? 0 : 1L << 52);
        return new BigInteger(value < 0 ? -mantissa : mantissa) << Math.Max(0, exponent - 1);
    }

    private static List<Aggregate> Windows(string shape, (double At, double? Value)[] feed)
    {
        var said = new List<Aggregate>();
        RuleRun.Run(
            Compiled.GetOrAdd(shape, s => RuleTexts.Compile($"- {{id: a, window: {{of: t, {s}}}, {Lets}}}")),
            feed.Select(
                (r, i) => RuleTexts.Reading("d", "t", r.Value is { } v ? Value.Of(v) : Value.Unknown, r.At, i + 1)
            ),
            new RuleRunOptions { Until = RuleTexts.Start + TimeSpan.FromHours(1) },
            o => said.Add((Aggregate)o.Event)
        );
        return said;
    }

    private static Value Of(Aggregate said, string name) => said.Values.Single(v => v.Key == name).Value;

    private static double Seconds(Timestamp at) => (at - RuleTexts.Start).TotalSeconds;
}
