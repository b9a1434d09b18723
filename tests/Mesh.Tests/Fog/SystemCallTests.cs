using System.Diagnostics;
using Mesh.Contracts;
using Xunit;

namespace Mesh.Tests.Fogs;

/// <summary>
/// R3 as the kernel sees it: this program runs itself under strace for one batch, and the trace must show the write of
/// the frame, then its sync, and only then the acknowledgement on the socket.
/// </summary>
public sealed class SystemCallTests
{
    private static readonly string[] s_sends = ["sendto(", "sendmsg(", "write(", "writev("];

    [Fact]
    public async Task An_acknowledgement_is_sent_after_the_sync_of_its_frame()
    {
        var strace = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':')
            .Select(folder => Path.Combine(folder, "strace"))
            .FirstOrDefault(File.Exists);
        Assert.SkipWhen(strace is null, "strace is not installed");
        var trace = Path.GetTempFileName();
        try
        {
            await RunAsync(strace, trace);
            var lines = await File.ReadAllLinesAsync(trace, RunningFog.Cancel);
            Assert.SkipWhen(lines.Length == 0, "strace may not trace here");

            // The batch comes in, its frame is written and synced, and the acknowledgement names what is held.
            var arrived = Array.FindIndex(lines, l => l.Contains("upTo\\\":0", StringComparison.Ordinal));
            var acknowledged = Array.FindIndex(
                lines,
                l => l.Contains("upTo\\\":5", StringComparison.Ordinal) && IsSend(l)
            );
            Assert.True(
                arrived >= 0 && acknowledged > arrived,
                $"greeting at line {arrived}, acknowledgement at {acknowledged}"
            );
            var before = lines[arrived..acknowledged];
            var written = Array.FindLastIndex(before, l => l.Contains("pwrite64(", StringComparison.Ordinal));
            var synced = Array.FindLastIndex(before, IsSynced);
            Assert.True(
                written >= 0 && synced > written,
                $"write at {written}, sync at {synced} of {before.Length} lines"
            );
        }
        finally
        {
            File.Delete(trace);
        }
    }

    /// <summary>What is traced; run by hand it is a test as any other.</summary>
    [Fact(Explicit = true)]
    public async Task One_batch()
    {
        await using var fog = await RunningFog.StartAsync();
        using var device = await Device.ConnectAsync(fog.Fog.Broker.EndPoint, "agent-1");
        await device.SendAsync(TopicKind.State, """{"online":true,"boot":3}""");
        Assert.Equal(0, (await Device.HeardAsync(device.Acks)).UpTo);
        var readings = Nodes.Some.Range(1, 5).Items.Cast<Reading>().ToList();
        await device.SendAsync(TopicKind.Readings, BatchJson.Write(new ReadingBatch(3, 1, readings, null)));
        Assert.Equal(5, (await Device.HeardAsync(device.Acks)).UpTo);
    }

    private static async Task RunAsync(string strace, string trace)
    {
        var start = new ProcessStartInfo(strace)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        string[] arguments =
        [
            "-f",
            "-qq",
            "-s",
            "400",
            "-e",
            "trace=pwrite64,fdatasync,sendto,sendmsg,write,writev",
            "-e",
            "signal=none",
            "-o",
            trace,
            Environment.ProcessPath!,
            "-method",
            $"*.{nameof(SystemCallTests)}.{nameof(One_batch)}",
            "-explicit",
            "only",
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(RunningFog.Cancel);
        var errors = process.StandardError.ReadToEndAsync(RunningFog.Cancel);
        await process.WaitForExitAsync(RunningFog.Cancel);
        Assert.True(process.ExitCode == 0, await output + await errors);
    }

    private static bool IsSend(string line) => s_sends.Any(call => line.Contains(call, StringComparison.Ordinal));

    private static bool IsSynced(string line) =>
        line.Contains("fdatasync", StringComparison.Ordinal)
        && !line.Contains("<unfinished", StringComparison.Ordinal)
        && line.EndsWith("= 0", StringComparison.Ordinal);
}
