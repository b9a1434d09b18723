using System.Diagnostics;

namespace Mesh.Benchmarks;

/// <summary>How long a piece of work took.</summary>
/// <param name="Wall">On the clock on the wall.</param>
/// <param name="Processor">Of the processor, all threads: what a core would need that does nothing else.</param>
/// <param name="Allocated">Bytes allocated by the thread.</param>
internal readonly record struct Measured(TimeSpan Wall, TimeSpan Processor, long Allocated)
{
    /// <summary>Runs the work once to warm up and then a few times; the quickest counts, since others only disturb.</summary>
    public static Measured Best(Action work, int times = 3)
    {
        work();
        var best = Once(work);
        for (var i = 1; i < times; i++)
        {
            var next = Once(work);
            best = next.Processor < best.Processor ? next : best;
        }

        return best;
    }

    public static Measured Once(Action work)
    {
        GC.Collect();
        var (allocated, processor, started) = (
            GC.GetAllocatedBytesForCurrentThread(),
            Environment.CpuUsage.TotalTime,
            Stopwatch.GetTimestamp()
        );
        work();
        return new Measured(
            Stopwatch.GetElapsedTime(started),
            Environment.CpuUsage.TotalTime - processor,
            GC.GetAllocatedBytesForCurrentThread() - allocated
        );
    }
}
