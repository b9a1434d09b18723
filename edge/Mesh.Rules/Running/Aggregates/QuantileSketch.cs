namespace Mesh.Rules.Running;

/// <summary>
/// Percentiles of many numbers within 1 % of the value: numbers are counted in buckets whose bounds grow by the factor
/// (1 + e) / (1 - e), so that the middle of a bucket is within e of everything in it (the idea of DDSketch). Counts can
/// be taken away and added to those of another sketch; the order of numbers makes no difference.
/// </summary>
internal sealed class QuantileSketch
{
    /// <summary>How far an answer may be from the exact one, as a part of it.</summary>
    public const double RelativeError = 0.01;

    // Nearer to zero than this is zero: sensors do not tell them apart, and buckets stay few.
    private const double Least = 1e-12;

    private static readonly double Gamma = (1 + RelativeError) / (1 - RelativeError);
    private static readonly double LogGamma = Math.Log(Gamma);

    private readonly SortedDictionary<int, long> _positive = [];
    private readonly SortedDictionary<int, long> _negative = [];
    private long _zeros;

    public long Count { get; private set; }

    public void Add(double value) => Change(value, 1);

    /// <summary>Takes away a number that was added.</summary>
    public void Remove(double value) => Change(value, -1);

    public void Merge(QuantileSketch other)
    {
        foreach (var (bucket, count) in other._positive)
        {
            Change(_positive, bucket, count);
        }

        foreach (var (bucket, count) in other._negative)
        {
            Change(_negative, bucket, count);
        }

        _zeros += other._zeros;
        Count += other.Count;
    }

    /// <summary>The number of the given rank, 1 to <see cref="Count"/>, from below.</summary>
    public double AtRank(long rank)
    {
        foreach (var (bucket, count) in _negative.Reverse())
        {
            rank -= count;
            if (rank <= 0)
            {
                return -Middle(bucket);
            }
        }

        rank -= _zeros;
        if (rank <= 0)
        {
            return 0;
        }

        foreach (var (bucket, count) in _positive)
        {
            rank -= count;
            if (rank <= 0)
            {
                return Middle(bucket);
            }
        }

        return double.NaN;
    }

    public void Save(StateWriter writer)
    {
        writer.Number(_zeros);
        Save(writer, _positive);
        Save(writer, _negative);
    }

    public static QuantileSketch Restore(StateReader reader)
    {
        var sketch = new QuantileSketch { _zeros = reader.Number() };
        sketch.Count = sketch._zeros;
        sketch.Restore(reader, sketch._positive);
        sketch.Restore(reader, sketch._negative);
        return sketch;
    }

    private static void Save(StateWriter writer, SortedDictionary<int, long> buckets)
    {
        writer.Count(buckets.Count);
        foreach (var (bucket, count) in buckets)
        {
            writer.Number(bucket);
            writer.Number(count);
        }
    }

    private void Restore(StateReader reader, SortedDictionary<int, long> buckets)
    {
        for (var left = reader.Count(1 << 17); left > 0; left--)
        {
            var bucket = (int)reader.Number();
            var count = reader.Number();
            buckets[bucket] = count;
            Count += count;
        }
    }

    private void Change(double value, int by)
    {
        Count += by;
        if (Math.Abs(value) < Least)
        {
            _zeros += by;
        }
        else
        {
            Change(value > 0 ? _positive : _negative, BucketOf(Math.Abs(value)), by);
        }
    }

    private static void Change(SortedDictionary<int, long> buckets, int bucket, long by)
    {
        var count = buckets.GetValueOrDefault(bucket) + by;
        if (count == 0)
        {
            buckets.Remove(bucket);
        }
        else
        {
            buckets[bucket] = count;
        }
    }

    private static int BucketOf(double value) => (int)Math.Ceiling(Math.Log(value) / LogGamma);

    // In logarithms, because the power alone can overflow at the ends of the range.
    private static double Middle(int bucket) => Math.Exp((bucket * LogGamma) + Math.Log(2 / (Gamma + 1)));
}
