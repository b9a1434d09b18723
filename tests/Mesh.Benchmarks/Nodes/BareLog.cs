using System.Diagnostics;
using Mesh.Nodes;

namespace Mesh.Benchmarks.Nodes;

/// <summary>The least that makes bytes durable: append and <c>fdatasync</c>, one after the other. No numbers, no checksums.</summary>
internal static class BareLog
{
    /// <summary>The time for all of them.</summary>
    public static TimeSpan Append(string path, IEnumerable<ReadOnlyMemory<byte>> bodies)
    {
        using var file = new PosixDisk().Open(path, DiskAccess.Create);
        var (started, end) = (Stopwatch.GetTimestamp(), 0L);
        foreach (var body in bodies)
        {
            file.Write(end, body.Span);
            file.Sync();
            end += body.Length;
        }

        return Stopwatch.GetElapsedTime(started);
    }
}
