using System.Diagnostics;
using Xunit;

namespace Mesh.EndToEnd.Faults;

/// <summary>A file system of a few MiB in memory, which can be filled, emptied and made read-only. Needs root.</summary>
public sealed class SmallDisk : IDisposable
{
    private readonly string _filler;

    public SmallDisk(int mebibytes)
    {
        Assert.SkipWhen(Environment.UserName != "root", "only root can mount a small disk");
        Path = Directory.CreateTempSubdirectory("mesh-disk-").FullName;
        _filler = System.IO.Path.Combine(Path, "filler");
        var code = Run("mount", "-t", "tmpfs", "-o", $"size={mebibytes}m", "tmpfs", Path);
        Assert.SkipWhen(code != 0, "mounting is not allowed here, and the test needs a disk that it can fill");
    }

    public string Path { get; }

    /// <summary>Takes all the room there is left.</summary>
    public void Fill()
    {
        using var file = File.OpenHandle(_filler, FileMode.Create, FileAccess.Write);
        var (zeroes, at) = (new byte[4096], 0L);
        try
        {
            while (true)
            {
                RandomAccess.Write(file, zeroes, at);
                at += zeroes.Length;
            }
        }
        catch (IOException)
        {
            // It is full: that was the point.
        }
    }

    public void Empty() => File.Delete(_filler);

    public void Remount(string options) => Assert.Equal(0, Run("mount", "-o", $"remount,{options}", Path));

    public void Dispose()
    {
        _ = Run("umount", "-l", Path);
        Directory.Delete(Path, recursive: true);
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false }
        )!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
